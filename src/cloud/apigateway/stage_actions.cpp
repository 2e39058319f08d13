#include <fmt/format.h>

#include "cloud/apigateway/api_actions.h"

namespace live::cloud::apigateway {
namespace {

constexpr auto stage_members = {"StageName",     "Description",       "DeploymentId",
                                "AutoDeploy",    "StageVariables",    "DefaultRouteSettings",
                                "RouteSettings", "AccessLogSettings", "ClientCertificateId"};

json::object shown(const json::object& deployment) {
  auto out = deployment;
  out.erase("Snapshot");
  return out;
}

ApiResult<void> check_stage(Api& api, const json::object& stage) {
  const auto name = string_or(stage, "StageName");
  if (name.empty() || (name == "$default" && api.is_websocket()))
    return bad_request(fmt::format("Stage name '{}' is not valid for this API", name));
  if (name != "$default" &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != name.npos)
    return bad_request("Stage name only allows a-zA-Z0-9_-");
  const auto deployment = string_or(stage, "DeploymentId");
  if (!deployment.empty() && !api.deployments.contains(deployment))
    return api_error(404, "NotFoundException",
                     fmt::format("Unable to find Deployment by id {} within the provided Api", deployment));
  if (const auto* logs = find_object(stage, "AccessLogSettings"); logs && !logs->empty())
    return bad_request("AccessLogSettings are not supported by the embedded AWS yet");
  return outcome::success();
}

void touch(const World& world, json::object& stage) { stage["LastUpdatedDate"] = iso8601(world.clock.now()); }

}  // namespace

Answer create_deployment_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  const auto name = string_or(call.input, "StageName");
  const auto stage = api->stages.find(name);
  if (!name.empty() && stage == api->stages.end())
    return api_error(404, "NotFoundException",
                     fmt::format("Unable to find Stage by name {} within the provided Api", name));
  LIVE_API_TRY(auto id, gateway.apis.deploy(*api, string_or(call.input, "Description"), false));
  if (stage != api->stages.end()) {
    stage->second["DeploymentId"] = id;
    touch(gateway.world, stage->second);
  }
  gateway.apis.save(*api);
  return shown(api->deployments.at(id));
}

Answer get_deployment_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(auto* deployment, row(api->deployments, call, "DeploymentId", "Deployment"));
  return shown(*deployment);
}

Answer get_deployments_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  return items(api->deployments);
}

Answer update_deployment_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(auto* deployment, row(api->deployments, call, "DeploymentId", "Deployment"));
  take(*deployment, call.input, {"Description"});
  auto answer = shown(*deployment);
  gateway.apis.save(*api);
  return answer;
}

Answer delete_deployment_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(row(api->deployments, call, "DeploymentId", "Deployment"));
  const auto id = string_or(call.input, "DeploymentId");
  for (const auto& [name, stage] : api->stages)
    if (string_or(stage, "DeploymentId") == id)
      return bad_request(
          fmt::format("Active stages pointing to this deployment must be moved or deleted: {}", name));
  api->deployments.erase(id);
  gateway.apis.save(*api);
  return json::object{};
}

Answer create_stage_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  json::object stage{{"CreatedDate", iso8601(gateway.world.clock.now())},
                     {"AutoDeploy", false},
                     {"DefaultRouteSettings", {{"DetailedMetricsEnabled", false}}},
                     {"RouteSettings", json::object()},
                     {"StageVariables", json::object()},
                     {"Tags", json::object()}};
  take(stage, call.input, stage_members);
  take(stage, call.input, {"Tags"});
  touch(gateway.world, stage);
  LIVE_API_TRY(check_stage(*api, stage));
  const auto name = string_or(stage, "StageName");
  if (api->stages.contains(name)) return api_error(409, "ConflictException", "Stage already exists");
  api->stages[name] = std::move(stage);
  gateway.apis.save(*api);
  return api->stages.at(name);
}

Answer get_stage_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(auto* stage, row(api->stages, call, "StageName", "Stage"));
  return *stage;
}

Answer get_stages_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  return items(api->stages);
}

Answer update_stage_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(auto* stage, row(api->stages, call, "StageName", "Stage"));
  auto changed = *stage;
  take(changed, call.input, stage_members);
  LIVE_API_TRY(check_stage(*api, changed));
  touch(gateway.world, changed);
  *stage = std::move(changed);
  gateway.apis.save(*api);
  return *stage;
}

Answer delete_stage_v2(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(row(api->stages, call, "StageName", "Stage"));
  const auto name = string_or(call.input, "StageName");
  gateway.connections.drop_stage(api->id, name);
  api->stages.erase(name);
  gateway.apis.save(*api);
  return json::object{};
}

}  // namespace live::cloud::apigateway
