#include "cloud/apigateway/api.h"

#include <fmt/format.h>

namespace live::cloud::apigateway {
namespace {

constexpr std::string_view kind = "apigateway.api";

json::object write(const Table& table) {
  json::object out;
  for (const auto& [key, value] : table) out[key] = value;
  return out;
}

json::object write(const std::map<std::string, Table>& tables) {
  json::object out;
  for (const auto& [key, table] : tables) out[key] = write(table);
  return out;
}

Table read_table(const json::object& in) {
  Table out;
  for (const auto& [key, value] : in) out[std::string(key)] = value.as_object();
  return out;
}

Table read_table(const json::object& in, std::string_view member) {
  const auto* found = find_object(in, member);
  return found ? read_table(*found) : Table();
}

std::map<std::string, Table> read_tables(const json::object& in, std::string_view member) {
  std::map<std::string, Table> out;
  if (const auto* found = find_object(in, member))
    for (const auto& [key, value] : *found) out[std::string(key)] = read_table(value.as_object());
  return out;
}

json::object snapshot(const Api& api) {
  return {{"Routes", write(api.routes)},
          {"Integrations", write(api.integrations)},
          {"RouteResponses", write(api.route_responses)},
          {"IntegrationResponses", write(api.integration_responses)}};
}

std::map<std::string, Template> templates_of(const json::object& in, std::string_view member) {
  std::map<std::string, Template> out;
  if (const auto* found = find_object(in, member))
    for (const auto& [key, text] : *found)
      if (auto parsed = Template::parse(text.as_string()); parsed.has_value())
        out.emplace(key, std::move(parsed.value()));
  return out;
}

std::string fill_variables(std::string text, const json::object& variables) {
  for (const auto& [name, value] : variables) {
    const auto mark = fmt::format("${{stageVariables.{}}}", std::string_view(name));
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark))
      text.replace(at, mark.size(), std::string_view(value.as_string()));
  }
  return text;
}

