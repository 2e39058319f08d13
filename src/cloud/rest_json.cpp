#include "cloud/rest_json.h"

#include <algorithm>

#include "base/encoding.h"

namespace live::cloud {

namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  for (size_t start = 0; start < path.size();) {
    auto end = std::min(path.find('/', start), path.size());
    if (end > start) parts.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

std::string decoded(std::string_view text) { return uri_decode(text).value_or(std::string(text)); }

bool has_query(std::string_view target, std::string_view wanted) {
  if (wanted.empty()) return true;
  auto given = net::parse_query(net::query_of(target));
  auto needed = net::parse_query(wanted);
  return std::all_of(needed.begin(), needed.end(), [&given](auto& pair) {
    return std::find(given.begin(), given.end(), pair) != given.end();
  });
}

void put_query(json::object& input, const Route& route, const std::string& name, const std::string& value) {
  std::string member = name;
  bool list = false;
  for (auto& [wire, ours] : route.query) {
    if (wire != name) continue;
    list = ours.ends_with("[]");
    member = list ? ours.substr(0, ours.size() - 2) : ours;
  }
  auto existing = input.if_contains(member);
  if (existing && existing->is_array()) {
    existing->get_array().push_back(json::string(value));
  } else if (list) {
    input[member] = json::array{json::string(value)};
  } else if (existing && existing->is_string()) {
    input[member] = json::array{*existing, json::string(value)};
  } else {
    input[member] = value;
  }
}

std::string header_text(const json::value& value) {
  if (auto text = value.if_string()) return std::string(*text);
  return json::serialize(value);
}

}  // namespace

RouteTable::RouteTable(std::vector<Route> routes) : routes_(std::move(routes)) {}

std::optional<RouteMatch> RouteTable::match_one(const Route& route, std::string_view target) const {
  auto pattern = segments(net::path_of(route.path));
  auto path = segments(net::path_of(target));
  RouteMatch found{.route = &route};
  size_t at = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    auto part = pattern[i];
    if (part.ends_with("+}")) {
      size_t after = pattern.size() - i - 1;
      if (path.size() < at + after + 1) return std::nullopt;
      auto begin = path[at].data();
      at = path.size() - after;
      auto end = path[at - 1].data() + path[at - 1].size();
      found.captures.emplace_back(part.substr(1, part.size() - 3),
                                  decoded({begin, static_cast<size_t>(end - begin)}));
    } else if (at >= path.size()) {
      return std::nullopt;
    } else if (part.starts_with('{')) {
      found.captures.emplace_back(part.substr(1, part.size() - 2), decoded(path[at++]));
    } else if (part == path[at] || part == decoded(path[at])) {
      ++found.literals, ++at;
    } else {
      return std::nullopt;
    }
  }
  if (at != path.size() || !has_query(target, net::query_of(route.path))) return std::nullopt;
  if (!net::query_of(route.path).empty()) ++found.literals;
  return found;
}

std::optional<RouteMatch> RouteTable::match(std::string_view method, std::string_view target) const {
  std::optional<RouteMatch> best;
  for (auto& route : routes_) {
    if (route.method != method) continue;
    auto found = match_one(route, target);
    if (found && (!best || found->literals > best->literals)) best = std::move(found);
  }
  return best;
}

bool RouteTable::knows_path(std::string_view target) const {
  return std::any_of(routes_.begin(), routes_.end(),
                     [&](auto& route) { return match_one(route, target).has_value(); });
}

ApiResult<void> decode_rest_json(const RouteMatch& match, net::Request request, Call& call) {
  auto& route = *match.route;
  if (route.payload) {
    call.payload = std::move(request.body);
  } else if (!request.body.empty()) {
    auto body = parse_json_object(request.body);
    if (body.has_error())
      return api_error(400, "SerializationException", "The request body is " + body.error().message);
    call.input = std::move(body.value());
  }
  for (auto& [name, value] : net::parse_query(net::query_of(request.target))) {
    if (!name.starts_with("X-Amz-")) put_query(call.input, route, name, value);  // X-Amz-…: a presigned URL's
  }
  for (auto& [header, member] : route.headers) {
    if (auto value = request.headers.find(header)) call.input[member] = std::string(*value);
  }
  for (auto& [member, value] : match.captures) call.input[member] = value;
  return outcome::success();
}

net::Answer render_rest_json(const Route& route, Output output) {
  net::Response response{
      .status = route.success, .headers = {{"Content-Type", "application/json"}}, .body = {}};
  for (auto& [header, member] : route.headers) {
    auto value = output.value.if_contains(member);
    if (!value) continue;
    if (!value->is_null()) response.headers.set(header, header_text(*value));
    output.value.erase(member);
  }
  if (route.payload) {
    if (auto status = find_int(output.value, "StatusCode")) response.status = static_cast<int>(*status);
    if (output.write)
      return net::Streamed{response.status, std::move(response.headers), std::move(output.write)};
    response.body = std::move(output.payload);
  } else if (response.status != 204) {
    response.body = json::serialize(output.value);
  }
  return response;
}

}  // namespace live::cloud
