#include "cloud/apigateway/execute.h"

#include "base/encoding.h"
#include "cloud/apigateway/http_reply.h"

namespace live::cloud::apigateway {
namespace {

// Cuts the first segment off a target: "/dev/a?x" gives "dev" and leaves "/a?x".
std::string take_segment(std::string& target) {
  const auto end = std::min(target.find_first_of("/?", 1), target.size());
  auto segment = target.substr(1, end - 1);
  target.erase(0, end);
  if (!target.starts_with('/')) target.insert(0, "/");
  return segment;
}

bool is_upgrade(const net::Request& request) {
  return net::same_name(request.headers.get("Upgrade"), "websocket");
}

std::string connection_in(const std::string& target) {
  for (const std::string_view prefix : {"/@connections/", "/%40connections/"})
    if (target.starts_with(prefix)) {
      const auto id = net::path_of(target).substr(prefix.size());
      return uri_decode(id).value_or(std::string(id));
    }
  return {};
}

}  // namespace

ApiAddress parse_api_address(const net::Request& request) {
  ApiAddress address{.target = request.target};
  if (!address.target.starts_with('/')) address.target = "/";
  const auto host = request.headers.get("Host");
  if (address.target.starts_with("/_api/")) {
    take_segment(address.target);
    address.api_id = take_segment(address.target);
  } else if (const auto at = host.find(".execute-api."); at != host.npos) {
    address.api_id = host.substr(0, at);
  }
  auto rest = address.target;
  address.stage = take_segment(rest);
  address.connection_id = connection_in(rest);
  if (address.stage == "@connections" || address.stage == "%40connections")  // an endpoint without a stage
    address.connection_id = connection_in(address.target);
  return address;
}

Async<net::Answer> execute_api(GatewayPtr gateway, HttpCall call) {
  auto address = parse_api_address(call.request);
  auto* api = gateway->apis.find(address.api_id);
  const bool manages =
      !address.connection_id.empty() && (address.api_id.empty() || (api && api->is_websocket()));
  if (manages) {
    auto api_id = address.api_id, id = address.connection_id, stage = address.stage;
    co_return co_await serve_connections(gateway, std::move(call), std::move(api_id), std::move(id),
                                         std::move(stage));
  }
  if (api && api->is_websocket()) {
    if (!is_upgrade(call.request)) co_return message_response(426, "Upgrade Required");
    co_return co_await connect_websocket_api(gateway, std::move(call), *api, address.stage);
  }
  if (api) co_return co_await serve_http(gateway, std::move(call), *api, std::move(address));
  if (auto* rest = gateway->rest_apis.find(address.api_id))
    co_return co_await serve_rest(gateway, std::move(call), *rest, std::move(address));
  auto response = message_response(403, "Forbidden");  // on AWS such a name does not even resolve
  response.headers.set("x-amzn-ErrorType", "ForbiddenException");
  co_return response;
}

}  // namespace live::cloud::apigateway
