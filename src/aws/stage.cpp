#include "aws/stage.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace live::aws {
namespace {

constexpr auto kTimeout = 10s;
constexpr auto kRowLife = std::chrono::hours(24 * 7);  // a row that nobody removed goes by itself
constexpr size_t kKeySize = 32;
constexpr const char* kKeyObject = "keys/stage";

json::object text(std::string_view value) { return {{"S", value}}; }
json::object number(int64_t value) { return {{"N", std::to_string(value)}}; }

std::string attribute(const json::object& item, std::string_view name, std::string_view type) {
  auto const* value = find_object(item, name);
  return value ? string_or(*value, type) : "";
}

std::optional<ClientRow> row_of(const json::object& item) {
  ClientRow row;
  row.connection = attribute(item, "connection", "S");
  row.session = attribute(item, "session", "S");
  row.who = attribute(item, "who", "S");
  row.epoch = std::strtoll(attribute(item, "epoch", "N").c_str(), nullptr, 10);
  row.since = from_millis(std::strtoll(attribute(item, "since", "N").c_str(), nullptr, 10));
  if (row.connection.empty()) return std::nullopt;
  return row;
}

json::object on_the_row(const std::string& table) {
  return {{"TableName", table}, {"Key", json::object{{"pk", text("client")}}}};
}

}  // namespace

Stage::Stage(net::HttpClient& http, CredentialSource& credentials, const Clock& clock, RelayAddress address)
    : http_(http), credentials_(credentials), clock_(clock), address_(std::move(address)) {}

Async<Result<net::Response>> Stage::send(std::string service, std::string host_prefix, net::Request request) {
  LIVE_CO_TRY(auto credentials, co_await credentials_.get());
  std::string const host = fmt::format("{}{}.{}.amazonaws.com{}", host_prefix, service, address_.region,
                                       address_.region.starts_with("cn-") ? ".cn" : "");
  LIVE_CO_TRY(auto endpoint,
              net::parse_endpoint(address_.endpoint.empty() ? "https://" + host : address_.endpoint));
  request.headers.set("Host",
                      address_.endpoint.empty() ? host : fmt::format("{}:{}", endpoint.host, endpoint.port));
  SigningScope const scope{address_.region, std::move(service), clock_.now()};
  signer_.sign(request, credentials, scope);
  co_return co_await http_.send(std::move(endpoint), std::move(request), kTimeout);
}

Async<Result<Stage::Answer>> Stage::call(std::string service, std::string target, std::string version,
                                         json::object input) {
  net::Request request;
  request.method = "POST";
  request.headers = {{"Content-Type", "application/x-amz-json-" + version},
                     {"X-Amz-Target", std::move(target)}};
  request.body = json::serialize(input);
  LIVE_CO_TRY(auto response, co_await send(std::move(service), "", std::move(request)));
  Answer answer;
  answer.status = response.status;
  auto parsed = parse_json_object(response.body.empty() ? "{}" : response.body);
  if (parsed.has_value()) answer.value = std::move(parsed.value());
  if (answer.status != 200) {
    std::string const type = string_or(answer.value, "__type", response.headers.get("x-amzn-ErrorType"));
    answer.code = type.substr(type.find('#') + 1);
    answer.message = string_or(answer.value, "message", string_or(answer.value, "Message"));
  }
  co_return answer;
}

Async<Result<Registry::Taken>> Stage::take(std::string connection, std::string session, std::string who) {
  auto input = on_the_row(address_.table);
  auto const now = clock_.now();
  input["UpdateExpression"] =
      "SET #connection = :connection, #session = :session, #since = :since, #who = :who, #expires = :expires "
      "ADD #epoch :one";
  input["ExpressionAttributeNames"] = json::object{{"#connection", "connection"}, {"#session", "session"},
                                                   {"#since", "since"},           {"#who", "who"},
                                                   {"#expires", "expires"},       {"#epoch", "epoch"}};
  input["ExpressionAttributeValues"] = json::object{{":connection", text(connection)},
                                                    {":session", text(session)},
                                                    {":since", number(to_millis(now))},
                                                    {":who", text(who)},
                                                    {":expires", number(to_millis(now + kRowLife) / 1000)},
                                                    {":one", number(1)}};
  input["ReturnValues"] = "ALL_OLD";
  LIVE_CO_TRY(auto answer,
              co_await call("dynamodb", "DynamoDB_20120810.UpdateItem", "1.0", std::move(input)));
  if (answer.status != 200)
    co_return fault(Fault::Kind::refused,
                    fmt::format("table {}: {}: {}", address_.table, answer.code, answer.message),
                    answer.status);
  Taken taken;
  auto const* old = find_object(answer.value, "Attributes");
  if (old) taken.previous = row_of(*old);
  taken.epoch = (old ? std::strtoll(attribute(*old, "epoch", "N").c_str(), nullptr, 10) : 0) + 1;
  co_return taken;
}

