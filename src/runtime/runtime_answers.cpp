#include "runtime/runtime_answers.h"

namespace live {

net::Response json_answer(int status, const json::object& body) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = json::serialize(body)};
}

net::Response accepted() { return json_answer(202, {{"status", "OK"}}); }

net::Response refused(const Refusal& refusal) {
  return json_answer(refusal.status, {{"errorMessage", refusal.message}, {"errorType", refusal.type}});
}

net::Response invocation_answer(Invocation& invocation) {
  net::Headers headers{
      {"Content-Type", "application/json"},
      {"Lambda-Runtime-Aws-Request-Id", invocation.request_id},
      {"Lambda-Runtime-Deadline-Ms", std::to_string(to_millis(invocation.deadline))},
      {"Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn},
  };
  if (!invocation.trace_id.empty()) headers.add("Lambda-Runtime-Trace-Id", invocation.trace_id);
  if (!invocation.client_context.empty())
    headers.add("Lambda-Runtime-Client-Context", invocation.client_context);
  if (!invocation.cognito_identity.empty())
    headers.add("Lambda-Runtime-Cognito-Identity", invocation.cognito_identity);
  return {.status = 200, .headers = std::move(headers), .body = std::move(invocation.event)};
}

}  // namespace live
