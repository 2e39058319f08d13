#include <cmath>

#include "cloud/dynamodb/attribute.h"
#include "cloud/dynamodb/evaluate.h"
#include "cloud/dynamodb/service.h"

namespace live::cloud::dynamodb {
namespace {

constexpr size_t kMaxItem = 400 * 1024;  // DynamoDB quota

ApiResult<void> refuse_legacy(const json::object& input) {
  for (auto member : {"Expected", "AttributeUpdates", "ConditionalOperator", "AttributesToGet",
                      "KeyConditions", "QueryFilter", "ScanFilter"})
    if (input.contains(member))
      return validation(std::string("The legacy parameter ") + member +
                        " is not supported by the embedded DynamoDB of Live Lambda: use an expression");
  return outcome::success();
}

std::vector<Path> touched_by(const std::vector<Update>& updates) {
  std::vector<Path> out;
  for (auto& update : updates) out.push_back(update.path);
  return out;
}

ApiResult<void> check_updates(const std::vector<Update>& updates, const Keys& keys) {
  LIVE_API_TRY(check_overlap("UpdateExpression", touched_by(updates)));
  for (auto& update : updates) {
    auto& name = std::get<std::string>(update.path[0]);
    if (name == keys.hash.name || (keys.range && name == keys.range->name))
      return validation("One or more parameter values were invalid: Cannot update attribute " + name +
                        ". This attribute is part of the key");
  }
  return outcome::success();
}

ApiResult<json::object> attribute_map(const json::object& request, std::string_view member) {
  auto* map = find_object(request, member);
  if (!map)
    return validation("1 validation error detected: Value null at '" +
                      std::string(member == "Item" ? "item" : "key") +
                      "' failed to satisfy constraint: Member must not be null");
  return normal_item(*map);
}

ApiError condition_failed(const json::object& request, const std::optional<json::object>& before) {
  auto error = api_error(400, "ConditionalCheckFailedException", "The conditional request failed");
  if (before && string_or(request, "ReturnValuesOnConditionCheckFailure") == "ALL_OLD")
    error.members["Item"] = *before;
  return error;
}

ApiResult<void> check_return_values(const json::object& input, bool update) {
  auto wanted = string_or(input, "ReturnValues", "NONE");
  if (wanted == "NONE" || wanted == "ALL_OLD") return outcome::success();
  if (wanted != "ALL_NEW" && wanted != "UPDATED_OLD" && wanted != "UPDATED_NEW")
    return validation(
        "1 validation error detected: Value '" + wanted +
        "' at 'returnValues' failed to satisfy "
        "constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]");
  if (!update) return validation("ReturnValues can only be ALL_OLD or NONE");
  return outcome::success();
}

}  // namespace

void add_capacity(const json::object& input, std::string_view table, double units, json::object& answer) {
  auto wanted = string_or(input, "ReturnConsumedCapacity", "NONE");
  if (wanted == "NONE") return;
  json::object line{{"TableName", table}, {"CapacityUnits", units}};
  if (wanted == "INDEXES") line["Table"] = {{"CapacityUnits", units}};
  answer["ConsumedCapacity"] = std::move(line);
}

double read_units(size_t bytes, const json::object& input) {
  double units = std::max(1.0, std::ceil(double(bytes) / 4096.0));
  return find_bool(input, "ConsistentRead").value_or(false) ? units : units / 2;
}

double write_units(size_t bytes) { return std::max(1.0, std::ceil(double(bytes) / 1024.0)); }

ApiResult<Service::Change> Service::decide(const Call& call, const json::object& request, Write write) {
  LIVE_API_TRY(refuse_legacy(request));
  LIVE_API_TRY(auto table, table_named(call, string_or(request, "TableName")));
  LIVE_API_TRY(auto placeholders, Placeholders::of(request));
  std::vector<Update> updates;
  if (auto text = find_string(request, "UpdateExpression"); text && write == Write::update) {
    LIVE_API_TRY(updates, parse_update(*text, placeholders));
    LIVE_API_TRY(check_updates(updates, table.keys));
  }
  std::optional<Condition> condition;
  if (auto text = find_string(request, "ConditionExpression")) {
    LIVE_API_TRY(condition, parse_condition("ConditionExpression", *text, placeholders));
  }
  LIVE_API_TRY(placeholders.check_all_used());

  Change change;
  if (write == Write::put) {
    LIVE_API_TRY(auto item, attribute_map(request, "Item"));
    LIVE_API_TRY(check_item_keys(table, item));
    if (size_of_item(item) > kMaxItem) return validation("Item size has exceeded the maximum allowed size");
    change.key = key_of(table.keys, item);
    change.after = std::move(item);
  } else {
    LIVE_API_TRY(change.key, attribute_map(request, "Key"));
    LIVE_API_TRY(check_key(table, change.key));
  }
  change.before = items_.get(table, change.key);
  if (condition && !holds(*condition, change.before.value_or(json::object())))
    return condition_failed(request, change.before);
  if (write == Write::check) change.after = change.before;
  if (write == Write::update) {
    LIVE_API_TRY(change.after, apply_updates(updates, change.before.value_or(change.key)));
    LIVE_API_TRY(check_item_keys(table, *change.after));
    if (size_of_item(*change.after) > kMaxItem)
      return validation("Item size to update has exceeded the maximum allowed size");
    change.touched = touched_by(updates);
  }
  change.table = std::move(table);
  return change;
}

void Service::carry_out(const Change& change) {
  if (change.after)
    items_.put(change.table, *change.after);
  else if (change.before)
    items_.erase(change.table, change.key);
}

Answer Service::write_item(const Call& call, Write write) {
  LIVE_API_TRY(check_return_values(call.input, write == Write::update));
  LIVE_API_TRY(auto change, decide(call, call.input, write));
  Store::Transaction transaction(world_.store);
  carry_out(change);
  transaction.commit();
  json::object out;
  auto wanted = string_or(call.input, "ReturnValues", "NONE");
  if (wanted == "ALL_OLD" && change.before) out["Attributes"] = *change.before;
  if (wanted == "ALL_NEW") out["Attributes"] = *change.after;
  if (wanted.starts_with("UPDATED_")) {
    auto& item = wanted == "UPDATED_NEW" ? change.after : change.before;
    auto part = item ? project(*item, change.touched) : json::object();
    if (!part.empty()) out["Attributes"] = std::move(part);
  }
  auto size = std::max(change.before ? size_of_item(*change.before) : 0,
                       change.after ? size_of_item(*change.after) : 0);
  add_capacity(call.input, change.table.name, write_units(size), out);
  return out;
}

Answer Service::put_item(const Call& call) { return write_item(call, Write::put); }
Answer Service::update_item(const Call& call) { return write_item(call, Write::update); }
Answer Service::delete_item(const Call& call) { return write_item(call, Write::erase); }

}  // namespace live::cloud::dynamodb
