#include "cloud/apigateway/http_event.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/encoding.h"

namespace live::cloud::apigateway {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

json::value text_or_null(std::string_view text) { return text.empty() ? json::value() : json::value(text); }
json::value object_or_null(const json::object& object) {
  return object.empty() ? json::value() : json::value(object);
}

// The headers as the function sees them: the API's own name as Host, and what API Gateway adds.
std::vector<net::Headers::Field> headers_of(const ApiRequest& r) {
  std::vector<net::Headers::Field> fields;
  for (const auto& [name, value] : r.request->headers)
    if (!net::same_name(name, "Host") && !net::same_name(name, "Connection") &&
        !net::same_name(name, "Transfer-Encoding") && !net::same_name(name, "X-Amzn-Trace-Id"))
      fields.emplace_back(name, value);
  const auto peer = r.request->peer;
  fields.emplace_back("Host", r.domain_name);
  fields.emplace_back("X-Amzn-Trace-Id", r.trace_id);
  const auto earlier = r.request->headers.get("X-Forwarded-For");
  std::erase_if(fields, [](const auto& field) { return net::same_name(field.first, "X-Forwarded-For"); });
  fields.emplace_back("X-Forwarded-For", earlier.empty() ? peer : earlier + ", " + peer);
  if (!r.request->headers.has("X-Forwarded-Port")) fields.emplace_back("X-Forwarded-Port", "443");
  if (!r.request->headers.has("X-Forwarded-Proto")) fields.emplace_back("X-Forwarded-Proto", "https");
  return fields;
}

bool is_text_type(std::string_view content_type) {
  const auto type = lower(content_type.substr(0, content_type.find(';')));
  return type.empty() || type.starts_with("text/") || type == "application/json" ||
         type == "application/javascript" || type == "application/xml" || type.ends_with("+json") ||
         type.ends_with("+xml");
}

void put_body(json::object& event, const ApiRequest& r) {
  const auto& body = r.request->body;
  const auto type = r.request->headers.get("Content-Type");
  bool binary = !is_utf8(body);
  if (r.kind == Kind::rest)
    for (const auto& pattern : r.binary_types) binary = binary || media_type_matches(pattern, type);
  else
    binary = binary || !is_text_type(type);
  if (body.empty()) {
    if (r.kind == Kind::rest) event["body"] = nullptr;
    event["isBase64Encoded"] = false;
    return;
  }
  event["body"] = binary ? base64(body) : body;
  event["isBase64Encoded"] = binary;
}

json::object identity_of(const ApiRequest& r) {
  json::object identity;
  for (const auto* member : {"cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp",
                             "principalOrgId", "accessKey", "cognitoAuthenticationType",
                             "cognitoAuthenticationProvider", "userArn", "userAgent", "user"})
    identity[member] = nullptr;
  identity["sourceIp"] = r.request->peer;
  identity["userAgent"] = text_or_null(r.request->headers.get("User-Agent"));
  if (r.iam && r.caller) {
    identity["accountId"] = r.caller->account;
    identity["caller"] = identity["user"] = r.caller->user_id;
    identity["accessKey"] = r.caller->access_key;
    identity["userArn"] = r.caller->arn;
  }
  return identity;
}

json::object context_1_0(const ApiRequest& r) {
  json::object context;
  if (r.kind == Kind::rest) context["resourceId"] = r.resource_id;
  context["resourcePath"] = r.resource;
  context["httpMethod"] = r.request->method;
  context["extendedRequestId"] = r.extended_id;
  context["requestTime"] = clf_time(r.at);
  context["path"] = r.full_path;
  context["accountId"] = r.account;
  context["protocol"] = "HTTP/1.1";
  context["stage"] = r.stage;
  context["domainPrefix"] = r.domain_name.substr(0, r.domain_name.find('.'));
  context["requestTimeEpoch"] = to_millis(r.at);
  context["requestId"] = r.request_id;
  context["identity"] = identity_of(r);
  context["domainName"] = r.domain_name;
  if (r.kind == Kind::rest) context["deploymentId"] = r.deployment_id;
  context["apiId"] = r.api_id;
  return context;
}

void put_query_1_0(json::object& event, const ApiRequest& r) {
  json::object last, all;
  for (const auto& [name, value] : net::parse_query(net::query_of(r.request->target))) {
    last[name] = value;
    if (!all.contains(name)) all[name] = json::array();
    all[name].as_array().push_back(json::string(value));
  }
  event["queryStringParameters"] = object_or_null(last);
  event["multiValueQueryStringParameters"] = object_or_null(all);
}

json::value authorizer_iam(const ApiRequest& r) {
  return {{"accessKey", r.caller->access_key}, {"accountId", r.caller->account},
          {"callerId", r.caller->user_id},     {"cognitoIdentity", nullptr},
          {"principalOrgId", nullptr},         {"userArn", r.caller->arn},
          {"userId", r.caller->user_id}};
}

json::object context_2_0(const ApiRequest& r) {
  json::object context{{"accountId", r.kind == Kind::function_url && !r.iam ? "anonymous" : r.account},
                       {"apiId", r.api_id}};
  if (r.iam && r.caller) context["authorizer"] = {{"iam", authorizer_iam(r)}};
  context["domainName"] = r.domain_name;
  context["domainPrefix"] = r.domain_name.substr(0, r.domain_name.find('.'));
  context["http"] = {{"method", r.request->method},
                     {"path", r.path},
                     {"protocol", "HTTP/1.1"},
                     {"sourceIp", r.request->peer},
                     {"userAgent", r.request->headers.get("User-Agent")}};
  context["requestId"] = r.request_id;
  context["routeKey"] = r.resource;
  context["stage"] = r.stage;
  context["time"] = clf_time(r.at);
  context["timeEpoch"] = to_millis(r.at);
  return context;
}

void append(json::object& to, std::string_view name, std::string_view value) {
  if (auto* there = to.if_contains(name)) {
    auto& text = there->as_string();
    text.append(",");
    text.append(value);
  } else {
    to[name] = value;
  }
}

}  // namespace

