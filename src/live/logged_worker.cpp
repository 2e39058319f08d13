#include "live/logged_worker.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/json.h"

namespace live {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::seconds kMemoryAge{1};

// AWS bills init, too.
int64_t billed_ms(const CallFigures& figures) {
  return int64_t(std::ceil(figures.duration_ms + double(figures.init.count())));
}

bool logs_json(const Environment& variables) {
  return std::ranges::any_of(variables, [](auto const& one) {
    return one.first == "AWS_LAMBDA_LOG_FORMAT" && one.second == "JSON";
  });
}

}  // namespace

void WorkerLog::begin(std::shared_ptr<CallLog> call) {
  *call = std::move(*call_);
  call_ = std::move(call);
}

void WorkerLog::end(std::string last_line) {
  call_->close(std::move(last_line));
  call_ = std::make_shared<CallLog>();
}

std::string live_line(const CallFigures& figures) {
  auto line = fmt::format(
      "LIVE RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: "
      "{} MB\t",
      figures.request_id, figures.duration_ms, billed_ms(figures), figures.memory_size_mb,
      figures.max_memory_mb);
  if (figures.init.count() > 0) line += fmt::format("Init Duration: {}.00 ms\t", figures.init.count());
  return line;
}

std::string live_line_in_json(const CallFigures& figures, TimePoint now) {
  json::object metrics{{"durationMs", std::round(figures.duration_ms * 1000) / 1000},
                       {"billedDurationMs", billed_ms(figures)},
                       {"memorySizeMB", figures.memory_size_mb},
                       {"maxMemoryUsedMB", figures.max_memory_mb}};
  if (figures.init.count() > 0) metrics["initDurationMs"] = figures.init.count();
  return compact_json(
      json::object{{"time", iso8601(now)},
                   {"type", "live.report"},
                   {"record", {{"requestId", figures.request_id}, {"metrics", std::move(metrics)}}}});
}

LoggedWorker::LoggedWorker(Executor executor, std::unique_ptr<Worker> worker, std::shared_ptr<WorkerLog> log,
                           const Clock& clock, int memory_mb)
    : executor_(std::move(executor)),
      worker_(std::move(worker)),
      log_(std::move(log)),
      clock_(clock),
      memory_mb_(memory_mb) {}

long LoggedWorker::max_memory_mb() const {
  auto const now = Steady::now();
  if (max_memory_mb_ == 0 || now - memory_seen_ > kMemoryAge) {
    max_memory_mb_ = std::max(max_memory_mb_, worker_->max_memory_mb());
    memory_seen_ = now;
  }
  return max_memory_mb_;
}

Async<Reply> LoggedWorker::invoke(Invocation invocation) {
  Begun const call{invocation.request_id, logs_json(invocation.variables), Steady::now()};
  auto const log = invocation.log ? invocation.log : std::make_shared<CallLog>();
  log_->begin(log);
  log->expect([this, call, alive = std::weak_ptr<char>(alive_), deadline = invocation.deadline] {
    return alive.expired() ? "" : line_of(call, Steady::now() + (deadline - clock_.now()));
  });
  auto reply = co_await worker_->invoke(std::move(invocation));
  if (!reply.stream) {
    finish(call);
    co_return reply;
  }
  auto ended = [this, call, alive = std::weak_ptr<char>(alive_)](size_t, const std::optional<StreamError>&) {
    if (!alive.expired()) finish(call);
  };
  reply.stream = watched(executor_, std::move(reply.stream), std::move(ended));
  co_return reply;
}

void LoggedWorker::finish(const Begun& call) {
  log_->end(line_of(call, Steady::now()));
  is_warm_ = true;
}

std::string LoggedWorker::line_of(const Begun& call, Steady::time_point end) const {
  CallFigures figures{.request_id = call.request_id, .memory_size_mb = memory_mb_};
  figures.duration_ms = std::chrono::duration<double, std::milli>(end - call.at).count();
  if (!is_warm_) {
    figures.init = worker_->init_duration();
    figures.duration_ms = std::max(0.0, figures.duration_ms - double(figures.init.count()));
  }
  figures.max_memory_mb = max_memory_mb();
  return call.in_json ? live_line_in_json(figures, clock_.now()) : live_line(figures);
}

}  // namespace live
