// A worker whose calls' logs have what its code printed, and a line of how each went here: the stub puts them
// into the log group of the deployed function, between Lambda's own lines.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "invocation/call_log.h"
#include "runtime/worker.h"

namespace live {

// Of one worker: its lines go to the call that runs; those of init, and of what goes on between two calls, to
// the next one, as on Lambda.
class WorkerLog {
 public:
  void add(std::string_view line) { call_->add(line); }
  void begin(std::shared_ptr<CallLog> call);
  void end(std::string last_line);

 private:
  std::shared_ptr<CallLog> call_ = std::make_shared<CallLog>();
};

struct CallFigures {
  std::string request_id;
  double duration_ms = 0;
  std::chrono::milliseconds init{0};  // 0: it was warm
  int memory_size_mb = 0;
  long max_memory_mb = 0;
};
// As Lambda's REPORT, or for functions that log JSON as its platform.report.
std::string live_line(const CallFigures& figures);
std::string live_line_in_json(const CallFigures& figures, TimePoint now);

class LoggedWorker final : public Worker {
 public:
  // `log` is what the worker's on_line adds to.
  LoggedWorker(Executor executor, std::unique_ptr<Worker> worker, std::shared_ptr<WorkerLog> log,
               const Clock& clock, int memory_mb);

  Async<Reply> invoke(Invocation invocation) override;
  Async<bool> ready() override { return worker_->ready(); }
  bool alive() const override { return worker_->alive(); }
  bool busy() const override { return worker_->busy(); }
  pid_t pid() const override { return worker_->pid(); }
  std::chrono::milliseconds init_duration() const override { return worker_->init_duration(); }
  std::chrono::microseconds held() const override { return worker_->held(); }
  long max_memory_mb() const override;
  Async<void> stop() override { return worker_->stop(); }

 private:
  struct Begun {
    std::string request_id;
    bool in_json = false;
    std::chrono::steady_clock::time_point at{};
  };
  void finish(const Begun& call);
  std::string line_of(const Begun& call, std::chrono::steady_clock::time_point end) const;

  Executor executor_;
  std::unique_ptr<Worker> worker_;
  std::shared_ptr<WorkerLog> log_;
  const Clock& clock_;
  int memory_mb_;
  bool is_warm_ = false;
  mutable long max_memory_mb_ = 0;  // looked at now and then: it costs a read of /proc
  mutable std::chrono::steady_clock::time_point memory_seen_{};
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // a stream may end after us
};

}  // namespace live
