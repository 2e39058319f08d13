#include <fmt/format.h>

#include "cloud/apigateway/api_actions.h"

namespace live::cloud::apigateway {
namespace {

constexpr auto integration_members = {"IntegrationType",
                                      "IntegrationUri",
                                      "IntegrationMethod",
                                      "PayloadFormatVersion",
                                      "ConnectionType",
                                      "ConnectionId",
                                      "CredentialsArn",
                                      "Description",
                                      "PassthroughBehavior",
                                      "RequestParameters",
                                      "RequestTemplates",
                                      "ResponseParameters",
                                      "TemplateSelectionExpression",
                                      "TimeoutInMillis",
                                      "ContentHandlingStrategy"};
constexpr auto response_members = {"IntegrationResponseKey", "ResponseParameters", "ResponseTemplates",
                                   "TemplateSelectionExpression", "ContentHandlingStrategy"};

bool has_members(const json::object& in, std::string_view member) {
  const auto* found = find_object(in, member);
  return found && !found->empty();
}

ApiResult<void> check_integration(const Api& api, const json::object& integration) {
  const auto type = string_or(integration, "IntegrationType");
  const bool mock = type == "MOCK" && api.is_websocket();
  if (!mock && type != "AWS_PROXY")
    return bad_request(fmt::format("IntegrationType {} of a {} API is not supported by the embedded AWS yet",
                                   type, string_or(api.self, "ProtocolType")));
  if (!string_or(integration, "IntegrationSubtype").empty())
    return bad_request("IntegrationSubtype is not supported by the embedded AWS yet");
  if (string_or(integration, "ConnectionType", "INTERNET") != "INTERNET")
    return bad_request("ConnectionType VPC_LINK is not supported by the embedded AWS yet");
  for (const auto* member : {"RequestParameters", "ResponseParameters"})
    if (has_members(integration, member))
      return bad_request(
          fmt::format("{} of an integration is not supported by the embedded AWS yet", member));
  LIVE_API_TRY(check_templates(integration, "RequestTemplates"));
  if (mock) return outcome::success();
  if (string_or(integration, "IntegrationUri").find(":lambda:") == std::string::npos)
    return bad_request(
        fmt::format("IntegrationUri {}: only Lambda functions are supported by the embedded AWS yet",
                    string_or(integration, "IntegrationUri")));
  const auto format = string_or(integration, "PayloadFormatVersion", "1.0");
  if (format != "1.0" && (format != "2.0" || api.is_websocket()))
    return bad_request("PayloadFormatVersion must be 1.0 or, for HTTP APIs, 2.0");
  return outcome::success();
}

ApiResult<Table*> responses_of(Gateway& gateway, const Call& call, Api** owner) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(row(api->integrations, call, "IntegrationId", "Integration"));
  *owner = api;
  return &api->integration_responses[string_or(call.input, "IntegrationId")];
}

}  // namespace

Answer create_integration(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  const auto id = gateway.world.ids.lower(7);
  json::object integration{{"IntegrationId", id},
                           {"ConnectionType", "INTERNET"},
                           {"PayloadFormatVersion", "1.0"},
                           {"TimeoutInMillis", api->is_websocket() ? 29'000 : 30'000}};
  take(integration, call.input, integration_members);
  take(integration, call.input, {"IntegrationSubtype"});
  if (string_or(integration, "IntegrationType") == "AWS_PROXY")
    integration.emplace("IntegrationMethod", "POST");
  if (api->is_websocket()) {
    integration["IntegrationResponseSelectionExpression"] = "${integration.response.statuscode}";
    integration.emplace("PassthroughBehavior", "WHEN_NO_MATCH");
  }
  LIVE_API_TRY(check_integration(*api, integration));
  api->integrations[id] = integration;
  gateway.apis.save(*api);
  return integration;
}

Answer get_integration(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(auto* integration, row(api->integrations, call, "IntegrationId", "Integration"));
  return *integration;
}

Answer get_integrations(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  return items(api->integrations);
}

Answer update_integration(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(auto* integration, row(api->integrations, call, "IntegrationId", "Integration"));
  auto changed = *integration;
  take(changed, call.input, integration_members);
  LIVE_API_TRY(check_integration(*api, changed));
  *integration = changed;
  gateway.apis.save(*api);
  return changed;
}

Answer delete_integration(Gateway& gateway, const Call& call) {
  LIVE_API_TRY(auto* api, gateway.apis.get(call));
  LIVE_API_TRY(row(api->integrations, call, "IntegrationId", "Integration"));
  const auto id = string_or(call.input, "IntegrationId");
  for (const auto& [route, value] : api->routes)
    if (string_or(value, "Target") == "integrations/" + id)
      return api_error(
          409, "ConflictException",
          fmt::format("Cannot delete Integration with id '{}'. Dependent resources: Route with id '{}'", id,
                      route));
  api->integrations.erase(id);
  api->integration_responses.erase(id);
  gateway.apis.save(*api);
  return json::object{};
}

Answer create_integration_response(Gateway& gateway, const Call& call) {
  Api* api = nullptr;
  LIVE_API_TRY(auto* responses, responses_of(gateway, call, &api));
  const auto id = gateway.world.ids.lower(7);
  json::object response{{"IntegrationResponseId", id}};
  take(response, call.input, response_members);
  if (string_or(response, "IntegrationResponseKey").empty())
    return bad_request("IntegrationResponseKey is required");
  LIVE_API_TRY(check_templates(response, "ResponseTemplates"));
  (*responses)[id] = response;
  gateway.apis.save(*api);
  return response;
}

Answer get_integration_response(Gateway& gateway, const Call& call) {
  Api* api = nullptr;
  LIVE_API_TRY(auto* responses, responses_of(gateway, call, &api));
  LIVE_API_TRY(auto* response, row(*responses, call, "IntegrationResponseId", "IntegrationResponse"));
  return *response;
}

Answer get_integration_responses(Gateway& gateway, const Call& call) {
  Api* api = nullptr;
  LIVE_API_TRY(auto* responses, responses_of(gateway, call, &api));
  return items(*responses);
}

Answer update_integration_response(Gateway& gateway, const Call& call) {
  Api* api = nullptr;
  LIVE_API_TRY(auto* responses, responses_of(gateway, call, &api));
  LIVE_API_TRY(auto* response, row(*responses, call, "IntegrationResponseId", "IntegrationResponse"));
  LIVE_API_TRY(check_templates(call.input, "ResponseTemplates"));
  take(*response, call.input, response_members);
  gateway.apis.save(*api);
  return *response;
}

Answer delete_integration_response(Gateway& gateway, const Call& call) {
  Api* api = nullptr;
  LIVE_API_TRY(auto* responses, responses_of(gateway, call, &api));
  LIVE_API_TRY(row(*responses, call, "IntegrationResponseId", "IntegrationResponse"));
  responses->erase(string_or(call.input, "IntegrationResponseId"));
  gateway.apis.save(*api);
  return json::object{};
}

}  // namespace live::cloud::apigateway
