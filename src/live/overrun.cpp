#include "live/overrun.h"

#include <fmt/format.h>

#include "base/json.h"
#include "live/terminal.h"

namespace live {
namespace {

constexpr size_t kLargest = 256 * 1024;  // parsing more would be felt in the call
// API Gateway's quotas, where an integration does not say less.
constexpr auto kRestApi = std::chrono::milliseconds(29'000), kHttpApi = std::chrono::milliseconds(30'000);
constexpr auto kOnTheWay = std::chrono::milliseconds(50);  // to us and back, which its patience has to cover
constexpr int kLongestTimeout = 900;                       // seconds; Lambda's quota
constexpr auto kInit = std::chrono::seconds(10);           // Lambda's quota

std::optional<std::chrono::milliseconds> quota_of(const json::object& event) {
  auto const* context = find_object(event, "requestContext");
  if (!context || context->contains("elb") || context->contains("connectionId")) return std::nullopt;
  bool const is_url = string_or(*context, "domainName").find(".lambda-url.") != std::string::npos;
  if (is_url || !context->contains("apiId")) return std::nullopt;
  return event.contains("version") ? kHttpApi : kRestApi;
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", double(time.count()) / 1000);
}

}  // namespace

std::optional<Caller> caller_of(const LocalFunction& function, std::string_view event) {
  if (event.size() > kLargest) return std::nullopt;
  auto const parsed = parse_json_object(event);
  auto const quota = parsed.has_error() ? std::nullopt : quota_of(parsed.value());
  if (!quota) return std::nullopt;
  return Caller{"API Gateway", function.integration_timeout.value_or(*quota)};
}

std::string Overrun::next_step(std::string_view option) const {
  return fmt::format(". `live start {}` gives it 15 minutes in place of {} s", option,
                     function.timeout_seconds);
}

// Lambda begins an init that it has broken off anew, within the function's timeout.
std::optional<std::string> Overrun::init_in_words() const {
  bool const has_less = std::chrono::seconds(function.timeout_seconds) < kInit;
  if (is_after_the_end && !timing.init_is_over && has_less)
    return "its time was over before its init was, which has 10 s of its own on AWS" +
           next_step("--increase-timeout");
  if (timing.init > kInit)
    return fmt::format(
        "its init took {}: on AWS it is broken off after 10 s, and begun anew in the function's time",
        duration(timing.init));
  return std::nullopt;
}

std::optional<std::string> Overrun::in_words() const {
  bool const stood = timing.debugger.count() > 0;
  if (!stood)
    if (auto init = init_in_words()) return init;
  if (!stood && limits == Limits::enforced) return std::nullopt;
  auto const why =
      stood ? "it stood in the debugger for " + duration(timing.debugger) : "it took " + duration(took);
  if (is_after_the_end)
    return fmt::format("{}: on AWS the function has ended meanwhile{}", why,
                       function.timeout_seconds < kLongestTimeout
                           ? next_step(stood ? "--inspect" : "--increase-timeout")
                           : ", after its 15 minutes");
  if (caller && took + kOnTheWay > caller->patience)
    return fmt::format("{}: {} waits for {} and has {}told its caller that it timed out", why, caller->name,
                       seconds(caller->patience), took > caller->patience ? "" : "probably ");
  return std::nullopt;
}

}  // namespace live
