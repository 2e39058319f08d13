// What API Gateway's actions and the serving of APIs share.
#pragma once

#include <memory>

#include "cloud/apigateway/api.h"
#include "cloud/apigateway/apigateway.h"
#include "cloud/apigateway/rest_api.h"
#include "cloud/apigateway/websocket.h"

namespace live::cloud::apigateway {

struct Gateway {
  Gateway(World& w, ApiGatewayOptions o) : world(w), options(o), apis(w), rest_apis(w), connections(w, o) {}
  World& world;
  ApiGatewayOptions options;
  Apis apis;
  RestApis rest_apis;
  Connections connections;
};
using GatewayPtr = std::shared_ptr<Gateway>;

using Answer = ApiResult<json::object>;

}  // namespace live::cloud::apigateway
