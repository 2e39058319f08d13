// AWS::ApiGateway: REST APIs.
#include "cloud/cloudformation/resources/resources.h"
#include "template/functions.h"

namespace live::cloud::cloudformation {
namespace {

// Templates name members as the API does, but for the first letter.
json::object wire(const json::object& properties, const std::vector<std::string_view>& names) {
  json::object made;
  for (auto name : names)
    if (auto* value = properties.if_contains(name)) made[lower_first(name)] = *value;
  return made;
}

json::object replace_operation(std::string path, const json::value& value) {
  auto text = cfn::text_of(value);
  return {
      {"op", "replace"}, {"path", std::move(path)}, {"value", text ? text.value() : json::serialize(value)}};
}

// JSON-patch operations for what changed among `names`; their paths are the wire's names.
json::array patch(const json::object& old, const json::object& now,
                  const std::vector<std::string_view>& names) {
  json::array operations;
  for (auto name : names) {
    if (!differs(old, now, name)) continue;
    auto* value = find(now, name);
    std::string path = "/" + (name == "ApiKeySourceType" ? "apiKeySource" : lower_first(name));
    if (value && !value->is_array() && !value->is_object())
      operations.push_back(replace_operation(path, *value));
    else if (value && name == "Policy")
      operations.push_back(replace_operation(path, *value));
    else if (!value)
      operations.push_back(json::object{{"op", "remove"}, {"path", path}});
  }
  return operations;
}

Async<ApiResult<void>> update_tags(Operation& operation, std::string path, const json::object& old,
                                   const json::object& now) {
  std::string arn = fmt::format("arn:aws:apigateway:{}::{}", operation.region(), path);
  TagChange tags = tag_change(old, now);
  if (!tags.set.empty()) {
    json::object input = with("resourceArn", arn);
    input["tags"] = std::move(tags.set);
    auto done = co_await operation.call("apigateway", "TagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (!tags.removed.empty()) {
    json::object input = with("resourceArn", arn);
    input["tagKeys"] = std::move(tags.removed);
    auto done = co_await operation.call("apigateway", "UntagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> create_api(Operation& operation, json::object properties) {
  json::object input = wire(properties, {"Name", "Description", "BinaryMediaTypes", "MinimumCompressionSize",
                                         "DisableExecuteApiEndpoint", "Version", "CloneFrom"});
  make_numbers(input, {"minimumCompressionSize"});
  make_bools(input, {"disableExecuteApiEndpoint"});
  if (!input.contains("name")) input["name"] = operation.id;
  if (auto* source = find(properties, "ApiKeySourceType")) input["apiKeySource"] = *source;
  if (auto* endpoint = find(properties, "EndpointConfiguration"))
    input["endpointConfiguration"] = lower_first_deep(*endpoint);
  if (auto* policy = find(properties, "Policy")) input["policy"] = json_text(*policy);
  if (auto tags = tag_map(properties); !tags.empty()) input["tags"] = std::move(tags);
  auto done = co_await operation.call("apigateway", "CreateRestApi", std::move(input));
  if (done.has_error()) co_return done.error();
  std::string id = string_or(done.value(), "id"), root = string_or(done.value(), "rootResourceId");
  operation.physical_id = id;
  if (root.empty()) {
    auto listed = co_await operation.call("apigateway", "GetResources", with("restApiId", id));
    if (listed.has_error()) co_return listed.error();
    for (const char* name : {"items", "item"})
      if (auto* items = find_array(listed.value(), name))
        for (const auto& item : *items)
          if (string_or(item.as_object(), "path") == "/") root = string_or(item.as_object(), "id");
  }
  operation.attributes = {{"RestApiId", id}, {"RootResourceId", root}};
  co_return outcome::success();
}

Async<ApiResult<void>> update_api(Operation& operation, Existing old, json::object properties) {
  json::array operations = patch(old.properties, properties,
                                 {"Name", "Description", "MinimumCompressionSize",
                                  "DisableExecuteApiEndpoint", "Version", "ApiKeySourceType", "Policy"});
  if (differs(old.properties, properties, "BinaryMediaTypes") ||
      differs(old.properties, properties, "EndpointConfiguration"))
    co_return api_error(400, "",
                        fmt::format("changing BinaryMediaTypes or EndpointConfiguration of {} is not "
                                    "supported by the embedded AWS: remove and add the API",
                                    operation.id));
  if (!operations.empty()) {
    json::object input = with("restApiId", old.physical_id);
    input["patchOperations"] = std::move(operations);
    auto done = co_await operation.call("apigateway", "UpdateRestApi", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return co_await update_tags(operation, "/restapis/" + old.physical_id, old.properties, properties);
}

Async<ApiResult<void>> remove_api(Operation& operation, Existing old) {
  co_return co_await operation.forget("apigateway", "DeleteRestApi", with("restApiId", old.physical_id));
}

Async<ApiResult<void>> create_resource(Operation& operation, json::object properties) {
  auto done = co_await operation.call("apigateway", "CreateResource",
                                      wire(properties, {"RestApiId", "ParentId", "PathPart"}));
  if (done.has_error()) co_return done.error();
  operation.physical_id = string_or(done.value(), "id");
  operation.attributes["ResourceId"] = operation.physical_id;
  co_return outcome::success();
}

Async<ApiResult<void>> remove_resource(Operation& operation, Existing old) {
  json::object input =
      with("restApiId", string_or(old.properties, "RestApiId"), "resourceId", old.physical_id);
  co_return co_await operation.forget("apigateway", "DeleteResource", std::move(input));
}

Async<ApiResult<void>> put_responses(Operation& operation, json::object key, const json::object& properties,
                                     const json::object* integration) {
  if (auto* list = find_array(properties, "MethodResponses"))
    for (const auto& item : *list) {
      json::object input = wire(item.as_object(), {"StatusCode", "ResponseModels", "ResponseParameters"});
      input["statusCode"] =
          string_or(input, "statusCode", json::serialize(item.as_object().at("StatusCode")));
      for (const auto& member : key) input[member.key()] = member.value();
      auto done = co_await operation.call("apigateway", "PutMethodResponse", std::move(input));
      if (done.has_error()) co_return done.error();
    }
  auto* responses = integration ? find_array(*integration, "IntegrationResponses") : nullptr;
  for (size_t i = 0; responses && i < responses->size(); ++i) {
    const auto& item = (*responses)[i].as_object();
    json::object input = wire(item, {"StatusCode", "SelectionPattern", "ResponseParameters",
                                     "ResponseTemplates", "ContentHandling"});
    input["statusCode"] = string_or(input, "statusCode", json::serialize(item.at("StatusCode")));
    for (const auto& member : key) input[member.key()] = member.value();
    auto done = co_await operation.call("apigateway", "PutIntegrationResponse", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> create_method(Operation& operation, json::object properties) {
  json::object key = wire(properties, {"RestApiId", "ResourceId", "HttpMethod"});
  json::object input =
      wire(properties, {"RestApiId", "ResourceId", "HttpMethod", "AuthorizationType", "AuthorizerId",
                        "AuthorizationScopes", "ApiKeyRequired", "OperationName", "RequestModels",
                        "RequestParameters", "RequestValidatorId"});
  make_bools(input, {"apiKeyRequired"});
  if (!input.contains("authorizationType")) input["authorizationType"] = "NONE";
  auto done = co_await operation.call("apigateway", "PutMethod", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = fmt::format("{}|{}|{}", string_or(key, "restApiId"), string_or(key, "resourceId"),
                                      string_or(key, "httpMethod"));
  auto* integration = find_object(properties, "Integration");
  if (integration) {
    json::object put =
        wire(*integration,
             {"Type", "Uri", "IntegrationHttpMethod", "Credentials", "RequestParameters", "RequestTemplates",
              "PassthroughBehavior", "ContentHandling", "TimeoutInMillis", "CacheNamespace",
              "CacheKeyParameters", "ConnectionType", "ConnectionId", "TlsConfig"});
    make_numbers(put, {"timeoutInMillis"});
    for (const auto& member : key) put[member.key()] = member.value();
    auto integrated = co_await operation.call("apigateway", "PutIntegration", std::move(put));
    if (integrated.has_error()) co_return integrated.error();
  }
  co_return co_await put_responses(operation, std::move(key), properties, integration);
}

Async<ApiResult<void>> remove_method(Operation& operation, Existing old) {
  json::object input = wire(old.properties, {"RestApiId", "ResourceId", "HttpMethod"});
  co_return co_await operation.forget("apigateway", "DeleteMethod", std::move(input));
}

// A method has no life of its own between deployments: it is put anew, whole.
Async<ApiResult<void>> update_method(Operation& operation, Existing old, json::object properties) {
  auto removed = co_await remove_method(operation, std::move(old));
  if (removed.has_error()) co_return removed.error();
  co_return co_await create_method(operation, std::move(properties));
}

Async<ApiResult<void>> create_deployment(Operation& operation, json::object properties) {
  json::object input = wire(properties, {"RestApiId", "Description", "StageName"});
  auto done = co_await operation.call("apigateway", "CreateDeployment", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = string_or(done.value(), "id");
  operation.attributes["DeploymentId"] = operation.physical_id;
  co_return outcome::success();
}

Async<ApiResult<void>> update_deployment(Operation& operation, Existing old, json::object properties) {
  json::object input = with("restApiId", string_or(properties, "RestApiId"), "deploymentId", old.physical_id);
  input["patchOperations"] = patch(old.properties, properties, {"Description"});
  auto done = co_await operation.call("apigateway", "UpdateDeployment", std::move(input));
  if (done.has_error()) co_return done.error();
  co_return outcome::success();
}

Async<ApiResult<void>> remove_deployment(Operation& operation, Existing old) {
  json::object input =
      with("restApiId", string_or(old.properties, "RestApiId"), "deploymentId", old.physical_id);
  co_return co_await operation.forget("apigateway", "DeleteDeployment", std::move(input));
}

Async<ApiResult<void>> create_stage(Operation& operation, json::object properties) {
  json::object input =
      wire(properties, {"RestApiId", "StageName", "DeploymentId", "Description", "Variables",
                        "CacheClusterEnabled", "CacheClusterSize", "TracingEnabled", "DocumentationVersion"});
  make_bools(input, {"cacheClusterEnabled", "tracingEnabled"});
  if (auto tags = tag_map(properties); !tags.empty()) input["tags"] = std::move(tags);
  auto done = co_await operation.call("apigateway", "CreateStage", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = string_or(properties, "StageName");
  co_return outcome::success();
}

Async<ApiResult<void>> update_stage(Operation& operation, Existing old, json::object properties) {
  json::array operations = patch(old.properties, properties,
                                 {"DeploymentId", "Description", "TracingEnabled", "CacheClusterEnabled",
                                  "CacheClusterSize", "DocumentationVersion"});
  json::object none;
  auto *before = find_object(old.properties, "Variables"), *after = find_object(properties, "Variables");
  for (const auto& variable : after ? *after : none)
    if (differs(before ? *before : none, *after, variable.key()))
      operations.push_back(replace_operation("/variables/" + std::string(variable.key()), variable.value()));
  for (const auto& variable : before ? *before : none)
    if (!after || !after->contains(variable.key()))
      operations.push_back(
          json::object{{"op", "remove"}, {"path", "/variables/" + std::string(variable.key())}});
  std::string api = string_or(properties, "RestApiId");
  if (!operations.empty()) {
    json::object input = with("restApiId", api, "stageName", old.physical_id);
    input["patchOperations"] = std::move(operations);
    auto done = co_await operation.call("apigateway", "UpdateStage", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  std::string path = fmt::format("/restapis/{}/stages/{}", api, old.physical_id);
  co_return co_await update_tags(operation, path, old.properties, properties);
}

Async<ApiResult<void>> remove_stage(Operation& operation, Existing old) {
  json::object input =
      with("restApiId", string_or(old.properties, "RestApiId"), "stageName", old.physical_id);
  co_return co_await operation.forget("apigateway", "DeleteStage", std::move(input));
}

Async<ApiResult<void>> put_account(Operation& operation, json::object properties) {
  if (auto* role = find(properties, "CloudWatchRoleArn")) {
    json::array operations;
    operations.push_back(replace_operation("/cloudwatchRoleArn", *role));
    json::object input;
    input["patchOperations"] = std::move(operations);
    auto done = co_await operation.call("apigateway", "UpdateAccount", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (operation.physical_id.empty())
    operation.physical_id = physical_name({}, operation.stack.name, operation.id, operation.world.ids);
  operation.attributes["Id"] = operation.physical_id;
  co_return outcome::success();
}

Async<ApiResult<void>> update_account(Operation& operation, Existing, json::object properties) {
  co_return co_await put_account(operation, std::move(properties));
}

}  // namespace

std::vector<ResourceType> apigateway_types() {
  return {
      {.name = "AWS::ApiGateway::RestApi",
       .updates = {"Name", "Description", "BinaryMediaTypes", "MinimumCompressionSize", "Version", "Policy",
                   "DisableExecuteApiEndpoint", "ApiKeySourceType", "EndpointConfiguration", "Tags"},
       .replaces = {"CloneFrom"},
       .accepted = {"FailOnWarnings", "Mode", "Parameters"},
       .tags = TagForm::list,
       .create = create_api,
       .update = update_api,
       .remove = remove_api},
      {.name = "AWS::ApiGateway::Resource",
       .replaces = {"ParentId", "PathPart", "RestApiId"},
       .required = {"ParentId", "PathPart", "RestApiId"},
       .create = create_resource,
       .remove = remove_resource},
      {.name = "AWS::ApiGateway::Method",
       .updates = {"ApiKeyRequired", "AuthorizationScopes", "AuthorizationType", "AuthorizerId",
                   "Integration", "MethodResponses", "OperationName", "RequestModels", "RequestParameters",
                   "RequestValidatorId"},
       .replaces = {"HttpMethod", "ResourceId", "RestApiId"},
       .required = {"HttpMethod", "ResourceId", "RestApiId"},
       .create = create_method,
       .update = update_method,
       .remove = remove_method},
      {.name = "AWS::ApiGateway::Deployment",
       .updates = {"Description", "StageName"},
       .replaces = {"RestApiId"},
       .required = {"RestApiId"},
       .create = create_deployment,
       .update = update_deployment,
       .remove = remove_deployment},
      {.name = "AWS::ApiGateway::Stage",
       .updates = {"DeploymentId", "Description", "Variables", "TracingEnabled", "CacheClusterEnabled",
                   "CacheClusterSize", "DocumentationVersion", "Tags"},
       .replaces = {"StageName", "RestApiId"},
       .accepted = {"MethodSettings", "AccessLogSetting", "ClientCertificateId"},
       .required = {"RestApiId", "StageName"},
       .tags = TagForm::list,
       .create = create_stage,
       .update = update_stage,
       .remove = remove_stage},
      {.name = "AWS::ApiGateway::Account",
       .updates = {"CloudWatchRoleArn"},
       .create = put_account,
       .update = update_account}};
}

}  // namespace live::cloud::cloudformation
