// REST-JSON: a request's method and path name the action; members travel in path, query, headers and body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/front.h"

namespace live::cloud {

struct RouteMatch {
  const Route* route = nullptr;
  std::vector<std::pair<std::string, std::string>> captures;  // decoded
  size_t literals = 0;  // segments matched word by word: the route with most wins
};

class RouteTable {
 public:
  explicit RouteTable(std::vector<Route> routes);
  std::optional<RouteMatch> match(std::string_view method, std::string_view target) const;
  bool knows_path(std::string_view target) const;  // under any method

 private:
  std::optional<RouteMatch> match_one(const Route& route, std::string_view target) const;
  std::vector<Route> routes_;
};

// Fills `call`'s input and payload. The error: the body is not a JSON object.
ApiResult<void> decode_rest_json(const RouteMatch& match, net::Request request, Call& call);
net::Answer render_rest_json(const Route& route, Output output);

}  // namespace live::cloud
