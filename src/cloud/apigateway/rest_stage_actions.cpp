#include <fmt/format.h>

#include "cloud/apigateway/api_actions.h"
#include "cloud/apigateway/rest_actions.h"

namespace live::cloud::apigateway::rest {
namespace {

constexpr std::string_view account_kind = "apigateway.account";

int64_t now(const Gateway& gateway) { return to_millis(gateway.world.clock.now()) / 1000; }

ApiResult<json::object*> stage_of(RestApi& api, const Call& call) {
  const auto found = api.stages.find(string_or(call.input, "stageName"));
  if (found == api.stages.end()) return not_found("Invalid stage identifier specified");
  return &found->second;
}

ApiResult<json::object*> deployment_of(RestApi& api, const std::string& id) {
  const auto found = api.deployments.find(id);
  if (found == api.deployments.end()) return not_found("Invalid Deployment identifier specified");
  return &found->second;
}

json::object shown(const json::object& deployment) {
  auto out = deployment;
  out.erase("snapshot");
  return out;
}

ApiResult<void> check_deployable(const RestApi& api) {
  bool any = false;
  for (const auto& [id, resource] : api.resources)
    if (const auto* methods = find_object(resource, "resourceMethods"))
      for (const auto& [name, method] : *methods) {
        any = true;
        if (!method.as_object().contains("methodIntegration"))
          return bad_request(fmt::format("No integration defined for method {} {}", std::string_view(name),
                                         string_or(resource, "path")));
      }
  if (!any) return bad_request("The REST API doesn't contain any methods");
  return outcome::success();
}

json::object new_stage(const Gateway& gateway, const Call& call, std::string_view deployment) {
  json::object stage{{"stageName", string_or(call.input, "stageName")},
                     {"deploymentId", deployment},
                     {"cacheClusterEnabled", false},
                     {"cacheClusterStatus", "NOT_AVAILABLE"},
                     {"methodSettings", json::object()},
                     {"tracingEnabled", false},
                     {"createdDate", now(gateway)},
                     {"lastUpdatedDate", now(gateway)}};
  take(stage, call.input, {"description", "variables", "tracingEnabled", "tags", "documentationVersion"});
  return stage;
}

// arn:aws:apigateway:us-east-1::/restapis/abc or …/restapis/abc/stages/prod
ApiResult<json::object*> tagged(Gateway& gateway, const Call& call, RestApi** owner) {
  const auto arn = string_or(call.input, "resourceArn");
  const auto at = arn.find("/restapis/");
  const auto rest = at == arn.npos ? std::string() : arn.substr(at + 10);
  const auto slash = rest.find('/');
  *owner = gateway.rest_apis.find(rest.substr(0, slash));
  if (!*owner) return not_found("Invalid API identifier specified " + arn);
  if (slash == rest.npos) return &(*owner)->self;
  const auto stage = (*owner)->stages.find(rest.substr(rest.rfind('/') + 1));
  if (stage == (*owner)->stages.end()) return not_found("Invalid stage identifier specified");
  return &stage->second;
}

json::object& tags_of(json::object& resource) {
  auto& tags = resource["tags"];
  if (!tags.is_object()) tags = json::object();
  return tags.as_object();
}

// "/{resource}/{method}/logging/loglevel": a setting of methods. False: the path is none.
ApiResult<bool> set_method_setting(json::object& stage, const std::string& path, const std::string& value) {
  static constexpr std::pair<std::string_view, const char*> settings[] = {
      {"/logging/loglevel", "loggingLevel"},
      {"/logging/dataTrace", "dataTraceEnabled"},
      {"/metrics/enabled", "metricsEnabled"},
      {"/throttling/rateLimit", "throttlingRateLimit"},
      {"/throttling/burstLimit", "throttlingBurstLimit"}};
  if (std::count(path.begin(), path.end(), '/') != 4) return false;
  for (const auto& [suffix, member] : settings) {
    if (!path.ends_with(suffix)) continue;
    const auto parsed = parse_json(value);
    const bool plain = parsed.has_value() && (parsed.value().is_number() || parsed.value().is_bool());
    auto& methods = stage["methodSettings"].as_object();
    auto& one = methods[path.substr(1, path.size() - 1 - suffix.size())];
    if (!one.is_object()) one = json::object();
    one.as_object()[member] = plain ? parsed.value() : json::value(value);
    return true;
  }
  return bad_request(fmt::format("Invalid method setting path: {}", path));
}

json::object account_of(Gateway& gateway, const Call& call) {
  if (auto stored = gateway.world.store.get(account_kind, call.region, "account")) return *stored;
  return {{"throttleSettings", {{"burstLimit", 5000}, {"rateLimit", 10'000.0}}},
          {"features", {"UsagePlans"}},
          {"apiKeyVersion", "4"}};
}

}  // namespace

Answer create_deployment(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  LIVE_API_TRY(check_deployable(*api));
  const auto id = gateway.world.ids.lower(6);
  json::object snapshot;
  for (const auto& [resource, value] : api->resources) snapshot[resource] = value;
  json::object deployment{{"id", id}, {"createdDate", now(gateway)}};
  take(deployment, call.input, {"description"});
  api->deployments[id] = deployment;
  api->deployments[id]["snapshot"] = std::move(snapshot);
  if (const auto name = string_or(call.input, "stageName"); !name.empty()) {
    const auto stage = api->stages.find(name);
    if (stage == api->stages.end()) {
      api->stages[name] = new_stage(gateway, call, id);
      if (const auto description = find_string(call.input, "stageDescription"))
        api->stages[name]["description"] = *description;
    } else {
      stage->second["deploymentId"] = id;
      take(stage->second, call.input, {"variables"});
      stage->second["lastUpdatedDate"] = now(gateway);
    }
  }
  gateway.rest_apis.save(*api);
  return deployment;
}

Answer get_deployment(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  LIVE_API_TRY(auto* deployment, deployment_of(*api, string_or(call.input, "deploymentId")));
  return shown(*deployment);
}

Answer get_deployments(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  json::array all;
  for (const auto& [id, deployment] : api->deployments) all.push_back(shown(deployment));
  return json::object{{"items", std::move(all)}};
}

Answer update_deployment(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  LIVE_API_TRY(auto* deployment, deployment_of(*api, string_or(call.input, "deploymentId")));
  LIVE_API_TRY(patch(*deployment, call.input, {"/description"}));
  gateway.rest_apis.save(*api);
  return shown(*deployment);
}

Answer delete_deployment(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  const auto id = string_or(call.input, "deploymentId");
  LIVE_API_TRY(deployment_of(*api, id));
  for (const auto& [name, stage] : api->stages)
    if (string_or(stage, "deploymentId") == id)
      return bad_request(
          fmt::format("Active stages pointing to this deployment must be moved or deleted: {}", name));
  api->deployments.erase(id);
  gateway.rest_apis.save(*api);
  return json::object{};
}

Answer create_stage(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  const auto name = string_or(call.input, "stageName"), deployment = string_or(call.input, "deploymentId");
  if (name.empty()) return bad_request("Stage name is required");
  LIVE_API_TRY(deployment_of(*api, deployment));
  if (find_bool(call.input, "cacheClusterEnabled").value_or(false))
    return bad_request("cacheClusterEnabled is not supported by the embedded AWS yet");
  if (api->stages.contains(name)) return api_error(409, "ConflictException", "Stage already exists");
  api->stages[name] = new_stage(gateway, call, deployment);
  gateway.rest_apis.save(*api);
  return api->stages.at(name);
}

Answer get_stage(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  LIVE_API_TRY(auto* stage, stage_of(*api, call));
  return *stage;
}

Answer get_stages(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  const auto deployment = find_string(call.input, "deploymentId");
  json::array all;
  for (const auto& [name, stage] : api->stages)
    if (!deployment || string_or(stage, "deploymentId") == *deployment) all.push_back(stage);
  return json::object{{"item", std::move(all)}};
}

Answer update_stage(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  LIVE_API_TRY(auto* stage, stage_of(*api, call));
  auto changed = *stage;
  json::array others;
  if (const auto* operations = find_array(call.input, "patchOperations"))
    for (const auto& operation : *operations) {
      const auto& o = operation.as_object();
      LIVE_API_TRY(const bool is_setting,
                   set_method_setting(changed, string_or(o, "path"), string_or(o, "value")));
      if (!is_setting) others.push_back(operation);
    }
  LIVE_API_TRY(patch(changed, {{"patchOperations", std::move(others)}},
                     {"/description", "/deploymentId", "/variables/", "/tracingEnabled"}));
  LIVE_API_TRY(deployment_of(*api, string_or(changed, "deploymentId")));
  changed["lastUpdatedDate"] = now(gateway);
  *stage = std::move(changed);
  gateway.rest_apis.save(*api);
  return *stage;
}

Answer delete_stage(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  LIVE_API_TRY(stage_of(*api, call));
  api->stages.erase(string_or(call.input, "stageName"));
  gateway.rest_apis.save(*api);
  return json::object{};
}

Answer get_account(Gateway& gateway, const Call& call) { return account_of(gateway, call); }

Answer update_account(Gateway& gateway, const Call& call) {
  auto account = account_of(gateway, call);
  LIVE_API_TRY(patch(account, call.input, {"/cloudwatchRoleArn"}));
  if (string_or(account, "cloudwatchRoleArn").empty()) account.erase("cloudwatchRoleArn");
  gateway.world.store.put(account_kind, call.region, "account", account);
  return account;
}

Answer tag_resource(Gateway& gateway, const Call& call) {
  RestApi* api = nullptr;
  LIVE_API_TRY(auto* resource, tagged(gateway, call, &api));
  if (const auto* tags = find_object(call.input, "tags"))
    for (const auto& [key, value] : *tags) tags_of(*resource)[key] = value;
  gateway.rest_apis.save(*api);
  return json::object{};
}

Answer untag_resource(Gateway& gateway, const Call& call) {
  RestApi* api = nullptr;
  LIVE_API_TRY(auto* resource, tagged(gateway, call, &api));
  if (const auto* keys = find_array(call.input, "tagKeys"))
    for (const auto& key : *keys) tags_of(*resource).erase(std::string_view(key.as_string()));
  gateway.rest_apis.save(*api);
  return json::object{};
}

Answer get_tags(Gateway& gateway, const Call& call) {
  RestApi* api = nullptr;
  LIVE_API_TRY(auto* resource, tagged(gateway, call, &api));
  return json::object{{"tags", tags_of(*resource)}};
}

}  // namespace live::cloud::apigateway::rest
