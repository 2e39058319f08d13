// REST APIs (v1): their documents, and what a stage's deployment makes of them, compiled for serving.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cloud/apigateway/api.h"

namespace live::cloud::apigateway {

struct MockResponse {
  std::string status;   // "204"
  std::string pattern;  // selectionPattern; empty: the default
  std::vector<std::pair<std::string, std::string>> headers;
  std::map<std::string, Template> templates;
};

struct RestMethod {
  bool iam = false;
  Integration integration;
  std::vector<MockResponse> responses;
};

struct RestResource {
  std::string id, path;                                    // "/pets/{id}"
  std::map<std::string, RestMethod, std::less<>> methods;  // "GET", "ANY"
  const RestMethod* method(std::string_view name) const;
};

struct RestStage {  // what is served; immutable
  std::string api_id, region, name, deployment_id;
  json::object variables;
  std::vector<std::string> binary_types;
  std::vector<RestResource> resources;
  PathTable paths;
};

struct RestApi {
  std::string region, id;
  json::object self;  // AWS's RestApi; all is in the wire's form, which is the model's
  Table resources;    // with resourceMethods, methodIntegration and their responses
  Table deployments, stages, models, validators;
  std::map<std::string, std::shared_ptr<const RestStage>> compiled;
};

class RestApis {
 public:
  explicit RestApis(World& world);  // reads what is stored
  RestApi* find(std::string_view id);
  ApiResult<RestApi*> get(const Call& call);  // by the member restApiId
  RestApi& add(std::string region, std::string id);
  void remove(const std::string& id);
  void save(RestApi& api);
  std::vector<RestApi*> list(std::string_view region);
  std::shared_ptr<const RestStage> stage(RestApi& api, const std::string& name);  // null: there is none

 private:
  World& world_;
  std::unordered_map<std::string, std::unique_ptr<RestApi>> apis_;
};

}  // namespace live::cloud::apigateway
