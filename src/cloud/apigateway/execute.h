// Requests to the APIs themselves: which API and stage one is for, and what is served there.
#pragma once

#include "cloud/apigateway/gateway.h"
#include "cloud/front.h"

namespace live::cloud::apigateway {

struct ApiAddress {
  std::string api_id, stage;
  std::string target;         // path and query below the stage
  std::string connection_id;  // of @connections
};

// From "{api}.execute-api.{region}.amazonaws.com/{stage}/…" or "/_api/{api}/{stage}/…". The stage stays in
// `target` as long as nobody knows whether the API has one of that name.
ApiAddress parse_api_address(const net::Request& request);

Async<net::Answer> execute_api(GatewayPtr gateway, HttpCall call);

// rest_serve.cpp, http_serve.cpp
Async<net::Answer> serve_rest(GatewayPtr gateway, HttpCall call, RestApi& api, ApiAddress address);
Async<net::Answer> serve_http(GatewayPtr gateway, HttpCall call, Api& api, ApiAddress address);

}  // namespace live::cloud::apigateway
