#include "invocation/invocation.h"

#include <fmt/format.h>

#include "base/json.h"

namespace live {
namespace {

constexpr const char* kTimedOut = "Sandbox.Timedout";

}  // namespace

Reply function_error(std::string type, std::string_view message) {
  json::object envelope;
  envelope["errorType"] = type;
  envelope["errorMessage"] = message;
  envelope["trace"] = json::array();
  return Reply{Reply::Outcome::function_error, json::serialize(envelope), std::move(type)};
}

Reply timed_out(std::string_view request_id, std::chrono::milliseconds limit) {
  json::object envelope;
  envelope["errorType"] = kTimedOut;
  envelope["errorMessage"] = fmt::format("RequestId: {} Error: Task timed out after {:.2f} seconds",
                                         request_id, static_cast<double>(limit.count()) / 1000.0);
  return Reply{Reply::Outcome::function_error, json::serialize(envelope), kTimedOut};
}

bool is_timeout(const Reply& reply) { return reply.error_type == kTimedOut; }

std::chrono::milliseconds whole_seconds(std::chrono::nanoseconds left) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds(1));
}

}  // namespace live
