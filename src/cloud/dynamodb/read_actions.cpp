#include <algorithm>

#include "base/hash.h"
#include "cloud/dynamodb/attribute.h"
#include "cloud/dynamodb/evaluate.h"
#include "cloud/dynamodb/key_condition.h"
#include "cloud/dynamodb/number.h"
#include "cloud/dynamodb/service.h"

namespace live::cloud::dynamodb {
namespace {

constexpr size_t kMaxPage = 1024 * 1024;  // DynamoDB quota: a page of Query or Scan

ApiResult<std::optional<std::vector<Path>>> projection_of(const json::object& input,
                                                          Placeholders& placeholders) {
  auto text = find_string(input, "ProjectionExpression");
  if (!text) return std::optional<std::vector<Path>>();
  LIVE_API_TRY(auto paths, parse_projection(*text, placeholders));
  LIVE_API_TRY(check_overlap("ProjectionExpression", paths));
  return std::optional(std::move(paths));
}

ApiResult<std::optional<Condition>> filter_of(const json::object& input, Placeholders& placeholders) {
  auto text = find_string(input, "FilterExpression");
  if (!text) return std::optional<Condition>();
  LIVE_API_TRY(auto condition, parse_condition("FilterExpression", *text, placeholders));
  return std::optional(std::move(condition));
}

ApiResult<void> check_select(const json::object& input, const Index* index) {
  auto select = string_or(input, "Select");
  bool projected = input.contains("ProjectionExpression");
  if (projected && !select.empty() && select != "SPECIFIC_ATTRIBUTES")
    return validation("Cannot specify the ProjectionExpression when choosing to get " + select);
  if (select == "SPECIFIC_ATTRIBUTES" && !projected)
    return validation(
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
  if (select == "ALL_PROJECTED_ATTRIBUTES" && !index)
    return validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  if (select == "ALL_ATTRIBUTES" && index && index->global && index->projection != "ALL")
    return validation(
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for "
        "global secondary index " +
        index->name + " because its projection type is not ALL");
  if (index && index->global && find_bool(input, "ConsistentRead").value_or(false))
    return validation("Consistent reads are not supported on global secondary indexes");
  return outcome::success();
}

struct Segment {
  int64_t number = 0, total = 1;
  bool has(const Table& table, const json::object& item) const {
    return total == 1 || int64_t(crc32(sortable(item.at(table.keys.hash.name))) % uint32_t(total)) == number;
  }
};

ApiResult<Segment> segment_of(const json::object& input) {
  auto total = find_int(input, "TotalSegments");
  auto number = find_int(input, "Segment");
  if (total.has_value() != number.has_value())
    return validation(
        total ? "The Segment parameter is required but was not present in the request when parameter "
                "TotalSegments is present"
              : "The TotalSegments parameter is required but was not present in the request when Segment "
                "parameter is present");
  if (!total) return Segment{};
  if (*number < 0 || *number >= *total)
    return validation(
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: " +
        std::to_string(*number) + " is not less than TotalSegments: " + std::to_string(*total));
  return Segment{*number, *total};
}

}  // namespace

Answer Service::get_item(const Call& call) {
  if (call.input.contains("AttributesToGet"))
    return validation(
        "The legacy parameter AttributesToGet is not supported by the embedded DynamoDB of Live Lambda: "
        "use ProjectionExpression");
  LIVE_API_TRY(auto table, table_of_call(call));
  LIVE_API_TRY(auto placeholders, Placeholders::of(call.input));
  LIVE_API_TRY(auto projection, projection_of(call.input, placeholders));
  LIVE_API_TRY(placeholders.check_all_used());
  auto* given = find_object(call.input, "Key");
  if (!given)
    return validation(
        "1 validation error detected: Value null at 'key' failed to satisfy constraint: Member must not "
        "be null");
  LIVE_API_TRY(auto key, normal_item(*given));
  LIVE_API_TRY(check_key(table, key));
  auto item = items_.get(table, key);
  json::object out;
  add_capacity(call.input, table.name, read_units(item ? size_of_item(*item) : 0, call.input), out);
  if (item) out["Item"] = projection ? project(*item, *projection) : std::move(*item);
  return out;
}

ApiResult<Reading> Service::start_reading(const Call& call, const Table& table) {
  Reading reading;
  if (auto name = find_string(call.input, "IndexName")) {
    reading.index = table.index(*name);
    if (!reading.index) return validation("The table does not have the specified index: " + *name);
  }
  LIVE_API_TRY(check_select(call.input, reading.index));
  if (auto* start = find_object(call.input, "ExclusiveStartKey")) {
    LIVE_API_TRY(auto key, normal_item(*start));
    bool fits = has_keys(table.keys, key) && (!reading.index || has_keys(reading.index->keys, key));
    if (!fits)
      return validation(
          "The provided starting key is invalid: The provided key element does not match the schema");
    reading.after = std::move(key);
  }
  auto limit = find_int(call.input, "Limit");
  if (limit && *limit < 1)
    return validation(
        "1 validation error detected: Value '" + std::to_string(*limit) +
        "' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1");
  return reading;
}

Answer Service::read_page(const Call& call, const Table& table, Reading reading,
                          std::optional<Condition> filter, std::optional<std::vector<Path>> projection) {
  LIVE_API_TRY(auto segment, segment_of(call.input));
  auto limit = find_int(call.input, "Limit").value_or(std::numeric_limits<int64_t>::max());
  bool counting = string_or(call.input, "Select") == "COUNT";
  bool local_whole = reading.index && !reading.index->global &&
                     (string_or(call.input, "Select") == "ALL_ATTRIBUTES" || projection);
  json::array found;
  json::object last;
  int64_t scanned = 0, matched = 0;
  size_t bytes = 0;
  bool more = false;
  items_.read(table, reading, [&](json::object item) {
    if (!segment.has(table, item)) return Items::Go::on;
    if (scanned == limit || bytes >= kMaxPage) {
      more = true;
      return Items::Go::stop;
    }
    last = key_of(table.keys, item);
    if (reading.index)
      for (auto& [name, value] : key_of(reading.index->keys, item)) last[name] = value;
    if (reading.index && !local_whole) item = projected(table, *reading.index, item);
    ++scanned;
    bytes += size_of_item(item);
    if (filter && !holds(*filter, item)) return Items::Go::on;
    ++matched;
    if (!counting) found.push_back(projection ? project(item, *projection) : std::move(item));
    return Items::Go::on;
  });
  // Like DynamoDB, a page that reached its limit names its last key even if nothing follows.
  more = more || scanned == limit;
  json::object out{{"Count", matched}, {"ScannedCount", scanned}};
  if (!counting) out["Items"] = std::move(found);
  if (more) out["LastEvaluatedKey"] = std::move(last);
  add_capacity(call.input, table.name, read_units(bytes, call.input), out);
  return out;
}

Answer Service::query(const Call& call) {
  for (auto member : {"KeyConditions", "QueryFilter", "AttributesToGet", "ConditionalOperator"})
    if (call.input.contains(member))
      return validation(std::string("The legacy parameter ") + member +
                        " is not supported by the embedded DynamoDB of Live Lambda: use an expression");
  LIVE_API_TRY(auto table, table_of_call(call));
  LIVE_API_TRY(auto reading, start_reading(call, table));
  auto text = find_string(call.input, "KeyConditionExpression");
  if (!text)
    return validation(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  LIVE_API_TRY(auto placeholders, Placeholders::of(call.input));
  LIVE_API_TRY(auto condition, parse_condition("KeyConditionExpression", *text, placeholders));
  LIVE_API_TRY(auto filter, filter_of(call.input, placeholders));
  LIVE_API_TRY(auto projection, projection_of(call.input, placeholders));
  LIVE_API_TRY(placeholders.check_all_used());
  LIVE_API_TRY(narrow(reading, reading.index ? reading.index->keys : table.keys, condition));
  reading.forward = find_bool(call.input, "ScanIndexForward").value_or(true);
  return read_page(call, table, std::move(reading), std::move(filter), std::move(projection));
}

Answer Service::scan(const Call& call) {
  for (auto member : {"ScanFilter", "AttributesToGet", "ConditionalOperator"})
    if (call.input.contains(member))
      return validation(std::string("The legacy parameter ") + member +
                        " is not supported by the embedded DynamoDB of Live Lambda: use an expression");
  LIVE_API_TRY(auto table, table_of_call(call));
  LIVE_API_TRY(auto reading, start_reading(call, table));
  LIVE_API_TRY(auto placeholders, Placeholders::of(call.input));
  LIVE_API_TRY(auto filter, filter_of(call.input, placeholders));
  LIVE_API_TRY(auto projection, projection_of(call.input, placeholders));
  LIVE_API_TRY(placeholders.check_all_used());
  return read_page(call, table, std::move(reading), std::move(filter), std::move(projection));
}

// Expired items stay readable until they are swept, as on AWS: there within two days, here within the hour.
void Service::sweep(const Table& table) {
  if (table.ttl_attribute.empty()) return;
  auto now = world_.clock.now();
  auto& last = swept_[table.id];
  if (last != TimePoint{} && now - last < 1h) return;
  last = now;
  auto seconds = to_millis(now) / 1000;
  auto limit = Number::of(seconds), ancient = Number::of(seconds - int64_t(5) * 365 * 86'400);
  std::vector<json::object> expired;
  items_.read(table, {}, [&](json::object item) {
    auto* value = item.if_contains(table.ttl_attribute);
    if (!value || type_of(*value) != "N") return Items::Go::on;
    auto at = Number::parse(text_of(*value));
    // DynamoDB leaves alone what expired more than five years ago: most likely that is not a time.
    if (at && at.value() < limit && at.value() > ancient) expired.push_back(key_of(table.keys, item));
    return Items::Go::on;
  });
  for (auto& key : expired) items_.erase(table, key);
}

}  // namespace live::cloud::dynamodb
