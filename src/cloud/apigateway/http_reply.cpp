#include "cloud/apigateway/http_reply.h"

#include "base/encoding.h"
#include "base/json.h"

namespace live::cloud::apigateway {
namespace {

std::optional<std::string> scalar(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (value.is_bool() || value.is_number()) return json::serialize(value);
  return std::nullopt;
}

bool put_status(net::Response& response, const json::object& answer) {
  const auto status = find_int(answer, "statusCode");
  if (!status || *status < 100 || *status > 599) return false;
  response.status = static_cast<int>(*status);
  return true;
}

bool put_headers(net::Response& response, const json::object& answer) {
  const auto* headers = find(answer, "headers");
  if (headers && !headers->is_null() && !headers->is_object()) return false;
  if (headers && headers->is_object())
    for (const auto& [name, value] : headers->get_object()) {
      const auto text = scalar(value);
      if (!text && !value.is_null()) return false;
      if (text) response.headers.set(std::string(name), *text);
    }
  const auto* many = find(answer, "multiValueHeaders");
  if (!many || many->is_null()) return true;
  if (!many->is_object()) return false;
  for (const auto& [name, values] : many->get_object()) {
    if (!values.is_array()) return false;
    response.headers.remove(name);
    for (const auto& value : values.get_array()) {
      const auto text = scalar(value);
      if (!text) return false;
      response.headers.add(std::string(name), *text);
    }
  }
  return true;
}

bool put_body(net::Response& response, const json::object& answer) {
  const auto* body = find(answer, "body");
  if (!body || body->is_null()) return true;
  if (!body->is_string()) return false;
  response.body = std::string(body->get_string());
  if (!find_bool(answer, "isBase64Encoded").value_or(false)) return true;
  auto bytes = from_base64(response.body);
  if (!bytes) return false;
  response.body = std::move(*bytes);
  return true;
}

void put_cookies(net::Response& response, const json::object& answer) {
  if (const auto* cookies = find_array(answer, "cookies"))
    for (const auto& cookie : *cookies)
      if (const auto text = scalar(cookie)) response.headers.add("Set-Cookie", *text);
}

}  // namespace

std::optional<net::Response> proxy_response_1_0(std::string_view payload) {
  auto answer = parse_json_object(payload);
  if (answer.has_error()) return std::nullopt;
  net::Response response;
  if (!put_status(response, answer.value()) || !put_headers(response, answer.value()) ||
      !put_body(response, answer.value()))
    return std::nullopt;
  if (!response.headers.has("Content-Type")) response.headers.set("Content-Type", "application/json");
  return response;
}

std::optional<net::Response> proxy_response_2_0(std::string_view payload) {
  auto parsed = parse_json(payload);
  if (parsed.has_error()) return std::nullopt;
  const auto* answer = parsed.value().if_object();
  net::Response response;
  if (!answer || !answer->contains("statusCode")) {
    const auto* text = parsed.value().if_string();
    response.body = text ? std::string(*text) : std::string(payload);
    if (parsed.value().is_null()) response.body.clear();
    response.headers.set("Content-Type", "application/json");
    return response;
  }
  if (!put_status(response, *answer) || !put_headers(response, *answer) || !put_body(response, *answer))
    return std::nullopt;
  put_cookies(response, *answer);
  if (!response.headers.has("Content-Type")) response.headers.set("Content-Type", "text/plain;charset=UTF-8");
  return response;
}

std::optional<net::Response> prelude_response(std::string_view prelude) {
  auto parsed = parse_json_object(prelude);
  if (parsed.has_error()) return std::nullopt;
  net::Response response;
  if (parsed.value().contains("statusCode") && !put_status(response, parsed.value())) return std::nullopt;
  if (!put_headers(response, parsed.value())) return std::nullopt;
  put_cookies(response, parsed.value());
  if (!response.headers.has("Content-Type")) response.headers.set("Content-Type", "application/octet-stream");
  return response;
}

net::Response message_response(int status, std::string_view message) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::serialize(json::object{{"message", message}})};
}

}  // namespace live::cloud::apigateway
