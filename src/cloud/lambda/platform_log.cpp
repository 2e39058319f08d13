#include "cloud/lambda/platform_log.h"

#include <cmath>

#include <fmt/format.h>

namespace live::cloud::lambda {
namespace {

constexpr std::string_view timeout = "Sandbox.Timedout";

// AWS bills init, too.
int64_t billed_ms(const CallReport& call) {
  return static_cast<int64_t>(std::ceil(call.duration_ms + call.init_ms));
}

double rounded(double ms) { return std::round(ms * 1000) / 1000; }

json::object metrics_of(const CallReport& call, int memory_mb) {
  json::object metrics{{"durationMs", rounded(call.duration_ms)},
                       {"billedDurationMs", billed_ms(call)},
                       {"memorySizeMB", memory_mb},
                       {"maxMemoryUsedMB", call.max_memory_mb}};
  if (call.init_ms > 0) metrics["initDurationMs"] = rounded(call.init_ms);
  return metrics;
}

}  // namespace

PlatformLog::PlatformLog(const Version& version)
    : version_(version.number),
      memory_mb_(version.memory_mb),
      timeout_s_(version.timeout_s),
      is_json_(version.logs_json),
      level_(version.system_log_level == "DEBUG"  ? Level::debug
             : version.system_log_level == "WARN" ? Level::warn
                                                  : Level::info) {}

PlatformLog::Lines PlatformLog::start(TimePoint now, std::string_view request_id,
                                      std::string_view function_arn) const {
  if (!is_json_) return {fmt::format("START RequestId: {} Version: {}", request_id, version_)};
  Lines lines;
  add(lines, Level::info, now, "platform.start",
      {{"requestId", request_id}, {"functionArn", function_arn}, {"version", version_}});
  return lines;
}

PlatformLog::Lines PlatformLog::end(TimePoint now, const CallReport& call) const {
  return is_json_ ? end_in_json(now, call) : end_in_text(now, call);
}

PlatformLog::Lines PlatformLog::end_in_text(TimePoint now, const CallReport& call) const {
  Lines lines;
  if (call.error_type == timeout)
    lines.push_back(fmt::format("{} {} Task timed out after {:.2f} seconds", iso8601(now), call.request_id,
                                static_cast<double>(timeout_s_)));
  lines.push_back(fmt::format("END RequestId: {}", call.request_id));
  auto report = fmt::format(
      "REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory "
      "Used: {} MB\t",
      call.request_id, call.duration_ms, billed_ms(call), memory_mb_, call.max_memory_mb);
  if (call.init_ms > 0) report += fmt::format("Init Duration: {:.2f} ms\t", call.init_ms);
  if (call.error_type == timeout)
    report += "Status: timeout";
  else if (!call.error_type.empty())
    report += "Status: error\tError Type: " + call.error_type;
  lines.push_back(std::move(report));
  return lines;
}

PlatformLog::Lines PlatformLog::end_in_json(TimePoint now, const CallReport& call) const {
  json::object outcome{{"status", "success"}};
  if (call.error_type == timeout)
    outcome["status"] = "timeout";
  else if (!call.error_type.empty())
    outcome = {{"status", "error"}, {"errorType", call.error_type}};
  auto record = [&](json::object metrics) {
    json::object all{{"requestId", call.request_id}, {"metrics", std::move(metrics)}};
    for (const auto& [name, value] : outcome) all[name] = value;
    return all;
  };
  const bool well = call.error_type.empty();
  Lines lines;
  add(lines, well ? Level::debug : Level::warn, now, "platform.runtimeDone",
      record({{"durationMs", rounded(call.duration_ms)}}));
  add(lines, well ? Level::info : Level::warn, now, "platform.report", record(metrics_of(call, memory_mb_)));
  return lines;
}

void PlatformLog::add(Lines& lines, Level level, TimePoint now, std::string_view type,
                      json::object record) const {
  if (level < level_) return;
  lines.push_back(
      compact_json(json::object{{"time", iso8601(now)}, {"type", type}, {"record", std::move(record)}}));
}

}  // namespace live::cloud::lambda
