#include <fmt/format.h>

#include "base/encoding.h"
#include "cloud/apigateway/http_event.h"
#include "cloud/apigateway/http_reply.h"
#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

using apigateway::ApiRequest;
using apigateway::Kind;

net::Response refused(int status, std::string_view type, std::string_view message) {
  net::Response response{.status = status,
                         .headers = {{"Content-Type", "application/json"}},
                         .body = json::serialize(json::object{{"Message", message}})};
  if (!type.empty()) response.headers.set("x-amzn-ErrorType", std::string(type));
  return response;
}

// By host {id}.lambda-url.{region}.on.aws, or by path /_url/{id}/…, which is then cut off.
std::string take_url_id(net::Request& request) {
  constexpr std::string_view prefix = "/_url/";
  if (request.target.starts_with(prefix)) {
    const auto end = std::min(request.target.find_first_of("/?", prefix.size()), request.target.size());
    auto id = request.target.substr(prefix.size(), end - prefix.size());
    request.target.erase(0, end);
    if (!request.target.starts_with('/')) request.target.insert(0, "/");
    return id;
  }
  const auto host = request.headers.get("Host");
  return host.substr(0, host.find('.'));
}

ApiRequest api_request(Lambda& lambda, const net::Request& request, const std::string& id,
                       const std::string& region) {
  ApiRequest made{.kind = Kind::function_url, .request = &request};
  made.path = uri_decode(net::path_of(request.target)).value_or(std::string(net::path_of(request.target)));
  made.resource = made.stage = "$default";
  made.api_id = id;
  made.domain_name = fmt::format("{}.lambda-url.{}.on.aws", id, region);
  made.account = lambda.world.account;
  made.at = lambda.world.clock.now();
  made.trace_id = request.headers.get("X-Amzn-Trace-Id");
  if (made.trace_id.empty()) made.trace_id = apigateway::trace_header(lambda.world.ids, made.at);
  return made;
}

// A URL without authorization is open to whom the function's own policy lets in, which may be everybody.
bool refuses(const Lambda& lambda, const HttpCall& http, const Function& function,
             const std::string& qualifier, bool iam) {
  Call call{.service = "lambda", .action = "InvokeFunctionUrl", .region = function.region};
  if (iam) call.caller = *http.caller;
  call.input = {{"FunctionName", function.name}, {"FunctionUrlAuthType", iam ? "AWS_IAM" : "NONE"}};
  if (!qualifier.empty()) call.input["Qualifier"] = qualifier;
  return lambda.world.actions.refusal(call).has_value();
}

}  // namespace

net::Response url_failure(const ApiError& error) {
  if (error.status == 429) return refused(429, "TooManyRequestsException", "Rate Exceeded.");
  return refused(502, "", error.message);
}

Async<net::Answer> serve_url(LambdaPtr lambda, HttpCall http) {
  auto request = std::move(http.request);
  const auto id = take_url_id(request);
  std::string qualifier;
  const auto* function = lambda->functions.by_url(id, qualifier);
  if (!function) co_return refused(404, "", "Not Found");
  const auto& url = function->urls.at(qualifier);
  const bool iam = string_or(url, "AuthType") == "AWS_IAM";
  if (iam && !http.caller) co_return refused(403, "AccessDeniedException", "Forbidden");
  if (refuses(*lambda, http, *function, qualifier, iam))
    co_return refused(403, "AccessDeniedException", "Forbidden");
  if (request.body.size() > 6'291'456) co_return refused(413, "", "Request Entity Too Large");
  auto api = api_request(*lambda, request, id, function->region);
  api.request_id = http.request_id.empty() ? lambda->world.ids.uuid() : http.request_id;
  api.iam = iam;
  api.caller = http.caller;
  Call call{.service = "lambda", .action = "Invoke", .region = function->region};
  call.caller.account = lambda->world.account;
  call.caller.service = "lambda.amazonaws.com";
  call.input = {{"FunctionName", function->name}, {"TraceId", api.trace_id}};
  if (!qualifier.empty()) call.input["Qualifier"] = qualifier;
  call.payload = json::serialize(apigateway::event_2_0(api));
  if (string_or(url, "InvokeMode") == "RESPONSE_STREAM")
    co_return co_await serve_streaming_url(lambda, std::move(call), std::move(api.request_id));
  auto answered = co_await invoke(lambda, std::move(call));
  if (answered.has_error()) co_return url_failure(answered.error());
  std::optional<net::Response> response;
  if (!answered.value().value.contains("FunctionError"))
    response = apigateway::proxy_response_2_0(answered.value().payload);
  if (!response)
    co_return net::Response{
        .status = 502, .headers = {{"Content-Type", "text/plain"}}, .body = "Internal Server Error"};
  if (!response->headers.has("x-amzn-RequestId")) response->headers.set("x-amzn-RequestId", api.request_id);
  co_return std::move(*response);
}

}  // namespace live::cloud::lambda
