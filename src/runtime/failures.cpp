#include "runtime/failures.h"

#include <fmt/format.h>

#include "base/json.h"

namespace live {

namespace {

Reply envelope(std::string_view type, std::string message) {
  json::object members{{"errorType", type}, {"errorMessage", std::move(message)}};
  return {Reply::Outcome::function_error, json::serialize(members), std::string(type)};
}

}  // namespace

Reply exited(std::string_view request_id, const ExitStatus& status) {
  std::string how =
      status.ok() ? "without providing a reason" : fmt::format("with error: {}", to_string(status));
  return envelope("Runtime.ExitError",
                  fmt::format("RequestId: {} Error: Runtime exited {}", request_id, how));
}

Reply response_too_large(size_t bytes) {
  return envelope(
      "Function.ResponseSizeTooLarge",
      fmt::format("Response payload size ({} bytes) exceeded maximum allowed payload size ({} bytes).", bytes,
                  largest_response));
}

Reply stream_too_large() {
  return envelope(
      "Function.ResponseSizeTooLarge",
      fmt::format("Response payload size exceeded maximum allowed payload size ({} bytes).", largest_stream));
}

Reply truncated(std::string_view request_id) {
  return envelope("Runtime.TruncatedResponse",
                  fmt::format("RequestId: {} Error: The response broke off", request_id));
}

Reply reported_error(std::string_view type, std::string payload) {
  std::string known(type);
  if (auto error = parse_json_object(payload))
    if (auto own = find_string(error.value(), "errorType"); own && (known.empty() || known == "Unhandled"))
      known = *own;
  if (known.empty()) known = "Unhandled";
  return {Reply::Outcome::function_error, std::move(payload), std::move(known)};
}

}  // namespace live
