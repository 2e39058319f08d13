// Calls whose answer leaves as the function makes it: InvokeWithResponseStream, and URLs with
// RESPONSE_STREAM.
#include <fmt/format.h>

#include "base/encoding.h"
#include "cloud/apigateway/http_reply.h"
#include "cloud/lambda/event_stream.h"
#include "cloud/lambda/service.h"
#include "net/http_server.h"

namespace live::cloud::lambda {
namespace {

constexpr std::string_view prelude_type = "application/vnd.awslambda.http-integration-response";
constexpr size_t max_prelude = 16 * 1024;  // API Gateway's documented limit of the same format
const std::string prelude_end(8, '\0');

// Lambda's own failures keep their type; what the runtime reported without a stream is unhandled.
StreamError error_of(const Reply& reply) {
  for (const auto* own : {"Runtime.", "Sandbox.", "Function."})
    if (reply.error_type.starts_with(own)) return {reply.error_type, reply.payload};
  return {"Unhandled", reply.payload};
}

bool is_lambdas_own(const StreamError& error) {
  return error.type.starts_with("Sandbox.") || error.type.starts_with("Runtime.");
}

// What nobody takes any more ends the reading; the function runs on.
Async<void> write_events(net::BodyWriter& writer, std::shared_ptr<Execution> execution) {
  auto& reply = execution->reply;
  std::optional<StreamError> error;
  if (reply.stream) {
    while (true) {
      const auto bytes = co_await reply.stream->next();
      if (bytes.empty()) break;
      const auto message = payload_chunk(bytes);
      const auto written = co_await writer.write(message);
      if (!written) co_return reply.stream.reset();
    }
    error = reply.stream->error();
  } else if (reply.outcome == Reply::Outcome::function_error) {
    error = error_of(reply);
  } else if (!reply.payload.empty()) {
    const auto message = payload_chunk(reply.payload);
    const auto written = co_await writer.write(message);
    if (!written) co_return;
  }
  const auto last = invoke_complete(error, *execution->log);
  const auto written = co_await writer.write(last);
  (void)written;
}

net::Response bad_gateway() {
  return {.status = 502, .headers = {{"Content-Type", "text/plain"}}, .body = "Internal Server Error"};
}

struct Begun {  // an HTTP answer whose head is known
  net::Response head;
  std::string first;  // of the body
};

// Reads as far as the head of the HTTP answer goes. Nothing: it never came.
Async<std::optional<Begun>> begin(ReplyStreamPtr stream, std::string content_type) {
  std::string read = co_await stream->next();
  if (read.empty() && stream->error()) co_return std::nullopt;
  if (content_type != prelude_type) {
    Begun begun{.head = {}, .first = std::move(read)};
    begun.head.headers.set("Content-Type", content_type.empty() ? "application/octet-stream" : content_type);
    co_return begun;
  }
  size_t end;
  while ((end = read.find(prelude_end)) == read.npos) {
    if (read.size() > max_prelude) co_return std::nullopt;
    const auto more = co_await stream->next();
    if (more.empty()) co_return std::nullopt;
    read += more;
  }
  auto head = apigateway::prelude_response(std::string_view(read).substr(0, end));
  if (!head) co_return std::nullopt;
  co_return Begun{std::move(*head), read.substr(end + prelude_end.size())};
}

// An error that the runtime reported follows the body as trailers; one of Lambda's own cuts it short.
Async<void> write_body(net::BodyWriter& writer, std::shared_ptr<Begun> begun, ReplyStreamPtr stream) {
  for (auto bytes = std::move(begun->first);;) {
    const auto written = co_await writer.write(bytes);
    if (!written) co_return;
    bytes = co_await stream->next();
    if (bytes.empty()) break;
  }
  const auto& error = stream->error();
  if (!error) co_return;
  if (is_lambdas_own(*error)) co_return writer.break_off();
  writer.trailer("Lambda-Runtime-Function-Error-Type", error->type);
  writer.trailer("Lambda-Runtime-Function-Error-Body", base64(error->body));
}

}  // namespace

LateAnswer invoke_with_response_stream(LambdaPtr lambda, Call call) {
  const auto type = string_or(call.input, "InvocationType", "RequestResponse");
  if (type != "RequestResponse" && type != "DryRun")
    co_return invalid(fmt::format("InvocationType {} is not one of RequestResponse, DryRun", type));
  if (type == "DryRun") co_return co_await invoke(lambda, std::move(call));
  std::string version;
  auto executed = co_await execute_call(lambda, std::move(call), Wanted::stream, &version);
  if (executed.has_error()) co_return executed.error();
  Output output{.value = {{"StatusCode", 200},
                          {"ExecutedVersion", version},
                          {"ResponseStreamContentType", "application/vnd.amazon.eventstream"}}};
  output.write = [execution = std::make_shared<Execution>(std::move(executed.value()))](
                     net::BodyWriter& writer) { return write_events(writer, execution); };
  co_return output;
}

Async<net::Answer> serve_streaming_url(LambdaPtr lambda, Call call, std::string request_id) {
  auto executed = co_await execute_call(lambda, std::move(call), Wanted::stream, nullptr);
  if (executed.has_error()) co_return url_failure(executed.error());
  auto& reply = executed.value().reply;
  if (!reply.stream) {
    if (reply.outcome == Reply::Outcome::function_error) co_return bad_gateway();
    co_return net::Response{
        .headers = {{"Content-Type", "application/json"}, {"x-amzn-RequestId", std::move(request_id)}},
        .body = std::move(reply.payload)};
  }
  auto begun = co_await begin(reply.stream, std::move(reply.content_type));
  if (!begun) co_return bad_gateway();
  net::Streamed streamed{.status = begun->head.status, .headers = begun->head.headers};
  if (!streamed.headers.has("x-amzn-RequestId")) streamed.headers.set("x-amzn-RequestId", request_id);
  streamed.write = [begun = std::make_shared<Begun>(std::move(*begun)), stream = reply.stream](
                       net::BodyWriter& writer) { return write_body(writer, begun, stream); };
  co_return streamed;
}

}  // namespace live::cloud::lambda
