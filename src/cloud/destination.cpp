#include "cloud/destination.h"

#include "cloud/address.h"
#include "cloud/xml.h"

namespace live::cloud {

namespace {

Form form_of(const net::Request& request) {
  auto form = net::parse_query(net::query_of(request.target));
  if (request.headers.get("Content-Type").starts_with("application/x-www-form-urlencoded")) {
    for (auto& pair : net::parse_query(request.body)) form.push_back(std::move(pair));
  }
  std::erase_if(form, [](auto& pair) { return pair.first.starts_with("X-Amz-"); });
  return form;
}

std::string value_of(const Form& form, std::string_view name) {
  for (auto& [known, value] : form) {
    if (known == name) return value;
  }
  return {};
}

std::optional<Destination> by_target(const Services& services, const net::Request& request) {
  auto target = request.headers.get("X-Amz-Target");
  auto dot = target.rfind('.');
  if (dot == target.npos) return std::nullopt;
  Destination found{.protocol = Protocol::json, .action = target.substr(dot + 1), .json_version = "1.1"};
  auto known = services.json.find(std::string_view(target).substr(0, dot));
  found.known = known != services.json.end();
  found.service = found.known ? known->second.service : target.substr(0, dot);
  if (found.known) found.json_version = known->second.version;
  return found;
}

std::optional<Destination> by_action(const Services& services, const net::Request& request,
                                     std::string_view hint) {
  bool may_be =
      request.method == "POST" || net::query_of(request.target).find("Action=") != std::string_view::npos;
  if (!may_be || hint == "s3" || hint == "execute-api") return std::nullopt;
  auto form = form_of(request);
  auto action = value_of(form, "Action");
  auto version = value_of(form, "Version");
  if (action.empty() || version.empty()) return std::nullopt;
  Destination found{.protocol = Protocol::query,
                    .service = std::string(hint.empty() ? "the one asked for" : hint),
                    .action = action,
                    .xml_namespace = "https://webservices.amazonaws.com/",
                    .known = false};
  for (auto& [service, query] : services.query) {
    if (query.version != version) continue;
    found.known = true;
    found.service = service;
    found.xml_namespace = query.xml_namespace;
    found.query_form = query.form;
  }
  std::erase_if(form, [](auto& pair) { return pair.first == "Action" || pair.first == "Version"; });
  found.form = std::move(form);
  return found;
}

std::optional<Destination> by_route(const Services& services, const net::Request& request,
                                    std::string_view hint) {
  std::optional<Destination> best;
  for (auto& [service, routes] : services.rest) {
    if (!hint.empty() && signing_name(service) != hint) continue;
    auto match = routes.match(request.method, request.target);
    if (!match || (best && best->route->literals >= match->literals)) continue;
    best = Destination{.protocol = Protocol::rest_json, .service = service, .action = match->route->action};
    best->route = std::move(match);
  }
  if (best || hint.empty()) return best;
  for (auto& [service, routes] : services.rest) {  // the service is known, the path is not
    if (signing_name(service) == hint)
      return Destination{.protocol = Protocol::rest_json, .service = service};
  }
  return std::nullopt;
}

Destination http(const Services& services, std::string service) {
  Destination found{.protocol = service == "s3" ? Protocol::s3 : Protocol::execute_api, .service = service};
  found.known = services.http.contains(service);
  return found;
}

Destination find_any(const Services& services, const net::Request& request, std::string_view hint) {
  if (auto found = by_target(services, request)) return std::move(*found);
  if (services.http.contains(hint)) return http(services, std::string(hint));
  if (auto found = by_action(services, request, hint)) return std::move(*found);
  if (auto found = by_route(services, request, hint)) return std::move(*found);
  if (hint.empty()) return http(services, "s3");
  for (auto& [service, query] : services.query) {
    if (service == hint)
      return Destination{
          .protocol = Protocol::query, .service = service, .xml_namespace = query.xml_namespace};
  }
  return Destination{.protocol = Protocol::rest_json, .service = std::string(hint), .known = false};
}

}  // namespace

Destination find_destination(const Services& services, const net::Request& request, const Claim* claim) {
  auto address = parse_host(request.headers.get("Host"));
  auto path = net::path_of(request.target);
  std::string_view hint;
  if (path.starts_with("/_api/"))
    hint = "execute-api";  // the forms for people: no host name to resolve
  else if (path.starts_with("/_url/"))
    hint = "lambda-url";
  else if (!address.service.empty())
    hint = address.service;
  else if (claim)
    hint = claim->service;
  auto found = find_any(services, request, hint);
  found.region = address.region;
  return found;
}

net::Response render_error(const Destination& destination, const ApiError& error, std::string_view request_id,
                           std::string_view path) {
  net::Response response{.status = error.status, .headers = {}, .body = {}};
  json::object body = error.members;
  switch (destination.protocol) {
    case Protocol::json:
      body["__type"] = error.code;
      body["message"] = error.message;
      response.headers = {{"Content-Type", "application/x-amz-json-" + destination.json_version},
                          {"x-amzn-ErrorType", error.code}};
      response.body = json::serialize(body);
      break;
    case Protocol::query:
      response.headers = {{"Content-Type", "text/xml"}};
      response.body =
          render_query_error(destination.xml_namespace, error, request_id, destination.query_form);
      break;
    case Protocol::rest_json:
    case Protocol::execute_api:
      body["message"] = error.message;
      response.headers = {{"Content-Type", "application/json"}, {"x-amzn-ErrorType", error.code}};
      response.body = json::serialize(body);
      break;
    case Protocol::s3:
      response.headers = {{"Content-Type", "application/xml"}};
      response.body = fmt::format(
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>"
          "<Resource>{}</Resource><RequestId>{}</RequestId></Error>",
          xml_escape(error.code), xml_escape(error.message), xml_escape(path), request_id);
  }
  return response;
}

}  // namespace live::cloud