std::shared_ptr<const Integration> compile_integration(const json::object& in, const json::object* responses,
                                                       const json::object& variables) {
  auto out = std::make_shared<Integration>();
  out->id = string_or(in, "IntegrationId");
  out->kind =
      string_or(in, "IntegrationType") == "MOCK" ? Integration::Kind::mock : Integration::Kind::lambda;
  out->function = function_of_uri(fill_variables(string_or(in, "IntegrationUri"), variables));
  out->payload_format = string_or(in, "PayloadFormatVersion", "1.0");
  out->timeout = std::chrono::milliseconds(find_int(in, "TimeoutInMillis").value_or(29'000));
  out->template_selection = string_or(in, "TemplateSelectionExpression", "$default");
  out->request_templates = templates_of(in, "RequestTemplates");
  if (responses)
    for (const auto& [id, value] : *responses) {
      const auto& response = value.as_object();
      out->responses.push_back({string_or(response, "IntegrationResponseKey"),
                                string_or(response, "TemplateSelectionExpression", "$default"),
                                templates_of(response, "ResponseTemplates")});
    }
  return out;
}

void compile_route(Stage& stage, const json::object& in, const json::object& shot) {
  ApiRoute route{.key = string_or(in, "RouteKey"), .iam = string_or(in, "AuthorizationType") == "AWS_IAM"};
  const auto* responses = find_object(shot, "RouteResponses");
  const auto* mine = responses ? find_object(*responses, string_or(in, "RouteId")) : nullptr;
  route.answers = mine && !mine->empty() && !string_or(in, "RouteResponseSelectionExpression").empty();
  const auto target = string_or(in, "Target");  // "integrations/abc1234"
  const auto id = target.substr(target.find('/') + 1);
  const auto* integrations = find_object(shot, "Integrations");
  const auto* integration = integrations ? find_object(*integrations, id) : nullptr;
  const auto* all_responses = find_object(shot, "IntegrationResponses");
  if (integration)
    route.integration = compile_integration(
        *integration, all_responses ? find_object(*all_responses, id) : nullptr, stage.variables);
  const auto space = route.key.find(' ');
  stage.by_key[route.key] = stage.routes.size();
  if (space != route.key.npos) {
    route.method = route.key.substr(0, space);
    stage.paths.add(std::string_view(route.key).substr(space + 1), stage.routes.size());
  }
  stage.routes.push_back(std::move(route));
}

}  // namespace

const ApiRoute* Stage::find(std::string_view key) const {
  const auto found = by_key.find(key);
  return found == by_key.end() ? nullptr : &routes[found->second];
}

std::string function_of_uri(std::string_view uri) {
  constexpr std::string_view before = "/functions/", after = "/invocations";
  if (const auto at = uri.find(before); at != uri.npos) {
    uri.remove_prefix(at + before.size());
    if (uri.ends_with(after)) uri.remove_suffix(after.size());
  }
  return std::string(uri);
}

Apis::Apis(World& world) : world_(world) {
  for (const auto& [key, document] : world.store.list(kind, "")) {
    auto& api = add(string_or(document, "Region"), key);
    api.self = document.at("Self").as_object();
    api.routes = read_table(document, "Routes");
    api.integrations = read_table(document, "Integrations");
    api.deployments = read_table(document, "Deployments");
    api.stages = read_table(document, "Stages");
    api.models = read_table(document, "Models");
    api.route_responses = read_tables(document, "RouteResponses");
    api.integration_responses = read_tables(document, "IntegrationResponses");
  }
}

Api* Apis::find(std::string_view id) {
  const auto found = apis_.find(std::string(id));
  return found == apis_.end() ? nullptr : found->second.get();
}

ApiResult<Api*> Apis::get(const Call& call) {
  const auto id = string_or(call.input, "ApiId");
  auto* api = find(id);
  if (api && api->region == call.region) return api;
  return api_error(404, "NotFoundException",
                   fmt::format("Invalid API identifier specified {}:{}", world_.account, id));
}

Api& Apis::add(std::string region, std::string id) {
  auto& slot = apis_[id];
  slot = std::make_unique<Api>();
  slot->region = std::move(region);
  slot->id = std::move(id);
  return *slot;
}

void Apis::remove(const std::string& id) {
  world_.store.erase(kind, "", id);
  apis_.erase(id);
}

void Apis::save(Api& api) {
  const bool follows = std::any_of(api.stages.begin(), api.stages.end(), [](const auto& stage) {
    return find_bool(stage.second, "AutoDeploy").value_or(false);
  });
  if (follows) (void)deploy(api, "Automatic deployment triggered by changes to the Api configuration", true);
  api.compiled.clear();
  json::object document = snapshot(api);
  document["Region"] = api.region;
  document["Self"] = api.self;
  document["Deployments"] = write(api.deployments);
  document["Stages"] = write(api.stages);
  document["Models"] = write(api.models);
  world_.store.put(kind, "", api.id, document);
}

ApiResult<std::string> Apis::deploy(Api& api, std::string description, bool automatic) {
  if (!automatic && api.is_websocket() && api.routes.empty())
    return api_error(400, "BadRequestException", "At least one route is required before deploying the Api.");
  auto shot = snapshot(api);
  if (automatic) {  // one that shows nothing new is not made; those it takes the place of go
    std::erase_if(api.deployments,
                  [&](const auto& entry) { return find_bool(entry.second, "AutoDeployed").value_or(false); });
  }
  const auto id = world_.ids.lower(6);
  api.deployments[id] = {{"DeploymentId", id},
                         {"AutoDeployed", automatic},
                         {"DeploymentStatus", "DEPLOYED"},
                         {"Description", description},
                         {"CreatedDate", iso8601(world_.clock.now())},
                         {"Snapshot", std::move(shot)}};
  if (automatic)
    for (auto& [name, stage] : api.stages)
      if (find_bool(stage, "AutoDeploy").value_or(false)) stage["DeploymentId"] = id;
  return id;
}

std::vector<Api*> Apis::list(std::string_view region) {
  std::vector<Api*> found;
  for (const auto& [id, api] : apis_)
    if (api->region == region) found.push_back(api.get());
  std::sort(found.begin(), found.end(), [](const Api* a, const Api* b) { return a->id < b->id; });
  return found;
}

std::shared_ptr<const Stage> Apis::stage(Api& api, const std::string& name) {
  if (const auto kept = api.compiled.find(name); kept != api.compiled.end()) return kept->second;
  const auto found = api.stages.find(name);
  if (found == api.stages.end()) return nullptr;
  auto stage = std::make_shared<Stage>();
  stage->api_id = api.id;
  stage->region = api.region;
  stage->name = name;
  stage->deployment_id = string_or(found->second, "DeploymentId");
  if (const auto* variables = live::find_object(found->second, "StageVariables"))
    stage->variables = *variables;
  if (const auto* cors = live::find_object(api.self, "CorsConfiguration")) stage->cors = *cors;
  if (api.is_websocket())
    if (auto selection = Selection::parse(string_or(api.self, "RouteSelectionExpression"));
        selection.has_value())
      stage->selection = std::move(selection.value());
  if (const auto deployment = api.deployments.find(stage->deployment_id);
      deployment != api.deployments.end()) {
    const auto& shot = deployment->second.at("Snapshot").as_object();
    for (const auto& [id, route] : shot.at("Routes").as_object())
      compile_route(*stage, route.as_object(), shot);
  }
  api.compiled[name] = stage;
  return stage;
}

}  // namespace live::cloud::apigateway
