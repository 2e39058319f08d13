// Where a measurement happens: a folder with an embedded AWS of its own, the bench's app and `live start` on
// it, each a process of its own. All of it ends with the object.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "base/async.h"
#include "base/file.h"
#include "cli/cloud_process.h"
#include "process/process.h"

namespace live::cli::bench {

class Site {
 public:
  using Tell = std::function<void(std::string_view)>;  // a line of `live start`

  static Result<std::unique_ptr<Site>> create(Executor executor, Tell tell);
  ~Site();

  // From the start of its process until it answers, in milliseconds.
  Result<double> start_cloud(std::vector<std::string> options = {});
  Result<void> stop_cloud();
  const RunningCloud& cloud() const { return cloud_; }

  // From the start of its process until it listens.
  Async<Result<double>> start_session();
  Async<void> stop_session();
  // Of the Node side, together, the most seen while a session started.
  double host_peak_mb() const { return host_peak_mb_; }
  pid_t session() const { return session_ ? session_->pid() : -1; }
  int calls_received() const { return received_; }  // that the session told of, since it started

  // What the last line of the session that told a worker's start said of it, and forgets it.
  std::optional<double> worker_start_ms();

  enum class Write { in_place, renamed };  // as editors do
  Result<void> write_version(int version, Write how);

 private:
  Site(Executor executor, TempDir folder, Tell tell);
  Result<void> make_app();
  void take(std::string_view line);
  std::filesystem::path state() const { return folder_.path() / "home" / "cloud"; }
  std::filesystem::path app() const { return folder_.path() / "live-bench"; }

  Executor executor_;
  TempDir folder_;
  Tell tell_;
  RunningCloud cloud_;
  std::unique_ptr<Process> session_;
  std::string edited_;  // the function's source, with 0 as its version
  asio::steady_timer heard_;
  bool listening_ = false;
  int received_ = 0;
  double host_peak_mb_ = 0;
  std::string last_lines_;
  std::optional<double> worker_start_ms_;
};

}  // namespace live::cli::bench
