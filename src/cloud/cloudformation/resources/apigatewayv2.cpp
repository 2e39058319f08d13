// AWS::ApiGatewayV2: WebSocket and HTTP APIs. All types follow one pattern: Create…, Update… and Delete… with
// the ids of what contains them.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

struct Kind {
  std::string_view type, noun, id;        // "…::Route", "Route", "RouteId"
  std::vector<std::string_view> parents;  // "ApiId", …: in every call
  std::vector<std::string_view> creates;  // members beside parents
  std::vector<std::string_view> fixed;    // of these, the ones Update… does not take
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"AWS::ApiGatewayV2::Api",
       "Api",
       "ApiId",
       {},
       {"Name", "ProtocolType", "RouteSelectionExpression", "Description", "CorsConfiguration",
        "DisableExecuteApiEndpoint", "DisableSchemaValidation", "Version", "Target", "RouteKey",
        "CredentialsArn", "ApiKeySelectionExpression", "IpAddressType", "Tags"},
       {"ProtocolType", "Tags"}},
      {"AWS::ApiGatewayV2::Stage",
       "Stage",
       "StageName",
       {"ApiId"},
       {"StageName", "DeploymentId", "Description", "AutoDeploy", "StageVariables", "DefaultRouteSettings",
        "RouteSettings", "AccessLogSettings", "ClientCertificateId", "Tags"},
       {"Tags"}},
      {"AWS::ApiGatewayV2::Deployment",
       "Deployment",
       "DeploymentId",
       {"ApiId"},
       {"Description", "StageName"},
       {"StageName"}},
      {"AWS::ApiGatewayV2::Route",
       "Route",
       "RouteId",
       {"ApiId"},
       {"RouteKey", "Target", "AuthorizationType", "AuthorizerId", "AuthorizationScopes", "ApiKeyRequired",
        "ModelSelectionExpression", "OperationName", "RequestModels", "RequestParameters",
        "RouteResponseSelectionExpression"},
       {}},
      {"AWS::ApiGatewayV2::Integration",
       "Integration",
       "IntegrationId",
       {"ApiId"},
       {"IntegrationType", "IntegrationUri", "IntegrationMethod", "PayloadFormatVersion", "ConnectionType",
        "ConnectionId", "ContentHandlingStrategy", "CredentialsArn", "Description", "IntegrationSubtype",
        "PassthroughBehavior", "RequestParameters", "RequestTemplates", "ResponseParameters",
        "TemplateSelectionExpression", "TimeoutInMillis", "TlsConfig"},
       {}},
      {"AWS::ApiGatewayV2::IntegrationResponse",
       "IntegrationResponse",
       "IntegrationResponseId",
       {"ApiId", "IntegrationId"},
       {"IntegrationResponseKey", "ContentHandlingStrategy", "ResponseParameters", "ResponseTemplates",
        "TemplateSelectionExpression"},
       {}},
      {"AWS::ApiGatewayV2::RouteResponse",
       "RouteResponse",
       "RouteResponseId",
       {"ApiId", "RouteId"},
       {"RouteResponseKey", "ModelSelectionExpression", "ResponseModels", "ResponseParameters"},
       {}},
  };
  return all;
}

const Kind& kind_of(const Operation& operation) {
  return *std::find_if(kinds().begin(), kinds().end(),
                       [&](const auto& kind) { return kind.type == operation.type; });
}

json::object input_of(const Kind& kind, const json::object& properties) {
  json::object input = pick(properties, kind.creates);
  for (auto parent : kind.parents) input[parent] = string_or(properties, parent);
  make_bools(input, {"AutoDeploy", "ApiKeyRequired", "DisableExecuteApiEndpoint", "DisableSchemaValidation"});
  make_numbers(input, {"TimeoutInMillis"});
  return input;
}

// The service may give members in the model's form or in the wire's.
std::string text_in(const json::object& output, std::string_view name) {
  return string_or(output, name, string_or(output, lower_first(name)));
}