json::object event_1_0(const ApiRequest& r) {
  json::object event;
  if (r.kind == Kind::http) event["version"] = "1.0";
  event["resource"] = r.resource;
  event["path"] = r.path;
  event["httpMethod"] = r.request->method;
  json::object last, all;
  for (const auto& [name, value] : headers_of(r)) {
    last[name] = value;
    if (!all.contains(name)) all[name] = json::array();
    all[name].as_array().push_back(json::string(value));
  }
  event["headers"] = std::move(last);
  event["multiValueHeaders"] = std::move(all);
  put_query_1_0(event, r);
  event["pathParameters"] = object_or_null(r.path_parameters);
  event["stageVariables"] = object_or_null(r.stage_variables);
  event["requestContext"] = context_1_0(r);
  put_body(event, r);
  if (!event.contains("body")) event["body"] = nullptr;
  return event;
}

json::object event_2_0(const ApiRequest& r) {
  json::object event{{"version", "2.0"},
                     {"routeKey", r.resource},
                     {"rawPath", r.path},
                     {"rawQueryString", net::query_of(r.request->target)}};
  json::object headers, query;
  json::array cookies;
  for (const auto& [name, value] : headers_of(r)) {
    if (!net::same_name(name, "Cookie")) {
      append(headers, lower(name), value);
      continue;
    }
    for (std::string_view rest = value; !rest.empty();) {
      const auto end = std::min(rest.find(';'), rest.size());
      cookies.push_back(json::string(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (rest.starts_with(' ')) rest.remove_prefix(1);
    }
  }
  if (!cookies.empty()) event["cookies"] = std::move(cookies);
  event["headers"] = std::move(headers);
  for (const auto& [name, value] : net::parse_query(net::query_of(r.request->target)))
    append(query, name, value);
  if (!query.empty()) event["queryStringParameters"] = std::move(query);
  event["requestContext"] = context_2_0(r);
  if (!r.path_parameters.empty()) event["pathParameters"] = r.path_parameters;
  if (!r.stage_variables.empty()) event["stageVariables"] = r.stage_variables;
  put_body(event, r);
  return event;
}

std::string clf_time(TimePoint at) {
  return fmt::format("{:%d/%b/%Y:%H:%M:%S +0000}", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

std::string short_id(Ids& ids) {
  auto id = base64(ids.bytes(11));
  for (auto& c : id) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return id;
}

std::string trace_header(Ids& ids, TimePoint at) {
  return fmt::format("Root=1-{:08x}-{}", to_millis(at) / 1000, ids.hex(24));
}

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const size_t more = byte < 0x80                   ? 0
                        : byte >= 0xc2 && byte < 0xe0 ? 1
                        : byte >= 0xe0 && byte < 0xf0 ? 2
                        : byte >= 0xf0 && byte < 0xf5 ? 3
                                                      : 4;
    if (more == 4 || i + more >= text.size()) return false;
    for (size_t k = 1; k <= more; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    const auto second = more ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((byte == 0xe0 && second < 0xa0) || (byte == 0xed && second > 0x9f) ||
        (byte == 0xf0 && second < 0x90) || (byte == 0xf4 && second > 0x8f))
      return false;
    i += more + 1;
  }
  return true;
}

bool media_type_matches(std::string_view pattern, std::string_view content_type) {
  if (pattern == "*/*" || pattern == "*~1*") return true;
  const auto type = lower(content_type.substr(0, content_type.find(';')));
  const auto wanted = lower(pattern);
  if (wanted.ends_with("/*")) return type.starts_with(wanted.substr(0, wanted.size() - 1));
  return type == wanted;
}

}  // namespace live::cloud::apigateway
