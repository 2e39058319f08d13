#include "aws/relay_mailbox.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/json.h"

namespace live::aws {
namespace {

constexpr auto kShort = 3000ms;   // a message, a row
constexpr auto kLong = 30'000ms;  // an object of 6 MB by a slow line

Posted::Outcome outcome_of(int status) {
  using enum Posted::Outcome;
  switch (status) {
    case 200:
      return delivered;
    case 403:
      return forbidden;
    case 410:
      return gone;
    case 400:
      return gone;  // an id that cannot be one any more
    case 413:
      return too_large;
    case 429:
      return throttled;
    default:
      return failed;
  }
}

// What a service says about its refusal, for people: its code and message, never the request.
std::string said(const net::Response& response) {
  auto const parsed = parse_json_object(response.body, 16);
  std::string code, message;
  if (parsed) {
    code = string_or(parsed.value(), "__type");
    code = code.substr(code.find('#') + 1);
    message = string_or(parsed.value(), "message", string_or(parsed.value(), "Message"));
  } else if (auto const from = response.body.find("<Code>"); from != std::string::npos) {
    code = response.body.substr(from + 6, response.body.find("</Code>") - from - 6).substr(0, 64);
  }
  return fmt::format("HTTP {}{}{}{}{}", response.status, code.empty() ? "" : " ", code,
                     message.empty() ? "" : ": ", message.substr(0, 300));
}

Fault refused(std::string_view doing, const net::Response& response) {
  auto const kind = response.status == 404 ? Fault::Kind::not_found : Fault::Kind::refused;
  return fault(kind, fmt::format("{}: {}", doing, said(response)), response.status);
}

// A typed value's text, such as {"S": "…"}.
std::string typed(const json::object& item, std::string_view name, std::string_view type) {
  auto const* value = find_object(item, name);
  return value ? string_or(*value, type) : "";
}

std::optional<ClientRow> row_of(const json::object& answer) {
  auto const* item = find_object(answer, "Item");
  if (!item) return std::nullopt;
  ClientRow row;
  row.connection = typed(*item, "connection", "S");
  row.session = typed(*item, "session", "S");
  row.who = typed(*item, "who", "S");
  row.epoch = std::strtoll(typed(*item, "epoch", "N").c_str(), nullptr, 10);
  row.since = from_millis(std::strtoll(typed(*item, "since", "N").c_str(), nullptr, 10));
  if (row.connection.empty()) return std::nullopt;
  return row;
}

}  // namespace

Relay::Relay(Executor executor, net::HttpClient& http, CredentialSource& credentials, const Clock& clock,
             RelayAddress address)
    : executor_(std::move(executor)),
      http_(http),
      credentials_(credentials),
      clock_(clock),
      address_(std::move(address)) {
  std::string_view url = address_.url;
  if (auto const scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  auto const slash = std::min(url.find('/'), url.size());
  api_host_ = url.substr(0, slash);
  api_stage_ = url.substr(std::min(slash + 1, url.size()));
}

Relay::Place Relay::service(const std::string& name) const {
  auto const host = fmt::format("{}.{}.amazonaws.com{}", name, address_.region,
                                address_.region.starts_with("cn-") ? ".cn" : "");
  auto endpoint = net::parse_endpoint(address_.endpoint.empty() ? "https://" + host : address_.endpoint);
  if (!endpoint) return {{true, host, 443}, host};
  auto const& to = endpoint.value();
  return {to, address_.endpoint.empty() ? host : fmt::format("{}:{}", to.host, to.port)};
}

// The embedded AWS tells APIs apart by their host name, as AWS does.
Relay::Place Relay::api() const {
  auto endpoint = net::parse_endpoint(address_.endpoint);
  if (address_.endpoint.empty() || !endpoint) return {{true, api_host_, 443}, api_host_};
  return {endpoint.value(), api_host_};
}

Async<Result<net::Response>> Relay::send(Signer& signer, std::string service, Place place,
                                         net::Request request, std::chrono::milliseconds timeout) {
  LIVE_CO_TRY(auto credentials, co_await credentials_.get());
  request.headers.set("Host", place.host);
  SigningScope const scope{address_.region, std::move(service), clock_.now()};
  signer.sign(request, credentials, scope);
  co_return co_await http_.send(std::move(place.endpoint), std::move(request), timeout);
}

Async<Posted> Relay::post(std::string connection, std::string text) {
  net::Request request;
  request.method = "POST";
  request.target = fmt::format("/{}/%40connections/{}", api_stage_, uri_encode(connection));
  request.body = std::move(text);
  auto const response = co_await send(api_signer_, "execute-api", api(), std::move(request), kShort);
  if (!response) co_return Posted{Posted::Outcome::unreachable, response.error().message};
  co_return Posted{outcome_of(response.value().status), said(response.value())};
}

Async<Result<std::optional<ClientRow>>> Relay::client() {
  json::object const input{{"TableName", address_.table},
                           {"Key", json::object{{"pk", json::object{{"S", "client"}}}}},
                           {"ConsistentRead", true}};
  net::Request request;
  request.method = "POST";
  request.headers = {{"Content-Type", "application/x-amz-json-1.0"},
                     {"X-Amz-Target", "DynamoDB_20120810.GetItem"}};
  request.body = json::serialize(input);
  LIVE_CO_TRY(auto response,
              co_await send(table_signer_, "dynamodb", service("dynamodb"), std::move(request), kShort));
  if (response.status != 200) co_return refused("reading the table " + address_.table, response);
  LIVE_CO_TRY(auto answer, parse_json_object(response.body, 16));
  co_return row_of(answer);
}

Async<Result<net::Response>> Relay::object(std::string method, std::string key, std::string bytes) {
  auto place = service("s3");
  net::Request request;
  request.method = std::move(method);
  request.target = "/" + uri_encode(key, "/");
  if (address_.endpoint.empty()) {
    place.host = address_.bucket + "." + place.host;
    place.endpoint.host = place.host;
  } else {
    request.target = "/" + address_.bucket + request.target;
  }
  // The object is sealed: its own tag proves it, a second digest of 6 MB would not add to that.
  request.headers.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  request.body = std::move(bytes);
  co_return co_await send(bucket_signer_, "s3", std::move(place), std::move(request), kLong);
}

Async<Result<void>> Relay::put(std::string key, std::string bytes) {
  LIVE_CO_TRY(auto response, co_await object("PUT", std::move(key), std::move(bytes)));
  if (response.status != 200) co_return refused("putting a payload into " + address_.bucket, response);
  co_return outcome::success();
}

Async<Result<std::string>> Relay::get(std::string key) {
  LIVE_CO_TRY(auto response, co_await object("GET", std::move(key), ""));
  if (response.status != 200) co_return refused("reading a payload from " + address_.bucket, response);
  co_return std::move(response.body);
}

Async<Result<void>> Relay::remove(std::string key) {
  LIVE_CO_TRY(auto response, co_await object("DELETE", std::move(key), ""));
  if (response.status != 204 && response.status != 404) {
    co_return refused("removing a payload from " + address_.bucket, response);
  }
  co_return outcome::success();
}

Async<Result<net::WebSocket>> Relay::connect(std::chrono::milliseconds timeout) {
  LIVE_CO_TRY(auto credentials, co_await credentials_.get());
  auto const place = api();
  net::Request request;
  request.target = "/" + api_stage_;
  request.headers.set("Host", place.host);
  SigningScope const scope{address_.region, "execute-api", clock_.now()};
  api_signer_.sign(request, credentials, scope);
  net::WebSocketTarget target;
  target.endpoint = place.endpoint;
  target.target = std::move(request.target);
  target.headers = std::move(request.headers);
  co_return co_await net::connect_websocket(executor_, std::move(target), timeout);
}

}  // namespace live::aws
