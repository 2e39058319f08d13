#include <fmt/format.h>

#include "cloud/apigateway/api_actions.h"
#include "cloud/apigateway/rest_actions.h"

namespace live::cloud::apigateway::rest {
namespace {

json::object& object_at(json::object& in, std::string_view member) {
  auto& value = in[member];
  if (!value.is_object()) value = json::object();
  return value.as_object();
}

struct Place {  // a method, and what it belongs to
  RestApi* api;
  json::object* methods;
  json::object* method;  // null: not there
};

ApiResult<Place> place_of(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.rest_apis.get(call));
  const auto resource = api->resources.find(string_or(call.input, "resourceId"));
  if (resource == api->resources.end()) return not_found("Invalid Resource identifier specified");
  auto& methods = object_at(resource->second, "resourceMethods");
  auto* method = methods.if_contains(string_or(call.input, "httpMethod"));
  return Place{api, &methods, method ? &method->as_object() : nullptr};
}

ApiResult<Place> method_of(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, place_of(gateway, call));
  if (!place.method) return not_found("Invalid Method identifier specified");
  return place;
}

ApiResult<json::object*> integration_of(const Place& place) {
  auto* integration = place.method->if_contains("methodIntegration");
  if (!integration) return not_found("Invalid Integration identifier specified");
  return &integration->as_object();
}

ApiResult<void> check_integration(const json::object& integration) {
  const auto type = string_or(integration, "type");
  if (type != "AWS_PROXY" && type != "MOCK")
    return bad_request(fmt::format("Integration type {} is not supported by the embedded AWS yet", type));
  if (type == "AWS_PROXY" && string_or(integration, "uri").find(":lambda:path/") == std::string::npos)
    return bad_request(
        fmt::format("Invalid ARN specified in the request: uri {} is no Lambda function's invocations",
                    string_or(integration, "uri")));
  if (string_or(integration, "connectionType", "INTERNET") != "INTERNET")
    return bad_request("connectionType VPC_LINK is not supported by the embedded AWS yet");
  if (type == "MOCK") return check_templates(integration, "requestTemplates");
  return outcome::success();
}

ApiResult<json::object*> response_of(json::object& owner, std::string_view table, const Call& call,
                                     std::string_view noun) {
  auto* found = object_at(owner, table).if_contains(string_or(call.input, "statusCode"));
  if (!found) return not_found(fmt::format("Invalid {} Response status code specified", noun));
  return &found->as_object();
}

}  // namespace

Answer put_method(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, place_of(gateway, call));
  const auto name = string_or(call.input, "httpMethod"),
             type = string_or(call.input, "authorizationType", "NONE");
  if (place.method) return api_error(409, "ConflictException", "Method already exists for this resource");
  if (type != "NONE" && type != "AWS_IAM")
    return bad_request(fmt::format("authorizationType {} is not supported by the embedded AWS yet", type));
  if (find_bool(call.input, "apiKeyRequired").value_or(false))
    return bad_request("apiKeyRequired is not supported by the embedded AWS yet");
  json::object method{{"httpMethod", name}, {"authorizationType", type}, {"apiKeyRequired", false}};
  take(method, call.input,
       {"operationName", "requestParameters", "requestModels", "requestValidatorId", "authorizationScopes"});
  (*place.methods)[name] = method;
  gateway.rest_apis.save(*place.api);
  return method;
}

Answer get_method(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  return *place.method;
}

Answer update_method(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  auto changed = *place.method;
  LIVE_API_TRY(patch(changed, call.input,
                     {"/authorizationType", "/operationName", "/requestParameters/", "/requestModels/"}));
  const auto type = string_or(changed, "authorizationType");
  if (type != "NONE" && type != "AWS_IAM")
    return bad_request(fmt::format("authorizationType {} is not supported by the embedded AWS yet", type));
  *place.method = changed;
  gateway.rest_apis.save(*place.api);
  return changed;
}

Answer delete_method(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  place.methods->erase(string_or(call.input, "httpMethod"));
  gateway.rest_apis.save(*place.api);
  return json::object{};
}

Answer put_method_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  const auto status = string_or(call.input, "statusCode");
  json::object response{{"statusCode", status}};
  take(response, call.input, {"responseParameters", "responseModels"});
  object_at(*place.method, "methodResponses")[status] = response;
  gateway.rest_apis.save(*place.api);
  return response;
}

Answer get_method_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  LIVE_API_TRY(auto* response, response_of(*place.method, "methodResponses", call, "Method"));
  return *response;
}

Answer delete_method_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  LIVE_API_TRY(response_of(*place.method, "methodResponses", call, "Method"));
  object_at(*place.method, "methodResponses").erase(string_or(call.input, "statusCode"));
  gateway.rest_apis.save(*place.api);
  return json::object{};
}

Answer put_integration(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  json::object integration{{"passthroughBehavior", "WHEN_NO_MATCH"},
                           {"timeoutInMillis", 29'000},
                           {"cacheNamespace", string_or(call.input, "resourceId")},
                           {"cacheKeyParameters", json::array()}};
  take(integration, call.input,
       {"type", "uri", "connectionType", "credentials", "requestParameters", "requestTemplates",
        "passthroughBehavior", "contentHandling", "timeoutInMillis", "cacheNamespace", "cacheKeyParameters"});
  if (const auto method = find_string(call.input, "integrationHttpMethod"))
    integration["httpMethod"] = *method;
  LIVE_API_TRY(check_integration(integration));
  if (const auto* before = place.method->if_contains("methodIntegration"))
    if (const auto* responses = find_object(before->as_object(), "integrationResponses"))
      integration["integrationResponses"] = *responses;
  (*place.method)["methodIntegration"] = integration;
  gateway.rest_apis.save(*place.api);
  return integration;
}

Answer get_integration(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  LIVE_API_TRY(auto* integration, integration_of(place));
  return *integration;
}

Answer delete_integration(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  LIVE_API_TRY(integration_of(place));
  place.method->erase("methodIntegration");
  gateway.rest_apis.save(*place.api);
  return json::object{};
}

Answer put_integration_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  LIVE_API_TRY(auto* integration, integration_of(place));
  const auto status = string_or(call.input, "statusCode");
  json::object response{{"statusCode", status}};
  take(response, call.input,
       {"selectionPattern", "responseParameters", "responseTemplates", "contentHandling"});
  if (string_or(*integration, "type") == "MOCK") {
    LIVE_API_TRY(check_templates(response, "responseTemplates"));
  }
  object_at(*integration, "integrationResponses")[status] = response;
  gateway.rest_apis.save(*place.api);
  return response;
}

Answer get_integration_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  LIVE_API_TRY(auto* integration, integration_of(place));
  LIVE_API_TRY(auto* response, response_of(*integration, "integrationResponses", call, "Integration"));
  return *response;
}

Answer delete_integration_response(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto place, method_of(gateway, call));
  LIVE_API_TRY(auto* integration, integration_of(place));
  LIVE_API_TRY(response_of(*integration, "integrationResponses", call, "Integration"));
  object_at(*integration, "integrationResponses").erase(string_or(call.input, "statusCode"));
  gateway.rest_apis.save(*place.api);
  return json::object{};
}

}  // namespace live::cloud::apigateway::rest
