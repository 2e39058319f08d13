#include "cloud/dynamodb/table.h"

#include <algorithm>
#include <set>

#include "cloud/dynamodb/attribute.h"

namespace live::cloud::dynamodb {
namespace {

constexpr size_t kMaxHashKey = 2048, kMaxRangeKey = 1024;  // DynamoDB quotas, bytes
constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

std::string type_in(const json::array& definitions, std::string_view name) {
  for (auto& entry : definitions)
    if (entry.is_object() && string_or(entry.get_object(), "AttributeName") == name)
      return string_or(entry.get_object(), "AttributeType");
  return "";
}

ApiResult<Keys> keys_of(const json::object& holder, const json::array& definitions) {
  auto* schema = find_array(holder, "KeySchema");
  if (!schema || schema->empty() || schema->size() > 2)
    return validation(
        "1 validation error detected: Value at 'keySchema' failed to satisfy constraint: Member must "
        "have length between 1 and 2");
  Keys out;
  for (size_t i = 0; i < schema->size(); ++i) {
    auto& element = (*schema)[i].as_object();
    auto name = string_or(element, "AttributeName");
    auto role = string_or(element, "KeyType");
    if (role != (i == 0 ? "HASH" : "RANGE"))
      return validation(std::string(kInvalid) +
                        (i == 0 ? "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
                                : "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
    auto type = type_in(definitions, name);
    if (type != "S" && type != "N" && type != "B")
      return validation(std::string(kInvalid) +
                        "Some index key attributes are not defined in AttributeDefinitions. Keys: [" + name +
                        "]");
    if (i == 0)
      out.hash = {name, type};
    else
      out.range = KeyAttribute{name, type};
  }
  if (out.range && out.range->name == out.hash.name)
    return validation("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  return out;
}

ApiResult<std::vector<Index>> indexes_of(const json::object& input, const json::array& definitions) {
  std::vector<Index> out;
  for (auto [member, global] :
       {std::pair{"GlobalSecondaryIndexes", true}, std::pair{"LocalSecondaryIndexes", false}}) {
    auto* list = find_array(input, member);
    for (auto& entry : list ? *list : json::array()) {
      LIVE_API_TRY(auto index, index_of(entry.as_object(), definitions, global));
      if (std::any_of(out.begin(), out.end(), [&](auto& known) { return known.name == index.name; }))
        return validation(std::string(kInvalid) + "Duplicate index name: " + index.name);
      out.push_back(std::move(index));
    }
  }
  return out;
}

ApiResult<void> check_definitions(const json::array& definitions, const Table& table) {
  std::set<std::string> used;
  auto use = [&](const Keys& keys) {
    used.insert(keys.hash.name);
    if (keys.range) used.insert(keys.range->name);
  };
  use(table.keys);
  for (auto& index : table.indexes) use(index.keys);
  if (used.size() != definitions.size())
    return validation(
        std::string(kInvalid) +
        "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        "AttributeDefinitions");
  return outcome::success();
}

ApiResult<void> check_billing(const json::object& input) {
  auto mode = string_or(input, "BillingMode", "PROVISIONED");
  auto* throughput = find_object(input, "ProvisionedThroughput");
  if (mode != "PROVISIONED" && mode != "PAY_PER_REQUEST")
    return validation("1 validation error detected: Value '" + mode +
                      "' at 'billingMode' failed to satisfy "
                      "constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]");
  if (mode == "PROVISIONED" && !throughput)
    return validation(
        std::string(kInvalid) +
        "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
  if (mode == "PAY_PER_REQUEST" && throughput)
    return validation(std::string(kInvalid) +
                      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                      "BillingMode is PAY_PER_REQUEST");
  return outcome::success();
}

ApiResult<void> check_key_value(const KeyAttribute& key, const json::value& value, size_t limit) {
  auto size = text_of(value).size();
  if (size == 0)
    return validation(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
        "contain an empty " +
        std::string(key.type == "B" ? "binary" : "string") + " value. Key: " + key.name);
  if (size_of(value) > limit)
    return validation(std::string(kInvalid) +
                      (limit == kMaxHashKey
                           ? "Size of hashkey has exceeded the maximum size limit of2048 bytes"
                           : "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"));
  return outcome::success();
}

void for_each_key(const Keys& keys, const auto& visit) {
  visit(keys.hash);
  if (keys.range) visit(*keys.range);
}

ApiResult<void> check_index_keys(const Index& index, const json::object& item) {
  std::vector<KeyAttribute> keys{index.keys.hash};
  if (index.keys.range) keys.push_back(*index.keys.range);
  for (auto& key : keys) {
    auto* value = item.if_contains(key.name);
    if (!value) continue;
    if (type_of(*value) != key.type)
      return validation(std::string(kInvalid) + "Type mismatch for Index Key " + key.name + " Expected: " +
                        key.type + " Actual: " + std::string(type_of(*value)) + " IndexName: " + index.name);
    if (text_of(*value).empty())
      return validation(
          "One or more parameter values are not valid. A value specified for a secondary index key is "
          "not supported. The AttributeValue for a key attribute cannot contain an empty string value. "
          "IndexName: " +
          index.name + ", IndexKey: " + key.name);
  }
  return outcome::success();
}

}  // namespace

const Index* Table::index(std::string_view named) const {
  for (auto& one : indexes)
    if (one.name == named) return &one;
  return nullptr;
}

ApiResult<Index> index_of(const json::object& index, const json::array& definitions, bool global) {
  Index out{
      .name = string_or(index, "IndexName"), .keys = {}, .global = global, .projection = {}, .also = {}};
  LIVE_API_TRY(out.keys, keys_of(index, definitions));
  auto* projection = find_object(index, "Projection");
  out.projection = projection ? string_or(*projection, "ProjectionType") : "";
  if (out.projection != "ALL" && out.projection != "KEYS_ONLY" && out.projection != "INCLUDE")
    return validation(std::string(kInvalid) +
                      "Unknown ProjectionType: " + (out.projection.empty() ? "null" : out.projection));
  if (auto* also = find_array(*projection, "NonKeyAttributes"))
    for (auto& name : *also) out.also.emplace_back(std::string_view(name.as_string()));
  return out;
}

ApiResult<Table> table_of(const json::object& input) {
  Table out;
  out.name = string_or(input, "TableName");
  constexpr auto kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (out.name.size() < 3 || out.name.size() > 255 ||
      out.name.find_first_not_of(kLetters) != std::string::npos)
    return validation(
        "1 validation error detected: Value '" + out.name +
        "' at 'tableName' failed to satisfy "
        "constraint: TableName must be at least 3 characters long and at most 255 characters long, of "
        "the pattern [a-zA-Z0-9_.-]+");
  auto* definitions = find_array(input, "AttributeDefinitions");
  if (!definitions)
    return validation(std::string(kInvalid) + "Some AttributeDefinitions are not valid: they are missing");
  LIVE_API_TRY(check_billing(input));
  LIVE_API_TRY(out.keys, keys_of(input, *definitions));
  LIVE_API_TRY(out.indexes, indexes_of(input, *definitions));
  LIVE_API_TRY(check_definitions(*definitions, out));
  out.description = {{"TableName", out.name}};
  for (auto member : {"AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes",
                      "ProvisionedThroughput", "StreamSpecification", "SSESpecification", "TableClass",
                      "DeletionProtectionEnabled"})
    if (auto* value = find(input, member)) out.description[member] = *value;
  return out;
}

json::object document_of(const Table& table) {
  return {{"id", table.id}, {"description", table.description}, {"ttl", table.ttl_attribute}};
}

Table table_from(std::string region, const json::object& document) {
  auto& description = document.at("description").as_object();
  auto& definitions = description.at("AttributeDefinitions").as_array();
  Table out{.region = std::move(region),
            .name = string_or(description, "TableName"),
            .id = string_or(document, "id")};
  out.keys = keys_of(description, definitions).value();
  out.indexes = indexes_of(description, definitions).value();
  out.description = description;
  out.ttl_attribute = string_or(document, "ttl");
  return out;
}

ApiResult<void> check_item_keys(const Table& table, const json::object& item) {
  std::optional<ApiError> wrong;
  for_each_key(table.keys, [&](const KeyAttribute& key) {
    if (wrong) return;
    auto* value = item.if_contains(key.name);
    if (!value) {
      wrong = validation(std::string(kInvalid) + "Missing the key " + key.name + " in the item");
    } else if (type_of(*value) != key.type) {
      wrong = validation(std::string(kInvalid) + "Type mismatch for key " + key.name +
                         " expected: " + key.type + " actual: " + std::string(type_of(*value)));
    } else if (auto checked =
                   check_key_value(key, *value, &key == &table.keys.hash ? kMaxHashKey : kMaxRangeKey);
               !checked) {
      wrong = checked.error();
    }
  });
  if (wrong) return *wrong;
  for (auto& index : table.indexes) {
    LIVE_API_TRY(check_index_keys(index, item));
  }
  return outcome::success();
}

ApiResult<void> check_key(const Table& table, const json::object& key) {
  size_t expected = table.keys.range ? 2 : 1;
  bool fits = key.size() == expected;
  for_each_key(table.keys, [&](const KeyAttribute& one) {
    auto* value = key.if_contains(one.name);
    fits = fits && value && type_of(*value) == one.type;
  });
  if (!fits) return validation("The provided key element does not match the schema");
  return check_item_keys(Table{.region = {},
                               .name = {},
                               .id = {},
                               .keys = table.keys,
                               .indexes = {},
                               .description = {},
                               .ttl_attribute = {}},
                         key);
}

json::object key_of(const Keys& keys, const json::object& item) {
  json::object out;
  for_each_key(keys, [&](const KeyAttribute& key) { out[key.name] = item.at(key.name); });
  return out;
}

bool has_keys(const Keys& keys, const json::object& item) {
  bool all = true;
  for_each_key(keys, [&](const KeyAttribute& key) { all = all && item.contains(key.name); });
  return all;
}

json::object projected(const Table& table, const Index& index, const json::object& item) {
  if (index.projection == "ALL") return item;
  json::object out;
  auto keep = [&](std::string_view name) {
    if (auto* value = item.if_contains(name)) out[name] = *value;
  };
  for (auto* keys : {&table.keys, &index.keys})
    for_each_key(*keys, [&](const KeyAttribute& key) { keep(key.name); });
  for (auto& name : index.also) keep(name);
  return out;
}

RowKey row_key(const Keys& keys, const json::object& item) {
  return {sortable(item.at(keys.hash.name)), keys.range ? sortable(item.at(keys.range->name)) : ""};
}

}  // namespace live::cloud::dynamodb
