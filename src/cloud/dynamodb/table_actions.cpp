#include <algorithm>

#include "cloud/dynamodb/attribute.h"
#include "cloud/dynamodb/service.h"

namespace live::cloud::dynamodb {
namespace {

ApiError no_such_table(std::string_view name) {
  return api_error(400, "ResourceNotFoundException",
                   "Requested resource not found: Table: " + std::string(name) + " not found");
}

double seconds_of(TimePoint at) { return double(to_millis(at)) / 1000.0; }

json::object throughput(const json::object& description) {
  auto* given = find_object(description, "ProvisionedThroughput");
  return {{"NumberOfDecreasesToday", 0},
          {"ReadCapacityUnits", given ? find_int(*given, "ReadCapacityUnits").value_or(0) : 0},
          {"WriteCapacityUnits", given ? find_int(*given, "WriteCapacityUnits").value_or(0) : 0}};
}

// LatestStreamArn while the stream is on. Its records are not kept.
void set_stream(json::object& description, TimePoint now) {
  auto* stream = find_object(description, "StreamSpecification");
  if (!stream || !find_bool(*stream, "StreamEnabled").value_or(false)) {
    description.erase("StreamSpecification");
    return;
  }
  auto label = iso8601(now);
  label.pop_back();
  description["LatestStreamLabel"] = label;
  description["LatestStreamArn"] = string_or(description, "TableArn") + "/stream/" + label;
}

void set_billing(json::object& description, const json::object& input, TimePoint now) {
  auto mode = find_string(input, "BillingMode");
  if (mode && *mode == "PAY_PER_REQUEST") {
    description.erase("ProvisionedThroughput");
    description["BillingModeSummary"] = {{"BillingMode", "PAY_PER_REQUEST"},
                                         {"LastUpdateToPayPerRequestDateTime", seconds_of(now)}};
  } else if (mode) {
    description.erase("BillingModeSummary");
  }
  if (auto* given = find(input, "ProvisionedThroughput")) description["ProvisionedThroughput"] = *given;
}

void set_encryption(json::object& description, const json::object& input) {
  auto* given = find_object(input, "SSESpecification");
  description.erase("SSESpecification");
  if (!given) return;
  if (!find_bool(*given, "Enabled").value_or(false))
    description.erase("SSEDescription");
  else
    description["SSEDescription"] = {{"Status", "ENABLED"}, {"SSEType", string_or(*given, "SSEType", "KMS")}};
}

}  // namespace

ApiResult<Table> Service::table_named(const Call& call, std::string_view name) {
  if (name.starts_with("arn:"))
    if (auto slash = name.find('/'); slash != std::string_view::npos) name = name.substr(slash + 1);
  if (name.empty())
    return validation(
        "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member "
        "must not be null");
  auto document = world_.store.get("dynamodb.table", call.region, name);
  if (!document) return api_error(400, "ResourceNotFoundException", "Requested resource not found");
  auto table = table_from(call.region, *document);
  sweep(table);
  return table;
}

ApiResult<Table> Service::table_of_arn(const Call& call) {
  auto arn = string_or(call.input, "ResourceArn");
  if (auto table = table_named(call, arn); table && arn.starts_with("arn:")) return table;
  return api_error(400, "ResourceNotFoundException",
                   "Requested resource not found: ResourcArn: " + arn + " not found");
}

void Service::keep(const Table& table) {
  world_.store.put("dynamodb.table", table.region, table.name, document_of(table));
}

json::object Service::describe(const Table& table) {
  auto out = table.description;
  auto count = items_.count(table);
  out["ItemCount"] = count.items;
  out["TableSizeBytes"] = count.bytes;
  out["ProvisionedThroughput"] = throughput(table.description);
  for (auto member : {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"}) {
    if (!out.contains(member)) continue;
    for (auto& entry : out[member].as_array()) {
      auto& index = entry.as_object();
      auto name = string_or(index, "IndexName");
      auto inside = items_.count(table, name);
      index["IndexArn"] = string_or(out, "TableArn") + "/index/" + name;
      index["ItemCount"] = inside.items;
      index["IndexSizeBytes"] = inside.bytes;
      if (std::string_view(member).starts_with("Local")) continue;
      index["IndexStatus"] = "ACTIVE";
      index["ProvisionedThroughput"] = throughput(index);
    }
  }
  return out;
}

Answer Service::create_table(const Call& call) {
  LIVE_API_TRY(auto table, table_of(call.input));
  if (world_.store.get("dynamodb.table", call.region, table.name))
    return api_error(400, "ResourceInUseException", "Table already exists: " + table.name);
  auto now = world_.clock.now();
  table.region = call.region;
  table.id = world_.ids.uuid();
  auto& description = table.description;
  description["TableId"] = table.id;
  description["TableArn"] = "arn:aws:dynamodb:" + call.region + ":" + world_.account + ":table/" + table.name;
  description["TableStatus"] = "ACTIVE";
  description["CreationDateTime"] = seconds_of(now);
  if (!description.contains("DeletionProtectionEnabled")) description["DeletionProtectionEnabled"] = false;
  if (auto name = find_string(call.input, "TableClass"))
    description["TableClassSummary"] = {{"TableClass", *name}};
  description.erase("TableClass");
  set_billing(description, call.input, now);
  set_stream(description, now);
  set_encryption(description, call.input);
  keep(table);
  if (auto* tags = find_array(call.input, "Tags"))
    world_.store.put("dynamodb.tags", call.region, table.name, {{"Tags", *tags}});
  auto out = describe(table);
  out["TableStatus"] = "CREATING";
  return json::object{{"TableDescription", std::move(out)}};
}

Answer Service::describe_table(const Call& call) {
  auto table = table_of_call(call);
  if (!table && table.error().code == "ResourceNotFoundException")
    return no_such_table(string_or(call.input, "TableName"));
  if (!table) return table.error();
  return json::object{{"Table", describe(table.value())}};
}

Answer Service::list_tables(const Call& call) {
  auto limit = find_int(call.input, "Limit").value_or(100);
  if (limit < 1 || limit > 100)
    return validation("1 validation error detected: Value '" + std::to_string(limit) +
                      "' at 'limit' failed to satisfy constraint: Member must have value between 1 and 100");
  auto after = string_or(call.input, "ExclusiveStartTableName");
  json::object out;
  json::array names;
  for (auto& [name, document] : world_.store.list("dynamodb.table", call.region)) {
    if (name <= after) continue;
    if (int64_t(names.size()) == limit) {
      out["LastEvaluatedTableName"] = names.back();
      break;
    }
    names.push_back(json::string(name));
  }
  out["TableNames"] = std::move(names);
  return out;
}

ApiResult<void> Service::change_indexes(const json::array& updates, Table& table) {
  auto& description = table.description;
  for (auto& entry : updates) {
    auto& update = entry.as_object();
    auto& list = description["GlobalSecondaryIndexes"];
    if (!list.is_array()) list.emplace_array();
    auto& indexes = list.as_array();
    auto named = [&](std::string_view name) {
      return std::find_if(indexes.begin(), indexes.end(),
                          [&](auto& one) { return string_or(one.as_object(), "IndexName") == name; });
    };
    if (auto* create = find_object(update, "Create")) {
      LIVE_API_TRY(auto index, index_of(*create, description["AttributeDefinitions"].as_array(), true));
      if (table.index(index.name))
        return validation("One or more parameter values were invalid: Duplicate index name: " + index.name);
      indexes.push_back(*create);
      table.indexes.push_back(index);
      items_.fill_index(table, index);
    } else if (auto* remove = find_object(update, "Delete")) {
      auto name = string_or(*remove, "IndexName");
      auto at = named(name);
      if (at == indexes.end())
        return api_error(400, "ResourceNotFoundException", "Requested resource not found");
      indexes.erase(at);
      std::erase_if(table.indexes, [&](auto& one) { return one.name == name; });
      items_.drop_index(table, name);
    } else if (auto* change = find_object(update, "Update")) {
      auto at = named(string_or(*change, "IndexName"));
      if (at == indexes.end())
        return api_error(400, "ResourceNotFoundException", "Requested resource not found");
      if (auto* given = find(*change, "ProvisionedThroughput"))
        at->as_object()["ProvisionedThroughput"] = *given;
    }
    if (indexes.empty()) description.erase("GlobalSecondaryIndexes");
  }
  return outcome::success();
}

Answer Service::update_table(const Call& call) {
  LIVE_API_TRY(auto table, table_of_call(call));
  for (auto member : {"ReplicaUpdates", "MultiRegionConsistency", "WarmThroughput", "OnDemandThroughput"})
    if (call.input.contains(member))
      return validation(std::string("UpdateTable with ") + member +
                        " is not supported by the embedded DynamoDB of Live Lambda");
  auto& description = table.description;
  auto now = world_.clock.now();
  Store::Transaction transaction(world_.store);
  if (auto* definitions = find_array(call.input, "AttributeDefinitions")) {
    auto& known = description["AttributeDefinitions"].as_array();
    for (auto& one : *definitions)
      if (std::find(known.begin(), known.end(), one) == known.end()) known.push_back(one);
  }
  if (auto* updates = find_array(call.input, "GlobalSecondaryIndexUpdates")) {
    LIVE_API_TRY(change_indexes(*updates, table));
  }
  set_billing(description, call.input, now);
  if (auto* stream = find(call.input, "StreamSpecification")) {
    description["StreamSpecification"] = *stream;
    set_stream(description, now);
  }
  if (call.input.contains("SSESpecification")) set_encryption(description, call.input);
  if (auto name = find_string(call.input, "TableClass"))
    description["TableClassSummary"] = {{"TableClass", *name}};
  if (auto protect = find_bool(call.input, "DeletionProtectionEnabled"))
    description["DeletionProtectionEnabled"] = *protect;
  keep(table);
  transaction.commit();
  return json::object{{"TableDescription", describe(table)}};
}

Answer Service::delete_table(const Call& call) {
  auto found = table_of_call(call);
  if (!found && found.error().code == "ResourceNotFoundException")
    return no_such_table(string_or(call.input, "TableName"));
  if (!found) return found.error();
  auto& table = found.value();
  if (find_bool(table.description, "DeletionProtectionEnabled").value_or(false))
    return validation(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
        "protection first.");
  auto out = describe(table);
  out["TableStatus"] = "DELETING";
  Store::Transaction transaction(world_.store);
  items_.drop(table);
  for (auto kind : {"dynamodb.table", "dynamodb.tags", "dynamodb.backups"})
    world_.store.erase(kind, table.region, table.name);
  transaction.commit();
  return json::object{{"TableDescription", std::move(out)}};
}

Answer Service::update_time_to_live(const Call& call) {
  LIVE_API_TRY(auto table, table_of_call(call));
  auto* wanted = find_object(call.input, "TimeToLiveSpecification");
  if (!wanted || string_or(*wanted, "AttributeName").empty())
    return validation(
        "1 validation error detected: Value null at 'timeToLiveSpecification' failed to satisfy "
        "constraint: Member must not be null");
  bool enabled = find_bool(*wanted, "Enabled").value_or(false);
  if (enabled != table.ttl_attribute.empty())
    return validation(enabled ? "TimeToLive is already enabled" : "TimeToLive is already disabled");
  table.ttl_attribute = enabled ? string_or(*wanted, "AttributeName") : "";
  keep(table);
  swept_.erase(table.id);
  return json::object{{"TimeToLiveSpecification", *wanted}};
}

Answer Service::describe_time_to_live(const Call& call) {
  LIVE_API_TRY(auto table, table_of_call(call));
  json::object out{{"TimeToLiveStatus", table.ttl_attribute.empty() ? "DISABLED" : "ENABLED"}};
  if (!table.ttl_attribute.empty()) out["AttributeName"] = table.ttl_attribute;
  return json::object{{"TimeToLiveDescription", std::move(out)}};
}

Answer Service::describe_continuous_backups(const Call& call) {
  LIVE_API_TRY(auto table, table_of_call(call));
  auto kept = world_.store.get("dynamodb.backups", table.region, table.name);
  bool enabled = kept && find_bool(*kept, "Enabled").value_or(false);
  json::object recovery{{"PointInTimeRecoveryStatus", enabled ? "ENABLED" : "DISABLED"}};
  if (enabled) recovery["RecoveryPeriodInDays"] = find_int(*kept, "Days").value_or(35);
  return json::object{
      {"ContinuousBackupsDescription",
       {{"ContinuousBackupsStatus", "ENABLED"}, {"PointInTimeRecoveryDescription", recovery}}}};
}

Answer Service::update_continuous_backups(const Call& call) {
  LIVE_API_TRY(auto table, table_of_call(call));
  auto* wanted = find_object(call.input, "PointInTimeRecoverySpecification");
  if (!wanted) return validation("PointInTimeRecoverySpecification must not be null");
  world_.store.put("dynamodb.backups", table.region, table.name,
                   {{"Enabled", find_bool(*wanted, "PointInTimeRecoveryEnabled").value_or(false)},
                    {"Days", find_int(*wanted, "RecoveryPeriodInDays").value_or(35)}});
  return describe_continuous_backups(call);
}

Answer Service::tag_resource(const Call& call) {
  LIVE_API_TRY(auto table, table_of_arn(call));
  auto kept = world_.store.get("dynamodb.tags", table.region, table.name)
                  .value_or(json::object{{"Tags", json::array()}});
  auto& tags = kept["Tags"].as_array();
  auto* added = find_array(call.input, "Tags");
  for (auto& tag : added ? *added : json::array()) {
    auto same = std::find_if(tags.begin(), tags.end(), [&](auto& known) {
      return string_or(known.as_object(), "Key") == string_or(tag.as_object(), "Key");
    });
    if (same != tags.end())
      *same = tag;
    else
      tags.push_back(tag);
  }
  if (tags.size() > 50)
    return validation("One or more parameter values were invalid: Too many tags: at most 50");
  world_.store.put("dynamodb.tags", table.region, table.name, kept);
  return json::object();
}

Answer Service::untag_resource(const Call& call) {
  LIVE_API_TRY(auto table, table_of_arn(call));
  auto kept = world_.store.get("dynamodb.tags", table.region, table.name);
  auto* keys = find_array(call.input, "TagKeys");
  if (!kept || !keys) return json::object();
  json::array left;
  for (auto& tag : (*kept)["Tags"].as_array())
    if (std::find(keys->begin(), keys->end(), tag.at("Key")) == keys->end()) left.push_back(tag);
  world_.store.put("dynamodb.tags", table.region, table.name, {{"Tags", std::move(left)}});
  return json::object();
}

Answer Service::list_tags_of_resource(const Call& call) {
  LIVE_API_TRY(auto table, table_of_arn(call));
  auto kept = world_.store.get("dynamodb.tags", table.region, table.name);
  return json::object{{"Tags", kept ? (*kept)["Tags"] : json::value(json::array())}};
}

Answer Service::describe_limits(const Call&) {
  return json::object{{"AccountMaxReadCapacityUnits", 80000},
                      {"AccountMaxWriteCapacityUnits", 80000},
                      {"TableMaxReadCapacityUnits", 40000},
                      {"TableMaxWriteCapacityUnits", 40000}};
}

Answer Service::describe_endpoints(const Call& call) {
  json::object endpoint{{"Address", "dynamodb." + call.region + ".amazonaws.com"},
                        {"CachePeriodInMinutes", 1440}};
  return json::object{{"Endpoints", json::array{endpoint}}};
}

}  // namespace live::cloud::dynamodb
