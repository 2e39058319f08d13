// HTTP and WebSocket APIs (v2): their documents, and what a stage makes of them, compiled for serving.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cloud/apigateway/path_table.h"
#include "cloud/apigateway/template.h"
#include "cloud/world.h"

namespace live::cloud::apigateway {

struct IntegrationResponse {
  std::string key;  // "$default", "/200/"
  std::string template_selection;
  std::map<std::string, Template> templates;
};

struct Integration {
  std::string id;
  enum class Kind { mock, lambda } kind = Kind::mock;
  std::string function;        // its ARN
  std::string payload_format;  // "1.0", "2.0"
  std::chrono::milliseconds timeout{29'000};
  std::string template_selection;
  std::map<std::string, Template> request_templates;
  std::vector<IntegrationResponse> responses;
};

struct ApiRoute {
  std::string key;
  std::string method;  // HTTP: "GET", "ANY"; empty for $default
  bool iam = false;
  bool answers = false;                            // WebSocket: it has a route response
  std::shared_ptr<const Integration> integration;  // may be null
};

struct Stage {  // what is served; immutable
  std::string api_id, region, name, deployment_id;
  json::object variables;
  std::vector<ApiRoute> routes;
  std::map<std::string, size_t, std::less<>> by_key;
  PathTable paths;                     // HTTP
  std::optional<Selection> selection;  // WebSocket
  json::object cors;
  const ApiRoute* find(std::string_view key) const;
};

using Table = std::map<std::string, json::object>;

struct Api {
  std::string region, id;
  json::object self;  // AWS's Api, in the model's form; so are all below
  Table routes, integrations, deployments, stages, models;
  std::map<std::string, Table> route_responses, integration_responses;  // by what they belong to
  std::map<std::string, std::shared_ptr<const Stage>> compiled;
  bool is_websocket() const { return string_or(self, "ProtocolType") == "WEBSOCKET"; }
};

class Apis {
 public:
  explicit Apis(World& world);  // reads what is stored
  Api* find(std::string_view id);
  ApiResult<Api*> get(const Call& call);  // by the member ApiId
  Api& add(std::string region, std::string id);
  void remove(const std::string& id);
  // After each change: writes it down, and lets stages with AutoDeploy follow.
  void save(Api& api);
  ApiResult<std::string> deploy(Api& api, std::string description, bool automatic);
  std::vector<Api*> list(std::string_view region);
  std::shared_ptr<const Stage> stage(Api& api, const std::string& name);  // null: there is none
  World& world() { return world_; }

 private:
  World& world_;
  std::unordered_map<std::string, std::unique_ptr<Api>> apis_;
};

// The ARN of the function in an integration's URI, which may be that ARN itself.
std::string function_of_uri(std::string_view uri);

}  // namespace live::cloud::apigateway