void set_attributes(Operation& operation, const Kind& kind, const json::object& output) {
  if (kind.noun != "Stage") operation.attributes[kind.id] = operation.physical_id;
  if (kind.noun != "Api") return;
  std::string endpoint = text_in(output, "ApiEndpoint");
  if (!endpoint.empty()) operation.attributes["ApiEndpoint"] = endpoint;
  operation.attributes["ExecuteApiArn"] = operation.arn("execute-api", operation.physical_id);
}

Async<ApiResult<void>> create(Operation& operation, json::object properties) {
  const Kind& kind = kind_of(operation);
  std::string action = fmt::format("Create{}", kind.noun);
  auto done = co_await operation.call("apigatewayv2", action, input_of(kind, properties));
  if (done.has_error()) co_return done.error();
  operation.physical_id = text_in(done.value(), kind.id);
  set_attributes(operation, kind, done.value());
  co_return outcome::success();
}

Async<ApiResult<void>> update(Operation& operation, Existing old, json::object properties) {
  const Kind& kind = kind_of(operation);
  json::object before = input_of(kind, old.properties), input = input_of(kind, properties);
  for (auto fixed : kind.fixed) input.erase(fixed);
  // What the template no longer says goes back to nothing.
  for (const auto& member : before) {
    bool fixed =
        std::find(kind.fixed.begin(), kind.fixed.end(), std::string_view(member.key())) != kind.fixed.end();
    if (input.contains(member.key()) || fixed) continue;
    if (member.value().is_object())
      input[member.key()] = json::object{};
    else if (member.value().is_array())
      input[member.key()] = json::array{};
    else if (member.value().is_bool())
      input[member.key()] = false;
    else if (member.value().is_string())
      input[member.key()] = "";
  }
  input[kind.id] = old.physical_id;
  std::string action = fmt::format("Update{}", kind.noun);
  auto done = co_await operation.call("apigatewayv2", action, std::move(input));
  if (done.has_error()) co_return done.error();
  TagChange tags = tag_change(old.properties, properties);
  if (tags.set.empty() && tags.removed.empty()) co_return outcome::success();
  std::string path = kind.noun == "Api"
                         ? "/apis/" + old.physical_id
                         : fmt::format("/apis/{}/stages/{}", string_or(properties, "ApiId"), old.physical_id);
  std::string arn = fmt::format("arn:aws:apigateway:{}::{}", operation.region(), path);
  if (!tags.set.empty()) {
    json::object tag = with("ResourceArn", arn);
    tag["Tags"] = std::move(tags.set);
    auto tagged = co_await operation.call("apigatewayv2", "TagResource", std::move(tag));
    if (tagged.has_error()) co_return tagged.error();
  }
  if (!tags.removed.empty()) {
    json::object untag = with("ResourceArn", arn);
    untag["TagKeys"] = std::move(tags.removed);
    auto tagged = co_await operation.call("apigatewayv2", "UntagResource", std::move(untag));
    if (tagged.has_error()) co_return tagged.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> remove(Operation& operation, Existing old) {
  const Kind& kind = kind_of(operation);
  json::object input;
  for (auto parent : kind.parents) input[parent] = string_or(old.properties, parent);
  input[kind.id] = old.physical_id;
  std::string action = fmt::format("Delete{}", kind.noun);
  co_return co_await operation.forget("apigatewayv2", action, std::move(input));
}

}  // namespace

std::vector<ResourceType> apigatewayv2_types() {
  std::vector<ResourceType> types;
  for (const auto& kind : kinds()) {
    ResourceType type{.name = kind.type, .create = create, .update = update, .remove = remove};
    for (auto member : kind.creates) {
      bool replaces = member == "ProtocolType" || member == "StageName";
      // A deployment's stage name only says which stage to point at it, once.
      if (kind.noun == "Deployment") replaces = false;
      (replaces ? type.replaces : type.updates).push_back(member);
    }
    for (auto parent : kind.parents) type.replaces.push_back(parent);
    type.required = kind.parents;
    if (kind.noun == "Api" || kind.noun == "Stage") type.tags = TagForm::map;
    if (kind.noun == "Stage") type.required.push_back("StageName");
    if (kind.noun == "Route") type.required.push_back("RouteKey");
    if (kind.noun == "Integration") type.required.push_back("IntegrationType");
    types.push_back(std::move(type));
  }
  return types;
}

}  // namespace live::cloud::cloudformation
