#include "aws/dynamodb.h"

namespace live::aws {

namespace {

json::object change_input(const Change& change) {
  json::object input{{"TableName", change.table}, {"Key", change.key}, {"ReturnValues", "ALL_OLD"}};
  if (!change.condition.empty()) input["ConditionExpression"] = change.condition;
  if (!change.names.empty()) input["ExpressionAttributeNames"] = change.names;
  if (!change.values.empty()) input["ExpressionAttributeValues"] = change.values;
  return input;
}

}  // namespace

json::object text_value(std::string_view text) { return {{"S", text}}; }
json::object number_value(int64_t number) { return {{"N", std::to_string(number)}}; }

std::string text_of(const Item& item, std::string_view attribute) {
  const json::object* value = find_object(item, attribute);
  return value ? string_or(*value, "S") : "";
}

int64_t number_of(const Item& item, std::string_view attribute) {
  const json::object* value = find_object(item, attribute);
  return value ? find_int(*value, "N").value_or(0) : 0;
}

AwsCall DynamoDb::call(std::string_view action, const std::string& table, const json::object& input,
                       Milliseconds timeout) {
  AwsCall call;
  call.doing = "DynamoDB " + std::string(action) + " on table " + table;
  call.service = "dynamodb";
  call.host = service_host("dynamodb", client_.settings().region);
  call.request.method = "POST";
  call.request.headers = {{"X-Amz-Target", "DynamoDB_20120810." + std::string(action)},
                          {"Content-Type", "application/x-amz-json-1.0"}};
  call.request.body = json::serialize(input);
  call.timeout = timeout;
  return call;
}

Async<Result<std::optional<Item>>> DynamoDb::get_item(std::string table, Item key, Milliseconds timeout,
                                                      AwsCall::Tries tries) {
  const json::object input{{"TableName", table}, {"Key", std::move(key)}, {"ConsistentRead", true}};
  AwsCall request = call("GetItem", table, input, timeout);
  request.tries = tries;
  const std::string doing = request.doing;
  LIVE_CO_TRY(auto response, co_await client_.send(std::move(request)));
  auto answer = parse_json_object(response.body);
  if (!answer) co_return within(doing, answer.error());
  const json::object* item = find_object(answer.value(), "Item");
  co_return item ? std::optional<Item>(*item) : std::nullopt;
}

Async<Result<Changed>> DynamoDb::change(AwsCall call) {
  const std::string doing = call.doing;
  LIVE_CO_TRY(AwsAnswer answer, co_await client_.ask(std::move(call)));
  Changed changed;
  if (answer.error_code == "ConditionalCheckFailedException") {
    changed.condition_held = false;
    co_return changed;
  }
  if (!answer.ok()) co_return refusal(doing, answer);
  auto body = parse_json_object(answer.response.body);
  if (!body) co_return within(doing, body.error());
  if (const json::object* old = find_object(body.value(), "Attributes")) changed.old = *old;
  co_return changed;
}

Async<Result<Changed>> DynamoDb::update_item(Change wanted, AwsCall::Tries tries) {
  json::object input = change_input(wanted);
  input["UpdateExpression"] = wanted.update;
  AwsCall request = call("UpdateItem", wanted.table, input, wanted.timeout);
  request.tries = tries;
  return change(std::move(request));
}

Async<Result<Changed>> DynamoDb::delete_item(Change wanted, AwsCall::Tries tries) {
  AwsCall request = call("DeleteItem", wanted.table, change_input(wanted), wanted.timeout);
  request.tries = tries;
  return change(std::move(request));
}

}  // namespace live::aws
