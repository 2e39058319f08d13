// API Gateway: REST APIs (v1), HTTP and WebSocket APIs (v2), and the APIs themselves under execute-api.
#pragma once

#include <chrono>

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

struct ApiGatewayOptions {  // API Gateway's quotas; tests shorten them
  std::chrono::milliseconds idle{std::chrono::minutes(10)};
  std::chrono::milliseconds lifetime{std::chrono::hours(2)};
  double requests_per_second = 10'000;  // of @connections; above: 429
  double burst = 5'000;
  std::chrono::milliseconds integration_timeout{29'000};
};

void add_apigateway(World& world, Front& front, ApiGatewayOptions options = {});

}  // namespace live::cloud
