#include <fmt/format.h>

#include "base/encoding.h"
#include "cloud/apigateway/access.h"
#include "cloud/apigateway/execute.h"
#include "cloud/apigateway/http_event.h"
#include "cloud/apigateway/http_reply.h"
#include "cloud/apigateway/lambda_call.h"

namespace live::cloud::apigateway {
namespace {

constexpr size_t max_payload = 10 * 1024 * 1024;  // API Gateway quota

struct Matched {
  const ApiRoute* route = nullptr;
  json::object parameters;
};

// The most specific path wins; on it the method before ANY; then $default.
Matched match(const Stage& stage, std::string_view method, std::string_view path) {
  auto found = stage.paths.match(path);
  for (size_t i = 0; i < found.size();) {
    const auto* best = &stage.routes[found[i].value];
    size_t at = i, next = i;
    const auto pattern = std::string_view(best->key).substr(best->key.find(' '));
    for (; next < found.size(); ++next) {  // routes of one path stand side by side
      const auto& other = stage.routes[found[next].value];
      if (std::string_view(other.key).substr(other.key.find(' ')) != pattern) break;
      if (other.method == method)
        at = next;
      else if (other.method == "ANY" && stage.routes[found[at].value].method != method)
        at = next;
    }
    best = &stage.routes[found[at].value];
    if (best->method == method || best->method == "ANY") return {best, std::move(found[at].parameters)};
    i = next;
  }
  return {stage.find("$default"), {}};
}

bool allows(const json::object& cors, std::string_view member, std::string_view value) {
  const auto* list = find_array(cors, member);
  return list && std::any_of(list->begin(), list->end(), [value](const json::value& entry) {
           const std::string_view pattern = entry.as_string();
           if (pattern == "*" || net::same_name(pattern, value)) return true;
           const auto star = pattern.find('*');  // "https://*" allows any origin of that scheme
           return star != pattern.npos && value.starts_with(pattern.substr(0, star)) &&
                  value.ends_with(pattern.substr(star + 1));
         });
}

std::string joined(const json::object& cors, std::string_view member) {
  std::string out;
  if (const auto* list = find_array(cors, member))
    for (const auto& entry : *list)
      out.append(out.empty() ? "" : ",").append(std::string_view(entry.as_string()));
  return out;
}

// An API with a CORS configuration answers for its functions, whose own CORS headers it ignores.
void add_cors(net::Response& response, const json::object& cors, const std::string& origin) {
  if (cors.empty()) return;
  for (const auto* name :
       {"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"})
    response.headers.remove(name);
  if (origin.empty() || !allows(cors, "AllowOrigins", origin)) return;
  const bool any = allows(cors, "AllowOrigins", "*");
  const bool credentials = find_bool(cors, "AllowCredentials").value_or(false);
  response.headers.set("Access-Control-Allow-Origin", any && !credentials ? "*" : origin);
  if (credentials) response.headers.set("Access-Control-Allow-Credentials", "true");
  if (const auto exposed = joined(cors, "ExposeHeaders"); !exposed.empty())
    response.headers.set("Access-Control-Expose-Headers", exposed);
}

net::Response preflight(const json::object& cors, const net::Request& request) {
  net::Response response{.status = 204};
  const auto origin = request.headers.get("Origin");
  add_cors(response, cors, origin);
  if (!response.headers.has("Access-Control-Allow-Origin")) return response;
  if (const auto methods = joined(cors, "AllowMethods"); !methods.empty())
    response.headers.set("Access-Control-Allow-Methods", methods);
  if (const auto headers = joined(cors, "AllowHeaders"); !headers.empty())
    response.headers.set("Access-Control-Allow-Headers", headers);
  if (const auto age = find_int(cors, "MaxAge"))
    response.headers.set("Access-Control-Max-Age", std::to_string(*age));
  return response;
}

net::Response render(const Called& called, const std::string& format) {
  if (called.reason == Called::Failure::timeout) return message_response(503, "Service Unavailable");
  if (called.reason == Called::Failure::throttled) return message_response(503, "Service Unavailable");
  std::optional<net::Response> response;
  if (!called.failure)
    response = format == "2.0" ? proxy_response_2_0(called.payload) : proxy_response_1_0(called.payload);
  if (!response) return message_response(500, "Internal Server Error");
  return std::move(*response);
}

ApiRequest api_request(Gateway& gateway, const HttpCall& call, const Stage& stage, const ApiRoute& route,
                       const std::string& path) {
  ApiRequest api{.kind = Kind::http, .request = &call.request};
  api.path = api.full_path = path;
  api.resource = route.key;
  api.api_id = stage.api_id;
  api.stage = stage.name;
  api.domain_name = fmt::format("{}.execute-api.{}.amazonaws.com", stage.api_id, stage.region);
  api.account = gateway.world.account;
  api.request_id = api.extended_id = short_id(gateway.world.ids);
  api.at = gateway.world.clock.now();
  api.trace_id = call.request.headers.get("X-Amzn-Trace-Id");
  if (api.trace_id.empty()) api.trace_id = trace_header(gateway.world.ids, api.at);
  api.stage_variables = stage.variables;
  api.caller = call.caller;
  api.iam = route.iam;
  return api;
}

// "GET/items/{id}" of the routes "GET /items/{id}" and "ANY /items/{id}"; "$default" of itself.
std::string route_source(const ApiRoute& route, std::string_view method) {
  const auto space = route.key.find(' ');
  return space == std::string::npos ? route.key : std::string(method) + route.key.substr(space + 1);
}

std::string decoded(std::string_view text) { return uri_decode(text).value_or(std::string(text)); }

}  // namespace

Async<net::Answer> serve_http(GatewayPtr gateway, HttpCall call, Api& http_api, ApiAddress address) {
  auto stage = gateway->apis.stage(http_api, address.stage);  // a stage's name comes before $default
  auto path = decoded(net::path_of(address.target));
  auto below = path;
  if (stage)
    below.erase(0, 1 + address.stage.size());
  else
    stage = gateway->apis.stage(http_api, "$default");
  if (below.empty()) below = "/";
  if (!stage) co_return message_response(404, "Not Found");
  const auto origin = call.request.headers.get("Origin");
  if (!stage->cors.empty() && call.request.method == "OPTIONS" && !origin.empty() &&
      call.request.headers.has("Access-Control-Request-Method"))
    co_return preflight(stage->cors, call.request);
  auto matched = match(*stage, call.request.method, below);
  if (!matched.route) co_return message_response(404, "Not Found");
  if (matched.route->iam && !call.caller) co_return message_response(403, "Forbidden");
  if (matched.route->iam) {
    auto arn =
        api_arn(gateway->world, stage->region, stage->api_id, stage->name, call.request.method + below);
    if (refuse_access(gateway->world, *call.caller, stage->region, "Invoke", std::move(arn)))
      co_return message_response(403, "Forbidden");
  }
  if (!matched.route->integration) co_return message_response(500, "Internal Server Error");
  if (call.request.body.size() > max_payload) co_return message_response(413, "Request Entity Too Large");
  call.request.target = address.target;
  auto api = api_request(*gateway, call, *stage, *matched.route, path);
  api.path_parameters = std::move(matched.parameters);
  const auto& integration = *matched.route->integration;
  const bool v2 = integration.payload_format == "2.0";
  if (!v2)
    api.resource =
        matched.route->method.empty() ? "$default" : api.resource.substr(api.resource.find(' ') + 1);
  auto payload = json::serialize(v2 ? event_2_0(api) : event_1_0(api));
  auto source = api_arn(gateway->world, stage->region, stage->api_id, stage->name,
                        route_source(*matched.route, call.request.method));
  auto called = co_await call_function(gateway->world, stage->region, integration, std::move(payload),
                                       api.trace_id, std::move(source));
  auto response = render(called, integration.payload_format);
  add_cors(response, stage->cors, origin);
  response.headers.set("Apigw-Requestid", api.request_id);
  co_return response;
}

}  // namespace live::cloud::apigateway
