#include "cloud/apigateway/api_actions.h"

#include <fmt/format.h>

namespace live::cloud::apigateway {
namespace {

constexpr auto api_members = {"Name",
                              "Description",
                              "Version",
                              "RouteSelectionExpression",
                              "ApiKeySelectionExpression",
                              "DisableExecuteApiEndpoint",
                              "DisableSchemaValidation",
                              "CorsConfiguration",
                              "IpAddressType"};

ApiResult<void> check_selection(const json::object& self) {
  const auto expression = string_or(self, "RouteSelectionExpression");
  if (string_or(self, "ProtocolType") == "HTTP") {
    if (!expression.empty() && expression != "$request.method $request.path" &&
        expression != "${request.method} ${request.path}")
      return bad_request("RouteSelectionExpression of an HTTP API is ${request.method} ${request.path}");
    return outcome::success();
  }
  if (expression.empty()) return bad_request("RouteSelectionExpression is required for a WEBSOCKET API");
  LIVE_API_TRY(Selection::parse(expression));
  return outcome::success();
}

// An HTTP API made in one call: a route to one target, and a stage that deploys by itself.
ApiResult<void> quick_create(Gateway& gateway, Api& api, const Call& call) {
  const auto target = string_or(call.input, "Target");
  if (target.empty()) return outcome::success();
  Call part = call;
  part.input = {{"ApiId", api.id},
                {"IntegrationType", "AWS_PROXY"},
                {"IntegrationUri", target},
                {"PayloadFormatVersion", "2.0"}};
  LIVE_API_TRY(auto integration, create_integration(gateway, part));
  part.input = {{"ApiId", api.id},
                {"RouteKey", string_or(call.input, "RouteKey", "$default")},
                {"Target", "integrations/" + string_or(integration, "IntegrationId")}};
  LIVE_API_TRY(create_route(gateway, part));
  part.input = {{"ApiId", api.id}, {"StageName", "$default"}, {"AutoDeploy", true}};
  LIVE_API_TRY(create_stage_v2(gateway, part));
  for (auto* table : {&api.integrations, &api.routes, &api.stages})
    for (auto& [id, value] : *table) value["ApiGatewayManaged"] = true;
  return outcome::success();
}

// arn:aws:apigateway:us-east-1::/apis/abc or …/apis/abc/stages/prod
ApiResult<json::object*> tagged(Gateway& gateway, const Call& call, Api** owner) {
  const auto arn = string_or(call.input, "ResourceArn");
  const auto at = arn.find("/apis/");
  auto rest = at == arn.npos ? std::string() : arn.substr(at + 6);
  const auto slash = rest.find('/');
  *owner = gateway.apis.find(rest.substr(0, slash));
  if (!*owner) return api_error(404, "NotFoundException", "Invalid API identifier specified " + arn);
  if (slash == rest.npos) return &(*owner)->self;
  const auto stage = (*owner)->stages.find(rest.substr(rest.rfind('/') + 1));
  if (stage == (*owner)->stages.end())
    return api_error(404, "NotFoundException", "Invalid stage specified " + arn);
  return &stage->second;
}

json::object& tags_of(json::object& resource) {
  auto& tags = resource["Tags"];
  if (!tags.is_object()) tags = json::object();
  return tags.as_object();
}

}  // namespace

ApiError bad_request(std::string message) {
  return api_error(400, "BadRequestException", std::move(message));
}

void take(json::object& into, const json::object& input, std::initializer_list<const char*> members) {
  for (const auto* member : members)
    if (const auto* given = find(input, member); given && !given->is_null()) into[member] = *given;
}

ApiResult<json::object*> row(Table& table, const Call& call, std::string_view member, std::string_view noun) {
  const auto id = string_or(call.input, member);
  const auto found = table.find(id);
  if (found == table.end())
    return api_error(404, "NotFoundException", fmt::format("Invalid {} identifier specified {}", noun, id));
  return &found->second;
}

json::object items(const Table& table) {
  json::array all;
  for (const auto& [id, value] : table) {
    auto shown = value;
    shown.erase("Snapshot");
    all.push_back(std::move(shown));
  }
  return {{"Items", std::move(all)}};
}

ApiResult<void> check_templates(const json::object& input, std::string_view member) {
  if (const auto* templates = find_object(input, member))
    for (const auto& [key, text] : *templates) {
      if (!text.is_string())
        return bad_request(fmt::format("{}.{} must be a string", member, std::string_view(key)));
      LIVE_API_TRY(Template::parse(text.as_string()));
    }
  return outcome::success();
}

Answer create_api(Gateway& gateway, const Call& call) {
  const auto protocol = string_or(call.input, "ProtocolType");
  if (protocol != "HTTP" && protocol != "WEBSOCKET")
    return bad_request("ProtocolType must be HTTP or WEBSOCKET");
  if (string_or(call.input, "Name").empty()) return bad_request("Name is required");
  const auto id = gateway.world.ids.lower(10);
  json::object self{{"ApiId", id},
                    {"ApiEndpoint", fmt::format("{}://{}.execute-api.{}.amazonaws.com",
                                                protocol == "HTTP" ? "https" : "wss", id, call.region)},
                    {"ProtocolType", protocol},
                    {"ApiKeySelectionExpression", "$request.header.x-api-key"},
                    {"DisableExecuteApiEndpoint", false},
                    {"IpAddressType", "ipv4"},
                    {"CreatedDate", iso8601(gateway.world.clock.now())},
                    {"Tags", json::object()}};
  take(self, call.input, api_members);
  take(self, call.input, {"Tags"});
  LIVE_API_TRY(check_selection(self));
  if (protocol == "HTTP") self["RouteSelectionExpression"] = "$request.method $request.path";
  auto& api = gateway.apis.add(call.region, id);
  api.self = std::move(self);
  const auto quick = quick_create(gateway, api, call);
  if (quick.has_error()) {
    gateway.apis.remove(id);
    return quick.error();
  }
  gateway.apis.save(api);
  return api.self;
}

Answer get_api(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  return api->self;
}

Answer get_apis(Gateway& gateway, const Call& call) {
  json::array all;
  for (const auto* api : gateway.apis.list(call.region)) all.push_back(api->self);
  return json::object{{"Items", std::move(all)}};
}

Answer update_api(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  auto changed = api->self;
  take(changed, call.input, api_members);
  LIVE_API_TRY(check_selection(changed));
  api->self = std::move(changed);
  gateway.apis.save(*api);
  return api->self;
}

Answer delete_api(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  gateway.connections.drop_api(api->id);
  gateway.apis.remove(std::string(api->id));
  return json::object{};
}

Answer delete_cors_configuration(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  api->self.erase("CorsConfiguration");
  gateway.apis.save(*api);
  return json::object{};
}

Answer tag_resource_v2(Gateway& gateway, const Call& call) {
  Api* api = nullptr;
  LIVE_API_TRY(auto* resource, tagged(gateway, call, &api));
  if (const auto* tags = find_object(call.input, "Tags"))
    for (const auto& [key, value] : *tags) tags_of(*resource)[key] = value;
  gateway.apis.save(*api);
  return json::object{};
}

Answer untag_resource_v2(Gateway& gateway, const Call& call) {
  Api* api = nullptr;
  LIVE_API_TRY(auto* resource, tagged(gateway, call, &api));
  if (const auto* keys = find_array(call.input, "TagKeys"))
    for (const auto& key : *keys) tags_of(*resource).erase(std::string_view(key.as_string()));
  gateway.apis.save(*api);
  return json::object{};
}

Answer get_tags_v2(Gateway& gateway, const Call& call) {
  Api* api = nullptr;
  LIVE_API_TRY(auto* resource, tagged(gateway, call, &api));
  return json::object{{"Tags", tags_of(*resource)}};
}

}  // namespace live::cloud::apigateway
