#include <fmt/format.h>

#include "cloud/apigateway/api_actions.h"

namespace live::cloud::apigateway {
namespace {

constexpr auto route_members = {"RouteKey",
                                "Target",
                                "AuthorizationType",
                                "ApiKeyRequired",
                                "AuthorizationScopes",
                                "OperationName",
                                "ModelSelectionExpression",
                                "RouteResponseSelectionExpression",
                                "RequestModels",
                                "RequestParameters"};
constexpr auto response_members = {"RouteResponseKey", "ModelSelectionExpression", "ResponseModels",
                                   "ResponseParameters"};

ApiResult<void> check_http_key(const std::string& key) {
  static constexpr std::array methods = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"};
  const auto space = key.find(' ');
  const bool known = std::find(methods.begin(), methods.end(), key.substr(0, space)) != methods.end();
  if (key == "$default" || (space != key.npos && known && key[space + 1] == '/')) return outcome::success();
  return bad_request(
      fmt::format("The provided route key is not formatted properly for HTTP protocol: {}. Format "
                  "should be \"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\"",
                  key));
}

ApiResult<void> check_route(Api& api, const json::object& route) {
  const auto key = string_or(route, "RouteKey");
  if (key.empty()) return bad_request("RouteKey is required");
  if (!api.is_websocket()) {
    LIVE_API_TRY(check_http_key(key));
  }
  for (const auto& [id, other] : api.routes)
    if (string_or(other, "RouteKey") == key && id != string_or(route, "RouteId"))
      return api_error(409, "ConflictException",
                       fmt::format("Route with key {} already exists for this API", key));
  const auto authorization = string_or(route, "AuthorizationType", "NONE");
  if (authorization != "NONE" && authorization != "AWS_IAM")
    return bad_request(
        fmt::format("AuthorizationType {} is not supported by the embedded AWS yet", authorization));
  if (api.is_websocket() && authorization != "NONE" && key != "$connect")
    return bad_request("Currently, authorization is restricted to the $connect route only");
  if (find_bool(route, "ApiKeyRequired").value_or(false))
    return bad_request("ApiKeyRequired is not supported by the embedded AWS yet");
  const auto target = string_or(route, "Target");
  if (!target.empty() && !api.integrations.contains(target.substr(target.find('/') + 1)))
    return bad_request(fmt::format("Invalid target {}: there is no such integration", target));
  const auto expression = string_or(route, "RouteResponseSelectionExpression");
  if (!expression.empty() && expression != "$default")
    return bad_request("Currently, the only supported RouteResponseSelectionExpression is $default");
  return outcome::success();
}

}  // namespace

Answer create_route(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  const auto id = gateway.world.ids.lower(7);
  json::object route{{"RouteId", id}, {"AuthorizationType", "NONE"}, {"ApiKeyRequired", false}};
  take(route, call.input, route_members);
  LIVE_API_TRY(check_route(*api, route));
  api->routes[id] = route;
  gateway.apis.save(*api);
  return route;
}

Answer get_route(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(auto* route, row(api->routes, call, "RouteId", "Route"));
  return *route;
}

Answer get_routes(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  return items(api->routes);
}

Answer update_route(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(auto* route, row(api->routes, call, "RouteId", "Route"));
  auto changed = *route;
  take(changed, call.input, route_members);
  LIVE_API_TRY(check_route(*api, changed));
  *route = changed;
  gateway.apis.save(*api);
  return changed;
}

Answer delete_route(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(row(api->routes, call, "RouteId", "Route"));
  api->routes.erase(string_or(call.input, "RouteId"));
  api->route_responses.erase(string_or(call.input, "RouteId"));
  gateway.apis.save(*api);
  return json::object{};
}

Answer create_route_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(row(api->routes, call, "RouteId", "Route"));
  if (!api->is_websocket()) return bad_request("Route responses are supported by WEBSOCKET APIs only");
  if (string_or(call.input, "RouteResponseKey") != "$default")
    return bad_request("RouteResponseKey must be $default");
  auto& responses = api->route_responses[string_or(call.input, "RouteId")];
  if (!responses.empty())
    return api_error(409, "ConflictException", "A route response with key $default exists already");
  const auto id = gateway.world.ids.lower(7);
  json::object response{{"RouteResponseId", id}};
  take(response, call.input, response_members);
  responses[id] = response;
  gateway.apis.save(*api);
  return response;
}

Answer get_route_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(row(api->routes, call, "RouteId", "Route"));
  auto& responses = api->route_responses[string_or(call.input, "RouteId")];
  LIVE_API_TRY(auto* response, row(responses, call, "RouteResponseId", "RouteResponse"));
  return *response;
}

Answer get_route_responses(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(row(api->routes, call, "RouteId", "Route"));
  return items(api->route_responses[string_or(call.input, "RouteId")]);
}

Answer update_route_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  auto& responses = api->route_responses[string_or(call.input, "RouteId")];
  LIVE_API_TRY(auto* response, row(responses, call, "RouteResponseId", "RouteResponse"));
  take(*response, call.input, response_members);
  gateway.apis.save(*api);
  return *response;
}

Answer delete_route_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  auto& responses = api->route_responses[string_or(call.input, "RouteId")];
  LIVE_API_TRY(row(responses, call, "RouteResponseId", "RouteResponse"));
  responses.erase(string_or(call.input, "RouteResponseId"));
  gateway.apis.save(*api);
  return json::object{};
}

}  // namespace live::cloud::apigateway
