#include "cloud/apigateway/rest_api.h"

#include <fmt/format.h>

namespace live::cloud::apigateway {
namespace {

constexpr std::string_view kind = "apigateway.restapi";

json::object write(const Table& table) {
  json::object out;
  for (const auto& [key, value] : table) out[key] = value;
  return out;
}

Table read(const json::object& in, std::string_view member) {
  Table out;
  if (const auto* found = find_object(in, member))
    for (const auto& [key, value] : *found) out[std::string(key)] = value.as_object();
  return out;
}

std::map<std::string, Template> templates_of(const json::object& in, std::string_view member) {
  std::map<std::string, Template> out;
  if (const auto* found = find_object(in, member))
    for (const auto& [key, text] : *found)
      if (const auto* string = text.if_string())
        if (auto parsed = Template::parse(*string); parsed.has_value())
          out.emplace(key, std::move(parsed.value()));
  return out;
}

// 'method.response.header.X': "'*'"
std::vector<std::pair<std::string, std::string>> headers_of(const json::object& response) {
  constexpr std::string_view prefix = "method.response.header.";
  std::vector<std::pair<std::string, std::string>> out;
  if (const auto* parameters = find_object(response, "responseParameters"))
    for (const auto& [name, value] : *parameters) {
      std::string_view key = name;
      const auto* text = value.if_string();
      if (!key.starts_with(prefix) || !text || text->size() < 2 || text->front() != '\'') continue;
      out.emplace_back(key.substr(prefix.size()), std::string_view(*text).substr(1, text->size() - 2));
    }
  return out;
}

std::string with_variables(std::string text, const json::object& variables) {
  for (const auto& [name, value] : variables) {
    const auto mark = fmt::format("${{stageVariables.{}}}", std::string_view(name));
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark))
      text.replace(at, mark.size(), std::string_view(value.as_string()));
  }
  return text;
}

RestMethod compile_method(const json::object& in, const json::object& variables) {
  RestMethod method{.iam = string_or(in, "authorizationType") == "AWS_IAM"};
  const auto* integration = find_object(in, "methodIntegration");
  if (!integration) return method;
  const bool mock = string_or(*integration, "type") == "MOCK";
  method.integration.kind = mock ? Integration::Kind::mock : Integration::Kind::lambda;
  method.integration.function = function_of_uri(with_variables(string_or(*integration, "uri"), variables));
  method.integration.timeout =
      std::chrono::milliseconds(find_int(*integration, "timeoutInMillis").value_or(29'000));
  method.integration.request_templates = templates_of(*integration, "requestTemplates");
  if (const auto* responses = find_object(*integration, "integrationResponses"))
    for (const auto& [status, value] : *responses) {
      const auto& response = value.as_object();
      method.responses.push_back({std::string(status), string_or(response, "selectionPattern"),
                                  headers_of(response), templates_of(response, "responseTemplates")});
    }
  return method;
}

}  // namespace

const RestMethod* RestResource::method(std::string_view name) const {
  auto found = methods.find(name);
  if (found == methods.end()) found = methods.find("ANY");
  return found == methods.end() ? nullptr : &found->second;
}

RestApis::RestApis(World& world) : world_(world) {
  for (const auto& [key, document] : world.store.list(kind, "")) {
    auto& api = add(string_or(document, "region"), key);
    api.self = document.at("self").as_object();
    api.resources = read(document, "resources");
    api.deployments = read(document, "deployments");
    api.stages = read(document, "stages");
    api.models = read(document, "models");
    api.validators = read(document, "validators");
  }
}

RestApi* RestApis::find(std::string_view id) {
  const auto found = apis_.find(std::string(id));
  return found == apis_.end() ? nullptr : found->second.get();
}

ApiResult<RestApi*> RestApis::get(const Call& call) {
  const auto id = string_or(call.input, "restApiId");
  auto* api = find(id);
  if (api && api->region == call.region) return api;
  return api_error(404, "NotFoundException",
                   fmt::format("Invalid API identifier specified {}:{}", world_.account, id));
}

RestApi& RestApis::add(std::string region, std::string id) {
  auto& slot = apis_[id];
  slot = std::make_unique<RestApi>();
  slot->region = std::move(region);
  slot->id = std::move(id);
  return *slot;
}

void RestApis::remove(const std::string& id) {
  world_.store.erase(kind, "", id);
  apis_.erase(id);
}

void RestApis::save(RestApi& api) {
  api.compiled.clear();
  world_.store.put(kind, "", api.id,
                   {{"region", api.region},
                    {"self", api.self},
                    {"resources", write(api.resources)},
                    {"deployments", write(api.deployments)},
                    {"stages", write(api.stages)},
                    {"models", write(api.models)},
                    {"validators", write(api.validators)}});
}

std::vector<RestApi*> RestApis::list(std::string_view region) {
  std::vector<RestApi*> found;
  for (const auto& [id, api] : apis_)
    if (api->region == region) found.push_back(api.get());
  std::sort(found.begin(), found.end(), [](const RestApi* a, const RestApi* b) { return a->id < b->id; });
  return found;
}

std::shared_ptr<const RestStage> RestApis::stage(RestApi& api, const std::string& name) {
  if (const auto kept = api.compiled.find(name); kept != api.compiled.end()) return kept->second;
  const auto found = api.stages.find(name);
  if (found == api.stages.end()) return nullptr;
  auto stage = std::make_shared<RestStage>();
  stage->api_id = api.id;
  stage->region = api.region;
  stage->name = name;
  stage->deployment_id = string_or(found->second, "deploymentId");
  if (const auto* variables = find_object(found->second, "variables")) stage->variables = *variables;
  if (const auto* types = find_array(api.self, "binaryMediaTypes"))
    for (const auto& type : *types) stage->binary_types.emplace_back(type.as_string());
  const auto deployment = api.deployments.find(stage->deployment_id);
  if (deployment == api.deployments.end()) return nullptr;
  for (const auto& [id, value] : deployment->second.at("snapshot").as_object()) {
    const auto& in = value.as_object();
    RestResource resource{std::string(id), string_or(in, "path"), {}};
    if (const auto* methods = find_object(in, "resourceMethods"))
      for (const auto& [method, definition] : *methods)
        resource.methods.emplace(method, compile_method(definition.as_object(), stage->variables));
    stage->paths.add(resource.path, stage->resources.size());
    stage->resources.push_back(std::move(resource));
  }
  api.compiled[name] = stage;
  return stage;
}

}  // namespace live::cloud::apigateway
