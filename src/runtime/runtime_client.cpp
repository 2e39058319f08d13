#include "runtime/runtime_client.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/encoding.h"

namespace live {

namespace {

constexpr std::chrono::milliseconds no_limit = std::chrono::hours(24 * 365);
constexpr std::chrono::milliseconds answer_limit = std::chrono::seconds(30);
// Of one write: a slow caller holds us back, until the function's own time is over.
constexpr std::chrono::milliseconds stream_limit = std::chrono::minutes(16);

Result<Invocation> read_invocation(net::Response answer) {
  if (answer.status != 200)
    return fault(Fault::Kind::refused,
                 fmt::format("asking Lambda for work: {} {}", answer.status, answer.body), answer.status);
  Invocation invocation;
  invocation.request_id = answer.headers.get("Lambda-Runtime-Aws-Request-Id");
  std::string deadline = answer.headers.get("Lambda-Runtime-Deadline-Ms");
  int64_t millis = 0;
  auto [end, error] = std::from_chars(deadline.data(), deadline.data() + deadline.size(), millis);
  if (invocation.request_id.empty() || error != std::errc() || end != deadline.data() + deadline.size())
    return fault("asking Lambda for work: the answer lacks a request id or a deadline");
  invocation.deadline = from_millis(millis);
  invocation.function_arn = answer.headers.get("Lambda-Runtime-Invoked-Function-Arn");
  invocation.trace_id = answer.headers.get("Lambda-Runtime-Trace-Id");
  invocation.client_context = answer.headers.get("Lambda-Runtime-Client-Context");
  invocation.cognito_identity = answer.headers.get("Lambda-Runtime-Cognito-Identity");
  invocation.event = std::move(answer.body);
  return invocation;
}

// The name that a handler has given its error is any text; the body has all of it.
std::string in_header(std::string_view type) {
  constexpr size_t kMost = 256;
  std::string text(type.substr(0, kMost));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

// Lambda's names for what goes wrong on the way: known only after the bytes, so they follow them.
class StreamBody final : public net::BodySource {
 public:
  explicit StreamBody(ReplyStreamPtr stream) : stream_(std::move(stream)) {}
  Async<std::string> next() override { return stream_->next(); }
  net::Headers trailers() override {
    net::Headers trailers;
    if (const auto& error = stream_->error()) {
      trailers.add("Lambda-Runtime-Function-Error-Type", in_header(error->type));
      trailers.add("Lambda-Runtime-Function-Error-Body", base64(error->body));
    }
    return trailers;
  }

 private:
  ReplyStreamPtr stream_;
};

Result<void> taken(std::string_view path, const Result<net::Response>& answer) {
  if (!answer) return answer.error();
  const auto& given = answer.value();
  if (given.status == 202) return outcome::success();
  return fault(Fault::Kind::refused,
               fmt::format("answering Lambda at {}: {} {}", path, given.status, given.body), given.status);
}

}  // namespace

Result<RuntimeClient> RuntimeClient::create(net::HttpClient& http, std::string_view address) {
  size_t slash = std::min(address.find('/'), address.size());
  auto endpoint = net::parse_endpoint(fmt::format("http://{}", address.substr(0, slash)));
  if (!endpoint) return within("AWS_LAMBDA_RUNTIME_API", endpoint.error());
  std::string prefix = fmt::format("{}/2018-06-01/runtime/", address.substr(slash));
  return RuntimeClient(http, std::move(endpoint.value()), std::move(prefix));
}

Async<Result<Invocation>> RuntimeClient::next() {
  net::Request request{.method = "GET", .target = prefix_ + "invocation/next"};
  LIVE_CO_TRY(auto answer, co_await http_->send(endpoint_, std::move(request), no_limit));
  co_return read_invocation(std::move(answer));
}

Async<Result<void>> RuntimeClient::respond(std::string request_id, std::string payload) {
  return post(fmt::format("invocation/{}/response", request_id), "", std::move(payload));
}

Async<Result<void>> RuntimeClient::fail(std::string request_id, Reply error) {
  return post(fmt::format("invocation/{}/error", request_id), std::move(error.error_type),
              std::move(error.payload));
}

Async<Result<void>> RuntimeClient::init_error(Reply error) {
  return post("init/error", std::move(error.error_type), std::move(error.payload));
}

Async<Result<void>> RuntimeClient::post(std::string path, std::string error_type, std::string body) {
  net::Request request{.method = "POST", .target = prefix_ + path};
  request.headers.add("Content-Type", "application/json");
  if (!error_type.empty()) request.headers.add("Lambda-Runtime-Function-Error-Type", in_header(error_type));
  request.body = std::move(body);
  co_return taken(path, co_await http_->send(endpoint_, std::move(request), answer_limit));
}

Async<Result<void>> RuntimeClient::stream(std::string request_id, Reply reply) {
  std::string path = fmt::format("invocation/{}/response", request_id);
  net::Request request{.method = "POST", .target = prefix_ + path};
  const bool typed = !reply.content_type.empty();
  request.headers.add("Content-Type", typed ? reply.content_type : "application/octet-stream");
  request.headers.add("Lambda-Runtime-Function-Response-Mode", "streaming");
  request.headers.add("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body");
  StreamBody body(std::move(reply.stream));
  co_return taken(path, co_await http_->send_as_made(endpoint_, std::move(request), body, stream_limit));
}

}  // namespace live
