// AWS::DynamoDB: tables.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

void fix_throughput(json::object& in) {
  for (const char* name : {"ProvisionedThroughput", "OnDemandThroughput"})
    if (auto* found = in.if_contains(name); found && found->is_object())
      make_numbers(found->get_object(), {"ReadCapacityUnits", "WriteCapacityUnits", "MaxReadRequestUnits",
                                         "MaxWriteRequestUnits"});
}

json::object table_input(const std::string& name, const json::object& properties) {
  json::object input =
      pick(properties,
           {"AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput", "OnDemandThroughput",
            "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "DeletionProtectionEnabled", "TableClass"});
  input["TableName"] = name;
  fix_throughput(input);
  make_bools(input, {"DeletionProtectionEnabled"});
  if (auto* indexes = input.if_contains("GlobalSecondaryIndexes"); indexes && indexes->is_array())
    for (auto& index : indexes->get_array())
      if (index.is_object()) {
        index.get_object().erase("ContributorInsightsSpecification");
        fix_throughput(index.get_object());
      }
  if (auto* stream = find_object(properties, "StreamSpecification"))
    input["StreamSpecification"] =
        json::object{{"StreamEnabled", true}, {"StreamViewType", string_or(*stream, "StreamViewType")}};
  if (auto* sse = find_object(properties, "SSESpecification")) {
    json::object made = pick(*sse, {"KMSMasterKeyId", "SSEType"});
    made["Enabled"] = find_bool(*sse, "SSEEnabled").value_or(false);
    input["SSESpecification"] = std::move(made);
  }
  return input;
}

Async<ApiResult<json::object>> until_active(Operation& operation, std::string name) {
  for (int attempt = 0; attempt < 600; ++attempt) {
    auto described = co_await operation.call("dynamodb", "DescribeTable", with("TableName", name));
    if (described.has_error()) co_return described.error();
    auto* table = find_object(described.value(), "Table");
    if (!table || string_or(*table, "TableStatus", "ACTIVE") == "ACTIVE")
      co_return table ? *table : json::object{};
    co_await operation.waits.pause(std::chrono::milliseconds(100));
  }
  co_return api_error(400, "", fmt::format("table {} did not become ACTIVE within a minute", name));
}

Async<ApiResult<void>> side_settings(Operation& operation, std::string name, json::object old,
                                     json::object now) {
  if (differs(old, now, "TimeToLiveSpecification")) {
    auto* wanted = find_object(now, "TimeToLiveSpecification");
    auto* before = find_object(old, "TimeToLiveSpecification");
    json::object specification = wanted ? *wanted : before ? *before : json::object{};
    if (!wanted) specification["Enabled"] = false;
    make_bools(specification, {"Enabled"});
    if (wanted || before) {
      json::object input{{"TableName", name}, {"TimeToLiveSpecification", std::move(specification)}};
      auto result = co_await operation.call("dynamodb", "UpdateTimeToLive", std::move(input));
      if (result.has_error()) co_return result.error();
    }
  }
  std::string arn = operation.arn("dynamodb", "table/" + name);
  TagChange tags = tag_change(old, now);
  if (!tags.removed.empty()) {
    json::object input{{"ResourceArn", arn}, {"TagKeys", std::move(tags.removed)}};
    auto result = co_await operation.call("dynamodb", "UntagResource", std::move(input));
    if (result.has_error()) co_return result.error();
  }
  if (!tags.set.empty()) {
    json::array list;
    for (const auto& tag : tags.set) list.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
    json::object input{{"ResourceArn", arn}, {"Tags", std::move(list)}};
    auto result = co_await operation.call("dynamodb", "TagResource", std::move(input));
    if (result.has_error()) co_return result.error();
  }
  co_return outcome::success();
}

void set_attributes(Operation& operation, const json::object& table) {
  operation.attributes["Arn"] =
      string_or(table, "TableArn", operation.arn("dynamodb", "table/" + operation.physical_id));
  if (auto stream = find_string(table, "LatestStreamArn")) operation.attributes["StreamArn"] = *stream;
}

Async<ApiResult<void>> create_table(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  auto created = co_await operation.call("dynamodb", "CreateTable", table_input(name, properties));
  if (created.has_error()) co_return created.error();
  operation.physical_id = name;
  auto table = co_await until_active(operation, name);
  if (table.has_error()) co_return table.error();
  set_attributes(operation, table.value());
  co_return co_await side_settings(operation, name, json::object(), std::move(properties));
}

// One index a call, as DynamoDB wants it.
Async<ApiResult<void>> update_indexes(Operation& operation, std::string name, json::object old,
                                      json::object now) {
  auto by_name = [](const json::object& input) {
    std::map<std::string, json::object> found;
    if (auto* list = find_array(input, "GlobalSecondaryIndexes"))
      for (const auto& index : *list) found[string_or(index.as_object(), "IndexName")] = index.as_object();
    return found;
  };
  auto before = by_name(table_input(name, old)), after = by_name(table_input(name, now));
  json::array updates;
  for (const auto& [index, definition] : before)
    if (!after.contains(index))
      updates.push_back(json::object{{"Delete", json::object{{"IndexName", index}}}});
  for (const auto& [index, definition] : after)
    if (!before.contains(index)) updates.push_back(json::object{{"Create", definition}});
  for (const auto& update : updates) {
    json::object input{{"TableName", name},
                       {"GlobalSecondaryIndexUpdates", json::array{json::value(update)}}};
    if (auto* definitions = find(now, "AttributeDefinitions")) input["AttributeDefinitions"] = *definitions;
    auto result = co_await operation.call("dynamodb", "UpdateTable", std::move(input));
    if (result.has_error()) co_return result.error();
    auto active = co_await until_active(operation, name);
    if (active.has_error()) co_return active.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> update_table(Operation& operation, Existing old, json::object properties) {
  const std::string name = old.physical_id;
  json::object wanted = table_input(name, properties), before = table_input(name, old.properties);
  json::object input;
  for (const char* each :
       {"BillingMode", "ProvisionedThroughput", "OnDemandThroughput", "StreamSpecification",
        "SSESpecification", "DeletionProtectionEnabled", "TableClass"})
    if (differs(before, wanted, each)) {
      if (auto* value = find(wanted, each))
        input[each] = *value;
      else if (std::string_view(each) == "StreamSpecification")
        input[each] = json::object{{"StreamEnabled", false}};
      else if (std::string_view(each) == "DeletionProtectionEnabled")
        input[each] = false;
    }
  if (!input.empty()) {
    input["TableName"] = name;
    auto result = co_await operation.call("dynamodb", "UpdateTable", std::move(input));
    if (result.has_error()) co_return result.error();
  }
  if (differs(old.properties, properties, "GlobalSecondaryIndexes")) {
    auto result = co_await update_indexes(operation, name, old.properties, properties);
    if (result.has_error()) co_return result.error();
  }
  auto table = co_await until_active(operation, name);
  if (table.has_error()) co_return table.error();
  set_attributes(operation, table.value());
  co_return co_await side_settings(operation, name, std::move(old.properties), std::move(properties));
}

Async<ApiResult<void>> remove_table(Operation& operation, Existing old) {
  json::object input{{"TableName", old.physical_id}};
  auto deleted = co_await operation.forget("dynamodb", "DeleteTable", input);
  if (deleted.has_error()) co_return deleted.error();
  for (int attempt = 0; attempt < 600; ++attempt) {
    auto described = co_await operation.call("dynamodb", "DescribeTable", input);
    if (described.has_error()) break;
    co_await operation.waits.pause(std::chrono::milliseconds(100));
  }
  co_return outcome::success();
}

}  // namespace

std::vector<ResourceType> dynamodb_types() {
  return {
      {.name = "AWS::DynamoDB::Table",
       .updates = {"AttributeDefinitions", "BillingMode", "ProvisionedThroughput", "OnDemandThroughput",
                   "GlobalSecondaryIndexes", "DeletionProtectionEnabled", "TableClass", "StreamSpecification",
                   "SSESpecification", "TimeToLiveSpecification", "Tags"},
       .replaces = {"TableName", "KeySchema", "LocalSecondaryIndexes"},
       .accepted = {"PointInTimeRecoverySpecification", "ContributorInsightsSpecification", "WarmThroughput"},
       .required = {"KeySchema"},
       .names = {.property = "TableName", .max_length = 255},
       .tags = TagForm::list,
       .create = create_table,
       .update = update_table,
       .remove = remove_table}};
}

}  // namespace live::cloud::cloudformation
