// The event that a Lambda function gets for an HTTP request: format 1.0 (REST APIs), 2.0 (HTTP APIs, URLs).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/call.h"
#include "cloud/front.h"

namespace live::cloud::apigateway {

enum class Kind { rest, http, function_url };

struct ApiRequest {  // one request, and where it led
  Kind kind = Kind::rest;
  const net::Request* request = nullptr;
  std::string path;         // as the API sees it: REST: without the stage, as sent; HTTP: with it, decoded
  std::string full_path;    // with the stage: requestContext.path
  std::string resource;     // REST: "/pets/{id}"; HTTP: the route key, "GET /pets/{id}"
  std::string resource_id;  // REST only
  std::string api_id, stage, deployment_id, domain_name;
  std::string account;
  std::string request_id;  // REST: a UUID; HTTP: fifteen letters and '='
  std::string extended_id;
  std::string trace_id;
  TimePoint at;
  json::object path_parameters, stage_variables;
  std::optional<Caller> caller;
  std::vector<std::string> binary_types;  // REST: binaryMediaTypes
  bool iam = false;                       // the route wants AWS_IAM
};

json::object event_1_0(const ApiRequest& request);  // "version" is there for HTTP APIs only
json::object event_2_0(const ApiRequest& request);

std::string clf_time(TimePoint at);  // 12/Mar/2020:19:03:58 +0000
std::string short_id(Ids& ids);      // "JKJaXmPLvHcESHA="
std::string trace_header(Ids& ids, TimePoint at);
bool is_utf8(std::string_view text);
bool media_type_matches(std::string_view pattern, std::string_view content_type);  // "image/*"

}  // namespace live::cloud::apigateway
