#include "cloud/apigateway/routes.h"

namespace live::cloud::apigateway {
namespace {

void add_method_routes(std::vector<Route>& routes) {
  const std::string resource = "/restapis/{restApiId}/resources/{resourceId}";
  const std::string method = resource + "/methods/{httpMethod}";
  const std::string integration = method + "/integration";
  for (const auto& route : std::initializer_list<Route>{
           {"PUT", method, "PutMethod", 201},
           {"GET", method, "GetMethod"},
           {"PATCH", method, "UpdateMethod"},
           {"DELETE", method, "DeleteMethod", 204},
           {"PUT", method + "/responses/{statusCode}", "PutMethodResponse", 201},
           {"GET", method + "/responses/{statusCode}", "GetMethodResponse"},
           {"DELETE", method + "/responses/{statusCode}", "DeleteMethodResponse", 204},
           {"PUT", resource + "/methods/{methodInPath}/integration", "PutIntegration", 201},
           {"GET", integration, "GetIntegration"},
           {"DELETE", integration, "DeleteIntegration", 204},
           {"PUT", integration + "/responses/{statusCode}", "PutIntegrationResponse", 201},
           {"GET", integration + "/responses/{statusCode}", "GetIntegrationResponse"},
           {"DELETE", integration + "/responses/{statusCode}", "DeleteIntegrationResponse", 204}})
    routes.push_back(route);
}

Route untag(std::string path, std::string wire, std::string member) {
  Route route{"DELETE", std::move(path), "UntagResource", 204};
  route.query = {{std::move(wire), std::move(member)}};
  return route;
}

// Create, list, get, update and delete of one noun below a path.
void add_noun(std::vector<Route>& routes, const std::string& path, const std::string& noun,
              const std::string& id) {
  const auto one = path + "/{" + id + "}";
  routes.push_back({"POST", path, "Create" + noun, 201});
  routes.push_back({"GET", path, "Get" + noun + "s"});
  routes.push_back({"GET", one, "Get" + noun});
  routes.push_back({"PATCH", one, "Update" + noun});
  routes.push_back({"DELETE", one, "Delete" + noun, 204});
}

}  // namespace

std::vector<Route> rest_routes() {
  const std::string api = "/restapis/{restApiId}";
  std::vector<Route> routes{
      {"POST", "/restapis", "CreateRestApi", 201},
      {"GET", "/restapis", "GetRestApis"},
      {"GET", api, "GetRestApi"},
      {"PATCH", api, "UpdateRestApi"},
      {"DELETE", api, "DeleteRestApi", 202},
      {"GET", api + "/resources", "GetResources"},
      {"POST", api + "/resources/{parentId}", "CreateResource", 201},
      {"GET", api + "/resources/{resourceId}", "GetResource"},
      {"DELETE", api + "/resources/{resourceId}", "DeleteResource", 202},
      {"POST", api + "/deployments", "CreateDeployment", 201},
      {"GET", api + "/deployments", "GetDeployments"},
      {"GET", api + "/deployments/{deploymentId}", "GetDeployment"},
      {"PATCH", api + "/deployments/{deploymentId}", "UpdateDeployment"},
      {"DELETE", api + "/deployments/{deploymentId}", "DeleteDeployment", 202},
      {"POST", api + "/stages", "CreateStage", 201},
      {"GET", api + "/stages", "GetStages"},
      {"GET", api + "/stages/{stageName}", "GetStage"},
      {"PATCH", api + "/stages/{stageName}", "UpdateStage"},
      {"DELETE", api + "/stages/{stageName}", "DeleteStage", 202},
      {"GET", "/account", "GetAccount"},
      {"PATCH", "/account", "UpdateAccount"},
      {"PUT", "/tags/{resourceArn+}", "TagResource", 204},
      {"GET", "/tags/{resourceArn+}", "GetTags"},
      untag("/tags/{resourceArn+}", "tagKeys", "tagKeys[]"),
  };
  add_method_routes(routes);
  return routes;
}

std::vector<Route> api_routes() {
  const std::string api = "/v2/apis/{ApiId}";
  std::vector<Route> routes{
      {"DELETE", api + "/cors", "DeleteCorsConfiguration", 204},
      {"POST", "/v2/tags/{ResourceArn+}", "TagResource", 201},
      {"GET", "/v2/tags/{ResourceArn+}", "GetTags"},
      untag("/v2/tags/{ResourceArn+}", "tagKeys", "TagKeys[]"),
  };
  add_noun(routes, "/v2/apis", "Api", "ApiId");
  add_noun(routes, api + "/routes", "Route", "RouteId");
  add_noun(routes, api + "/routes/{RouteId}/routeresponses", "RouteResponse", "RouteResponseId");
  add_noun(routes, api + "/integrations", "Integration", "IntegrationId");
  add_noun(routes, api + "/integrations/{IntegrationId}/integrationresponses", "IntegrationResponse",
           "IntegrationResponseId");
  add_noun(routes, api + "/deployments", "Deployment", "DeploymentId");
  add_noun(routes, api + "/stages", "Stage", "StageName");
  return routes;
}

}  // namespace live::cloud::apigateway
