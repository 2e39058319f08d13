#include "live/logged_worker.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/json.h"

namespace live {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::seconds kMemoryAge{1};

bool logs_json(const Environment& variables) {
  return std::ranges::any_of(variables, [](auto const& one) {
    return one.first == "AWS_LAMBDA_LOG_FORMAT" && one.second == "JSON";
  });
}

}  // namespace

void CallLog::add(std::string_view line) {
  if (left_out_ > 0 || text_.size() + line.size() >= kLimit) {
    ++left_out_;
    return;
  }
  text_.append(line).append("\n");
}

std::string CallLog::take() {
  auto text = std::exchange(text_, {});
  if (auto const more = std::exchange(left_out_, 0))
    text += fmt::format("LIVE {} more line{} of output are on the developer's machine alone\n", more,
                        more == 1 ? "" : "s");
  return text;
}

std::string live_line(const CallFigures& figures) {
  auto line = fmt::format(
      "LIVE RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: "
      "{} MB\t",
      figures.request_id, figures.duration_ms, int64_t(std::ceil(figures.duration_ms)),
      figures.memory_size_mb, figures.max_memory_mb);
  if (figures.init.count() > 0) line += fmt::format("Init Duration: {}.00 ms\t", figures.init.count());
  return line;
}

std::string live_line_in_json(const CallFigures& figures, TimePoint now) {
  json::object metrics{{"durationMs", std::round(figures.duration_ms * 1000) / 1000},
                       {"billedDurationMs", int64_t(std::ceil(figures.duration_ms))},
                       {"memorySizeMB", figures.memory_size_mb},
                       {"maxMemoryUsedMB", figures.max_memory_mb}};
  if (figures.init.count() > 0) metrics["initDurationMs"] = figures.init.count();
  return compact_json(
      json::object{{"time", iso8601(now)},
                   {"type", "live.report"},
                   {"record", {{"requestId", figures.request_id}, {"metrics", std::move(metrics)}}}});
}

LoggedWorker::LoggedWorker(std::unique_ptr<Worker> worker, std::shared_ptr<CallLog> log, const Clock& clock,
                           int memory_mb)
    : worker_(std::move(worker)), log_(std::move(log)), clock_(clock), memory_mb_(memory_mb) {}

long LoggedWorker::max_memory_mb() const {
  auto const now = Steady::now();
  if (max_memory_mb_ == 0 || now - memory_seen_ > kMemoryAge) {
    max_memory_mb_ = std::max(max_memory_mb_, worker_->max_memory_mb());
    memory_seen_ = now;
  }
  return max_memory_mb_;
}

Async<Reply> LoggedWorker::invoke(Invocation invocation) {
  bool const in_json = logs_json(invocation.variables);
  CallFigures figures{.request_id = invocation.request_id, .memory_size_mb = memory_mb_};
  auto const began = Steady::now();
  auto reply = co_await worker_->invoke(std::move(invocation));
  if (reply.stream) co_return reply;
  figures.duration_ms = std::chrono::duration<double, std::milli>(Steady::now() - began).count();
  if (!std::exchange(is_warm_, true)) {
    figures.init = worker_->init_duration();
    figures.duration_ms = std::max(0.0, figures.duration_ms - double(figures.init.count()));
  }
  figures.max_memory_mb = max_memory_mb();
  reply.log = log_->take() + (in_json ? live_line_in_json(figures, clock_.now()) : live_line(figures)) + "\n";
  co_return reply;
}

}  // namespace live
