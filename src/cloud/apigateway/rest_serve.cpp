#include <fmt/format.h>

#include "cloud/apigateway/access.h"
#include "cloud/apigateway/execute.h"
#include "cloud/apigateway/http_event.h"
#include "cloud/apigateway/http_reply.h"
#include "cloud/apigateway/lambda_call.h"

namespace live::cloud::apigateway {
namespace {

constexpr size_t max_payload = 10 * 1024 * 1024;  // API Gateway quota

net::Response refusal(int status, std::string_view message, std::string_view type) {
  auto response = message_response(status, message);
  response.headers.set("x-amzn-ErrorType", std::string(type));
  return response;
}

net::Response no_route() {
  return refusal(403, "Missing Authentication Token", "MissingAuthenticationTokenException");
}

int status_in(std::string_view text) {  // {"statusCode": 204}, and {statusCode: 204} as the CDK writes it
  const auto at = text.find("statusCode");
  const auto digit = at == text.npos ? at : text.find_first_of("0123456789", at);
  return digit == text.npos ? 0 : std::atoi(std::string(text.substr(digit, 3)).c_str());
}

const Template* select(const std::map<std::string, Template>& templates, std::string_view content_type) {
  const std::string type(content_type.substr(0, content_type.find(';')));
  const auto found = templates.find(type.empty() ? "application/json" : type);
  return found == templates.end() ? nullptr : &found->second;
}

net::Response mock(const RestMethod& method, const RestStage& stage, const ApiRequest& api) {
  TemplateInput input{.body = api.request->body, .stage_variables = stage.variables};
  input.context = event_1_0(api).at("requestContext").as_object();
  const auto* request =
      select(method.integration.request_templates, api.request->headers.get("Content-Type"));
  if (!request) request = select(method.integration.request_templates, "application/json");
  const int status = request ? status_in(request->evaluate(input)) : 0;
  const MockResponse* chosen = nullptr;
  for (const auto& response : method.responses) {
    if (response.pattern.empty() && !chosen) chosen = &response;
    if (response.pattern == std::to_string(status)) chosen = &response;
  }
  if (status == 0 || !chosen) return refusal(500, "Internal server error", "InternalServerErrorException");
  net::Response answer{.status = std::atoi(chosen->status.c_str())};
  if (!chosen->templates.empty()) {
    const auto& [type, text] = *chosen->templates.begin();
    answer.headers.set("Content-Type", type);
    answer.body = text.evaluate(input);
  } else {
    answer.headers.set("Content-Type", "application/json");
  }
  for (const auto& [name, value] : chosen->headers) answer.headers.set(name, value);
  return answer;
}

ApiRequest api_request(Gateway& gateway, const HttpCall& call, const RestStage& stage,
                       const RestResource& resource, const ApiAddress& address) {
  ApiRequest api{.kind = Kind::rest, .request = &call.request};
  api.path = net::path_of(address.target);
  api.full_path = "/" + stage.name + api.path;
  api.resource = resource.path;
  api.resource_id = resource.id;
  api.api_id = stage.api_id;
  api.stage = stage.name;
  api.deployment_id = stage.deployment_id;
  api.domain_name = fmt::format("{}.execute-api.{}.amazonaws.com", stage.api_id, stage.region);
  api.account = gateway.world.account;
  api.request_id = call.request_id.empty() ? gateway.world.ids.uuid() : call.request_id;
  api.extended_id = short_id(gateway.world.ids);
  api.at = gateway.world.clock.now();
  api.trace_id = call.request.headers.get("X-Amzn-Trace-Id");
  if (api.trace_id.empty()) api.trace_id = trace_header(gateway.world.ids, api.at);
  api.stage_variables = stage.variables;
  api.binary_types = stage.binary_types;
  api.caller = call.caller;
  return api;
}

net::Response render(Called called) {
  if (called.reason == Called::Failure::timeout)
    return refusal(504, "Endpoint request timed out", "InternalServerErrorException");
  if (called.reason == Called::Failure::throttled || called.reason == Called::Failure::forbidden)
    return refusal(500, "Internal server error", "InternalServerErrorException");
  auto response = called.failure ? std::nullopt : proxy_response_1_0(called.payload);
  if (!response) return refusal(502, "Internal server error", "InternalServerErrorException");
  if (response->body.size() > max_payload)
    return refusal(502, "Internal server error", "InternalServerErrorException");
  return std::move(*response);
}

void add_ids(net::Response& response, const ApiRequest& api) {
  response.headers.set("x-amzn-RequestId", api.request_id);
  response.headers.set("x-amz-apigw-id", api.extended_id);
  if (!response.headers.has("X-Amzn-Trace-Id")) response.headers.set("X-Amzn-Trace-Id", api.trace_id);
}

}  // namespace

Async<net::Answer> serve_rest(GatewayPtr gateway, HttpCall call, RestApi& rest, ApiAddress address) {
  const auto stage = gateway->rest_apis.stage(rest, address.stage);
  if (!stage) co_return refusal(403, "Forbidden", "ForbiddenException");
  address.target.erase(0, 1 + address.stage.size());
  if (!address.target.starts_with('/')) address.target.insert(0, "/");
  const auto matches = stage->paths.match(net::path_of(address.target));
  if (matches.empty()) co_return no_route();
  const auto& resource = stage->resources[matches[0].value];
  const auto* method = resource.method(call.request.method);
  if (!method) co_return no_route();
  if (method->iam && !call.caller) {
    if (call.refusal) co_return refusal(403, call.refusal->message, call.refusal->code);
    co_return no_route();
  }
  if (method->iam) {
    auto path = std::string(net::path_of(address.target));
    auto arn = api_arn(gateway->world, stage->region, stage->api_id, stage->name, call.request.method + path);
    if (auto refused = refuse_access(gateway->world, *call.caller, stage->region, "Invoke", std::move(arn)))
      co_return refusal(403, refused->message, refused->code);
  }
  if (call.request.body.size() > max_payload)
    co_return refusal(413, "Request Too Long", "RequestTooLargeException");
  call.request.target = address.target;
  auto api = api_request(*gateway, call, *stage, resource, address);
  api.path_parameters = matches[0].parameters;
  api.iam = method->iam;
  if (method->integration.kind == Integration::Kind::mock) {
    auto response = mock(*method, *stage, api);
    add_ids(response, api);
    co_return response;
  }
  auto payload = json::serialize(event_1_0(api));
  auto source =
      api_arn(gateway->world, stage->region, stage->api_id, stage->name, call.request.method + resource.path);
  auto called = co_await call_function(gateway->world, stage->region, method->integration, std::move(payload),
                                       api.trace_id, std::move(source));
  auto response = render(std::move(called));
  add_ids(response, api);
  // A client that takes the function's body as binary gets bytes; proxy_response_1_0 has decoded them.
  co_return response;
}

}  // namespace live::cloud::apigateway
