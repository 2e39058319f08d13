#include "cloud/apigateway/rest_actions.h"

#include <fmt/format.h>

namespace live::cloud::apigateway::rest {
namespace {

bool is_path_part(std::string_view part) {
  if (part.starts_with('{')) return part.size() > 2 && part.ends_with('}');
  return !part.empty() && part.find_first_of("{}/?#") == part.npos;
}

ApiResult<json::object*> resource_of(RestApi& api, const std::string& id) {
  const auto found = api.resources.find(id);
  if (found == api.resources.end()) return not_found("Invalid Resource identifier specified");
  return &found->second;
}

json::object shown(const json::object& resource, const Call& call) {
  auto out = resource;
  const auto* embed = find(call.input, "embed");
  const bool methods = embed && json::serialize(*embed).find("methods") != std::string::npos;
  auto* all = out.if_contains("resourceMethods");
  if (!methods && all)
    for (auto& [name, method] : all->as_object()) method = json::object();
  if (all && all->as_object().empty()) out.erase("resourceMethods");
  return out;
}

void delete_below(RestApi& api, const std::string& id) {
  std::vector<std::string> children;
  for (const auto& [child, value] : api.resources)
    if (string_or(value, "parentId") == id) children.push_back(child);
  for (const auto& child : children) delete_below(api, child);
  api.resources.erase(id);
}

}  // namespace

ApiError not_found(std::string message) { return api_error(404, "NotFoundException", std::move(message)); }
ApiError bad_request(std::string message) {
  return api_error(400, "BadRequestException", std::move(message));
}

Answer create_rest_api(Gateway& gateway, const Call& call) {
  if (string_or(call.input, "name").empty()) return bad_request("Invalid REST API name: it is required");
  if (const auto from = string_or(call.input, "cloneFrom"); !from.empty())
    return bad_request("cloneFrom is not supported by the embedded AWS yet");
  if (!string_or(call.input, "policy").empty())
    return bad_request("policy of a REST API is not supported by the embedded AWS yet");
  auto& ids = gateway.world.ids;
  const auto id = ids.lower(10), root = ids.lower(10);
  auto& api = gateway.rest_apis.add(call.region, id);
  api.self = {{"id", id},
              {"createdDate", to_millis(gateway.world.clock.now()) / 1000},
              {"apiKeySource", "HEADER"},
              {"endpointConfiguration", {{"types", {"EDGE"}}, {"ipAddressType", "ipv4"}}},
              {"disableExecuteApiEndpoint", false},
              {"tags", json::object()},
              {"rootResourceId", root}};
  for (const auto* member : {"name", "description", "version", "binaryMediaTypes", "minimumCompressionSize",
                             "apiKeySource", "endpointConfiguration", "tags", "disableExecuteApiEndpoint"})
    if (const auto* given = find(call.input, member); given && !given->is_null()) api.self[member] = *given;
  api.resources[root] = {{"id", root}, {"path", "/"}};
  gateway.rest_apis.save(api);
  return api.self;
}

Answer get_rest_api(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  return api->self;
}

Answer get_rest_apis(Gateway& gateway, const Call& call) {
  json::array all;
  for (const auto* api : gateway.rest_apis.list(call.region)) all.push_back(api->self);
  return json::object{{"items", std::move(all)}};
}

Answer update_rest_api(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  auto changed = api->self;
  if (!find_array(changed, "binaryMediaTypes")) changed["binaryMediaTypes"] = json::array();
  LIVE_API_TRY(patch(changed, call.input,
                     {"/name", "/description", "/version", "/binaryMediaTypes/", "/minimumCompressionSize",
                      "/apiKeySource", "/disableExecuteApiEndpoint", "/endpointConfiguration/"}));
  if (find_array(changed, "binaryMediaTypes")->empty()) changed.erase("binaryMediaTypes");
  api->self = std::move(changed);
  gateway.rest_apis.save(*api);
  return api->self;
}

Answer delete_rest_api(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  gateway.rest_apis.remove(std::string(api->id));
  return json::object{};
}

Answer create_resource(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  const auto parent_id = string_or(call.input, "parentId"), part = string_or(call.input, "pathPart");
  LIVE_API_TRY(auto* parent, resource_of(*api, parent_id));
  if (!is_path_part(part))
    return bad_request(
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at "
        "the beginning and the end.");
  const auto above = string_or(*parent, "path");
  const auto path = (above == "/" ? "" : above) + "/" + part;
  for (const auto& [id, other] : api->resources)
    if (string_or(other, "path") == path)
      return api_error(409, "ConflictException",
                       fmt::format("Another resource with the same parent already has this name: {}", part));
  const auto id = gateway.world.ids.lower(6);
  json::object resource{{"id", id}, {"parentId", parent_id}, {"pathPart", part}, {"path", path}};
  api->resources[id] = resource;
  gateway.rest_apis.save(*api);
  return resource;
}

Answer get_resource(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  LIVE_API_TRY(auto* resource, resource_of(*api, string_or(call.input, "resourceId")));
  return shown(*resource, call);
}

Answer get_resources(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  json::array all;
  for (const auto& [id, resource] : api->resources) all.push_back(shown(resource, call));
  return json::object{{"items", std::move(all)}};
}

Answer delete_resource(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  const auto id = string_or(call.input, "resourceId");
  LIVE_API_TRY(resource_of(*api, id));
  if (id == string_or(api->self, "rootResourceId")) return bad_request("Root resource cannot be deleted");
  delete_below(*api, id);
  gateway.rest_apis.save(*api);
  return json::object{};
}

}  // namespace live::cloud::apigateway::rest
