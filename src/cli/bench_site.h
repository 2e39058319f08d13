// The developer's side of a measurement: a folder with the bench's app, and `live start` on it, a process of
// its own. Both end with the object; what was deployed stays until remove().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "base/async.h"
#include "base/file.h"
#include "cli/bench_place.h"
#include "cli/bench_processes.h"
#include "process/process.h"

namespace live::cli::bench {

class Site {
 public:
  using Tell = std::function<void(std::string_view)>;  // a line of `live start`

  static Result<std::unique_ptr<Site>> create(Executor executor, Launch launch, Tell tell);

  // From the start of its process until it listens, in milliseconds.
  Async<Result<double>> start_session();
  Async<void> stop_session();
  Async<void> close();           // ends the session: no other can be started
  Async<Result<void>> remove();  // runs `live remove`
  // For whom remove() failed: the folder stays.
  std::string remove_by_hand() const;
  void keep_folder() { folder_.keep(); }

  // Of the Node side, together, the most seen while a session started.
  double host_peak_mb() const { return host_peak_mb_; }
  pid_t session() const { return session_ ? session_->pid() : kNoProcess; }
  int calls_received() const { return received_; }  // that the session told of, since it started

  // What the last line of the session that told a worker's start said of it, and forgets it.
  std::optional<double> worker_start_ms();

  enum class Write { in_place, renamed };  // as editors do
  Result<void> write_version(int version, Write how);

 private:
  Site(Executor executor, TempDir folder, Launch launch, Tell tell);
  Result<void> make_app();
  Result<std::unique_ptr<Process>> start(std::string_view command);
  Async<ExitStatus> end_of(Process& process, std::chrono::seconds patience);
  void take(std::string_view line);

  Executor executor_;
  TempDir folder_;
  std::filesystem::path app_;
  Launch launch_;
  Tell tell_;
  std::shared_ptr<Process> session_;  // whoever waits for its end keeps it
  bool closed_ = false;
  std::string edited_;  // the function's source, with 0 as its version
  asio::steady_timer heard_;
  bool listening_ = false;
  int received_ = 0;
  double host_peak_mb_ = 0;
  std::string last_lines_;
  std::optional<double> worker_start_ms_;
};

}  // namespace live::cli::bench
