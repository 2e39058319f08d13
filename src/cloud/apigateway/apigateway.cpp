#include "cloud/apigateway/apigateway.h"

#include "cloud/apigateway/api_actions.h"
#include "cloud/apigateway/casing.h"
#include "cloud/apigateway/execute.h"
#include "cloud/apigateway/rest_actions.h"
#include "cloud/apigateway/routes.h"

namespace live::cloud {
namespace {

using namespace apigateway;

using Run = apigateway::Answer (*)(Gateway&, const Call&);

const std::pair<const char*, Run> rest_actions[] = {
    {"CreateRestApi", rest::create_rest_api},
    {"GetRestApi", rest::get_rest_api},
    {"GetRestApis", rest::get_rest_apis},
    {"UpdateRestApi", rest::update_rest_api},
    {"DeleteRestApi", rest::delete_rest_api},
    {"CreateResource", rest::create_resource},
    {"GetResource", rest::get_resource},
    {"GetResources", rest::get_resources},
    {"DeleteResource", rest::delete_resource},
    {"PutMethod", rest::put_method},
    {"GetMethod", rest::get_method},
    {"UpdateMethod", rest::update_method},
    {"DeleteMethod", rest::delete_method},
    {"PutMethodResponse", rest::put_method_response},
    {"GetMethodResponse", rest::get_method_response},
    {"DeleteMethodResponse", rest::delete_method_response},
    {"PutIntegration", rest::put_integration},
    {"GetIntegration", rest::get_integration},
    {"DeleteIntegration", rest::delete_integration},
    {"PutIntegrationResponse", rest::put_integration_response},
    {"GetIntegrationResponse", rest::get_integration_response},
    {"DeleteIntegrationResponse", rest::delete_integration_response},
    {"CreateDeployment", rest::create_deployment},
    {"GetDeployment", rest::get_deployment},
    {"GetDeployments", rest::get_deployments},
    {"UpdateDeployment", rest::update_deployment},
    {"DeleteDeployment", rest::delete_deployment},
    {"CreateStage", rest::create_stage},
    {"GetStage", rest::get_stage},
    {"GetStages", rest::get_stages},
    {"UpdateStage", rest::update_stage},
    {"DeleteStage", rest::delete_stage},
    {"GetAccount", rest::get_account},
    {"UpdateAccount", rest::update_account},
    {"TagResource", rest::tag_resource},
    {"UntagResource", rest::untag_resource},
    {"GetTags", rest::get_tags},
};

const std::pair<const char*, Run> api_actions[] = {
    {"CreateApi", create_api},
    {"GetApi", get_api},
    {"GetApis", get_apis},
    {"UpdateApi", update_api},
    {"DeleteApi", delete_api},
    {"DeleteCorsConfiguration", delete_cors_configuration},
    {"CreateRoute", create_route},
    {"GetRoute", get_route},
    {"GetRoutes", get_routes},
    {"UpdateRoute", update_route},
    {"DeleteRoute", delete_route},
    {"CreateRouteResponse", create_route_response},
    {"GetRouteResponse", get_route_response},
    {"GetRouteResponses", get_route_responses},
    {"UpdateRouteResponse", update_route_response},
    {"DeleteRouteResponse", delete_route_response},
    {"CreateIntegration", create_integration},
    {"GetIntegration", get_integration},
    {"GetIntegrations", get_integrations},
    {"UpdateIntegration", update_integration},
    {"DeleteIntegration", delete_integration},
    {"CreateIntegrationResponse", create_integration_response},
    {"GetIntegrationResponse", get_integration_response},
    {"GetIntegrationResponses", get_integration_responses},
    {"UpdateIntegrationResponse", update_integration_response},
    {"DeleteIntegrationResponse", delete_integration_response},
    {"CreateDeployment", create_deployment_v2},
    {"GetDeployment", get_deployment_v2},
    {"GetDeployments", get_deployments_v2},
    {"UpdateDeployment", update_deployment_v2},
    {"DeleteDeployment", delete_deployment_v2},
    {"CreateStage", create_stage_v2},
    {"GetStage", get_stage_v2},
    {"GetStages", get_stages_v2},
    {"UpdateStage", update_stage_v2},
    {"DeleteStage", delete_stage_v2},
    {"TagResource", tag_resource_v2},
    {"UntagResource", untag_resource_v2},
    {"GetTags", get_tags_v2},
};

bool came_over_the_wire(const Call& call) { return !call.request_id.empty(); }

// The wire's PutIntegration has two members named httpMethod: the method in the path, the integration's own
// in the body. Lists are "item" there.
apigateway::Answer run_rest(Gateway& gateway, const Call& call, Run run) {
  if (!came_over_the_wire(call)) return run(gateway, call);
  auto translated = call;
  auto& input = translated.input;
  if (const auto method = find_string(input, "methodInPath")) {
    if (const auto own = find_string(input, "httpMethod")) input["integrationHttpMethod"] = *own;
    input["httpMethod"] = *method;
    input.erase("methodInPath");
  }
  LIVE_API_TRY(auto answer, run(gateway, translated));
  if (const auto items = answer.find("items"); items != answer.end()) {
    answer["item"] = items->value();
    answer.erase("items");
  }
  return answer;
}

apigateway::Answer run_api(Gateway& gateway, const Call& call, Run run) {
  auto translated = call;
  translated.input = to_model(call.input);
  LIVE_API_TRY(auto answer, run(gateway, translated));
  if (came_over_the_wire(call)) return to_wire(answer);
  return answer;
}

}  // namespace

void add_apigateway(World& world, Front& front, ApiGatewayOptions options) {
  auto gateway = std::make_shared<Gateway>(world, options);
  for (const auto& [action, run] : rest_actions)
    world.actions.add_plain("apigateway", action,
                            [gateway, run = run](const Call& call) { return run_rest(*gateway, call, run); });
  for (const auto& [action, run] : api_actions)
    world.actions.add_plain("apigatewayv2", action,
                            [gateway, run = run](const Call& call) { return run_api(*gateway, call, run); });
  front.add_rest_json("apigateway", rest_routes());
  front.add_rest_json("apigatewayv2", api_routes());
  front.add_http("execute-api", [gateway](HttpCall call) { return execute_api(gateway, std::move(call)); });
}

}  // namespace live::cloud
