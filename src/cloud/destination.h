// Which service, action and protocol a request is for: read from its host name, target header, parameters,
// path and credential scope, before any signature is verified.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/query.h"
#include "cloud/rest_json.h"
#include "cloud/signature.h"

namespace live::cloud {

struct Services {  // what was registered with the front
  struct Json {
    std::string service, version;
  };
  struct Query {
    std::string version, xml_namespace;
    QueryForm form = QueryForm::usual;
  };
  std::map<std::string, Json, std::less<>> json;    // by target prefix
  std::map<std::string, Query, std::less<>> query;  // by service
  std::map<std::string, RouteTable, std::less<>> rest;
  std::map<std::string, std::function<Async<net::Answer>(HttpCall)>, std::less<>> http;
};

struct Destination {
  Protocol protocol = Protocol::s3;
  std::string service;
  std::string action;  // empty: none of the service's, or the service reads HTTP itself
  std::string region;  // of the host name; empty: it has none
  std::string json_version, xml_namespace;
  std::optional<RouteMatch> route;
  Form form;  // of the query protocol
  QueryForm query_form = QueryForm::usual;
  bool known = true;  // false: nobody registered the service
};

Destination find_destination(const Services& services, const net::Request& request, const Claim* claim);

net::Response render_error(const Destination& destination, const ApiError& error, std::string_view request_id,
                           std::string_view path);

}  // namespace live::cloud