Async<Result<bool>> Stage::move(std::string connection, std::string session, int64_t epoch) {
  auto input = on_the_row(address_.table);
  input["UpdateExpression"] = "SET #connection = :connection, #expires = :expires";
  input["ConditionExpression"] = "#session = :session AND #epoch = :epoch";
  input["ExpressionAttributeNames"] = json::object{
      {"#connection", "connection"}, {"#expires", "expires"}, {"#session", "session"}, {"#epoch", "epoch"}};
  input["ExpressionAttributeValues"] =
      json::object{{":connection", text(connection)},
                   {":session", text(session)},
                   {":epoch", number(epoch)},
                   {":expires", number(to_millis(clock_.now() + kRowLife) / 1000)}};
  LIVE_CO_TRY(auto answer,
              co_await call("dynamodb", "DynamoDB_20120810.UpdateItem", "1.0", std::move(input)));
  if (answer.code == "ConditionalCheckFailedException") co_return false;
  if (answer.status != 200)
    co_return fault(Fault::Kind::refused,
                    fmt::format("table {}: {}: {}", address_.table, answer.code, answer.message),
                    answer.status);
  co_return true;
}

Async<Result<void>> Stage::leave(std::string session, int64_t epoch) {
  auto input = on_the_row(address_.table);
  // The epoch stays: whoever comes next counts on from it.
  input["UpdateExpression"] = "REMOVE #connection, #session, #who, #since";
  input["ConditionExpression"] = "#session = :session AND #epoch = :epoch";
  input["ExpressionAttributeNames"] = json::object{{"#connection", "connection"},
                                                   {"#session", "session"},
                                                   {"#who", "who"},
                                                   {"#since", "since"},
                                                   {"#epoch", "epoch"}};
  input["ExpressionAttributeValues"] = json::object{{":session", text(session)}, {":epoch", number(epoch)}};
  LIVE_CO_TRY(auto answer,
              co_await call("dynamodb", "DynamoDB_20120810.UpdateItem", "1.0", std::move(input)));
  if (answer.status != 200 && answer.code != "ConditionalCheckFailedException")
    co_return fault(Fault::Kind::refused,
                    fmt::format("table {}: {}: {}", address_.table, answer.code, answer.message),
                    answer.status);
  co_return outcome::success();
}

Async<Result<net::Response>> Stage::key_object(std::string method, std::string body) {
  net::Request request;
  request.method = std::move(method);
  bool const path_style = !address_.endpoint.empty();
  request.target = (path_style ? "/" + address_.bucket : "") + "/" + kKeyObject;
  if (request.method == "PUT") request.headers.set("If-None-Match", "*");
  request.body = std::move(body);
  co_return co_await send("s3", path_style ? "" : address_.bucket + ".", std::move(request));
}

Async<Result<std::string>> Stage::stage_key(Ids& ids) {
  auto response = co_await key_object("GET", "");
  if (response.has_value() && response.value().status == 404) {
    auto const put = co_await key_object("PUT", base64(ids.bytes(kKeySize)));
    // 412, 409: another client was first; its key counts.
    bool const written = put.has_value() && (put.value().status == 200 || put.value().status == 412 ||
                                             put.value().status == 409);
    if (put.has_value() && !written)
      co_return fault(Fault::Kind::refused,
                      fmt::format("bucket {}: the stage key could not be written (HTTP {})", address_.bucket,
                                  put.value().status),
                      put.value().status);
    response = co_await key_object("GET", "");
  }
  if (response.has_error()) co_return within("reading the stage key", response.error());
  auto const key = response.value().status == 200 ? from_base64(response.value().body) : std::nullopt;
  if (!key || key->size() != kKeySize)
    co_return fault(Fault::Kind::refused,
                    fmt::format("bucket {}: the stage key could not be read (HTTP {}); your credentials need "
                                "s3:GetObject and s3:PutObject on {}",
                                address_.bucket, response.value().status, kKeyObject),
                    response.value().status);
  co_return *key;
}

Async<Result<void>> Stage::delete_log_group(std::string name) {
  LIVE_CO_TRY(auto answer, co_await call("logs", "Logs_20140328.DeleteLogGroup", "1.1",
                                         json::object{{"logGroupName", name}}));
  if (answer.status != 200 && answer.code != "ResourceNotFoundException")
    co_return fault(Fault::Kind::refused,
                    fmt::format("log group {}: {}: {}", name, answer.code, answer.message), answer.status);
  co_return outcome::success();
}

}  // namespace live::aws
