#include <algorithm>
#include <set>

#include "base/hash.h"
#include "cloud/dynamodb/attribute.h"
#include "cloud/dynamodb/service.h"

namespace live::cloud::dynamodb {
namespace {

constexpr size_t kMaxBatchWrite = 25, kMaxBatchGet = 100, kMaxTransaction = 100;  // DynamoDB quotas
constexpr size_t kMaxBatchBytes = 16 * 1024 * 1024;
constexpr auto kTokenLife = 10min;

ApiError too_long(std::string_view member, size_t limit) {
  return validation("1 validation error detected: Value at '" + std::string(member) +
                    "' failed to satisfy constraint: Member must have length less than or equal to " +
                    std::to_string(limit));
}

Call call_for(const Call& call, json::object input) {
  return Call{.service = call.service,
              .action = call.action,
              .region = call.region,
              .caller = call.caller,
              .input = std::move(input)};
}

// What GetItem reads of a batch's entry: its shared members and one key.
json::object read_request(std::string_view table, const json::object& shared, const json::value& key) {
  json::object out = shared;
  out.erase("Keys");
  out["TableName"] = table;
  out["Key"] = key;
  return out;
}

std::string cancellation_code(const ApiError& error) {
  if (error.code == "ConditionalCheckFailedException") return "ConditionalCheckFailed";
  if (error.code == "ValidationException") return "ValidationError";
  return "";
}

struct Reasons {
  json::array list;
  std::string codes;
  bool any = false;

  void add(std::string code, const ApiError* error) {
    codes += (codes.empty() ? "" : ", ") + code;
    json::object reason{{"Code", code}};
    if (error) {
      any = true;
      reason["Message"] = error->message;
      if (auto* item = error->members.if_contains("Item")) reason["Item"] = *item;
    }
    list.push_back(std::move(reason));
  }

  ApiError error() const {
    auto out = api_error(
        400, "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons [" + codes + "]");
    out.members["CancellationReasons"] = list;
    return out;
  }
};

}  // namespace

Answer Service::batch_get_item(const Call& call) {
  auto* requests = find_object(call.input, "RequestItems");
  if (!requests || requests->empty())
    return validation(
        "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Member must "
        "have length greater than or equal to 1");
  json::object responses, unprocessed;
  json::array capacity;
  size_t count = 0, bytes = 0;
  for (auto& [name, entry] : *requests) {
    auto& shared = entry.as_object();
    auto* keys = find_array(shared, "Keys");
    if (!keys || keys->empty())
      return validation(
          "1 validation error detected: Value at 'requestItems." + std::string(name) +
          ".member.keys' failed to satisfy constraint: Member must have length greater than or equal to 1");
    if ((count += keys->size()) > kMaxBatchGet)
      return validation("Too many items requested for the BatchGetItem call");
    json::array found, left;
    std::set<std::string> seen;
    double units = 0;
    for (auto& key : *keys) {
      if (!seen.insert(canonical_json(key)).second)
        return validation("Provided list of item keys contains duplicates");
      if (bytes > kMaxBatchBytes) {
        left.push_back(key);
        continue;
      }
      LIVE_API_TRY(auto got, get_item(call_for(call, read_request(name, shared, key))));
      auto* item = find_object(got, "Item");
      auto size = item ? size_of_item(*item) : 0;
      bytes += size;
      units += read_units(size, shared);
      if (item) found.push_back(std::move(got["Item"]));
    }
    responses[name] = std::move(found);
    if (!left.empty()) {
      unprocessed[name] = shared;
      unprocessed[name].as_object()["Keys"] = std::move(left);
    }
    json::object line;
    add_capacity(call.input, name, units, line);
    if (line.contains("ConsumedCapacity")) capacity.push_back(line["ConsumedCapacity"]);
  }
  json::object out{{"Responses", std::move(responses)}, {"UnprocessedKeys", std::move(unprocessed)}};
  if (!capacity.empty()) out["ConsumedCapacity"] = std::move(capacity);
  return out;
}

ApiResult<std::optional<Service::Change>> Service::batch_change(const Call& call, std::string_view table,
                                                                const json::object& entry) {
  auto* put = find_object(entry, "PutRequest");
  auto* erase = find_object(entry, "DeleteRequest");
  if ((put != nullptr) == (erase != nullptr))
    return validation(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes");
  json::object request = put ? *put : *erase;
  request["TableName"] = table;
  LIVE_API_TRY(auto change, decide(call, request, put ? Write::put : Write::erase));
  return std::optional(std::move(change));
}

Answer Service::batch_write_item(const Call& call) {
  auto* requests = find_object(call.input, "RequestItems");
  if (!requests || requests->empty())
    return validation(
        "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Member must "
        "have length greater than or equal to 1");
  std::vector<Change> changes;
  std::map<std::string, double> units;
  std::set<std::string> seen;
  for (auto& [name, list] : *requests)
    for (auto& entry : list.as_array()) {
      if (changes.size() == kMaxBatchWrite) return too_long("requestItems", kMaxBatchWrite);
      LIVE_API_TRY(auto change, batch_change(call, name, entry.as_object()));
      if (!seen.insert(std::string(name) + '\0' + canonical_json(change->key)).second)
        return validation("Provided list of item keys contains duplicates");
      units[change->table.name] += write_units(change->after ? size_of_item(*change->after) : 0);
      changes.push_back(std::move(*change));
    }
  Store::Transaction transaction(world_.store);
  for (auto& change : changes) carry_out(change);
  transaction.commit();
  json::object out{{"UnprocessedItems", json::object()}};
  json::array capacity;
  for (auto& [name, used] : units) {
    json::object line;
    add_capacity(call.input, name, used, line);
    if (line.contains("ConsumedCapacity")) capacity.push_back(line["ConsumedCapacity"]);
  }
  if (!capacity.empty()) out["ConsumedCapacity"] = std::move(capacity);
  return out;
}

Answer Service::transact_get_items(const Call& call) {
  auto* list = find_array(call.input, "TransactItems");
  if (!list || list->empty() || list->size() > kMaxTransaction)
    return too_long("transactItems", kMaxTransaction);
  json::array responses;
  Reasons reasons;
  for (auto& entry : *list) {
    auto* get = find_object(entry.as_object(), "Get");
    if (!get) return validation("TransactItems of TransactGetItems must hold Get");
    auto got = get_item(call_for(call, *get));
    if (!got) {
      auto code = cancellation_code(got.error());
      if (code.empty()) return got.error();
      reasons.add(code, &got.error());
      continue;
    }
    reasons.add("None", nullptr);
    json::object response;
    if (auto* item = find(got.value(), "Item")) response["Item"] = *item;
    responses.push_back(std::move(response));
  }
  if (reasons.any) return reasons.error();
  return json::object{{"Responses", std::move(responses)}};
}

Answer Service::transact_write_items(const Call& call) {
  auto* list = find_array(call.input, "TransactItems");
  if (!list || list->empty() || list->size() > kMaxTransaction)
    return too_long("transactItems", kMaxTransaction);
  auto now = world_.clock.now();
  std::erase_if(tokens_, [now](auto& known) { return known.second.until < now; });
  auto token = string_or(call.input, "ClientRequestToken");
  auto digest = sha256(canonical_json(*list));
  if (auto known = tokens_.find(token); !token.empty() && known != tokens_.end()) {
    if (known->second.request == digest) return json::object();
    return api_error(400, "IdempotentParameterMismatchException",
                     "The request uses the same client token as a previous, but non-identical request.");
  }
  constexpr std::pair<const char*, Write> kKinds[] = {{"Put", Write::put},
                                                      {"Update", Write::update},
                                                      {"Delete", Write::erase},
                                                      {"ConditionCheck", Write::check}};
  std::vector<Change> changes;
  std::set<std::string> seen;
  Reasons reasons;
  for (auto& entry : *list) {
    auto kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                             [&](auto& one) { return entry.as_object().contains(one.first); });
    if (kind == std::end(kKinds) || entry.as_object().size() != 1)
      return validation("TransactItems can only contain one of Check, Put, Update or Delete");
    auto change = decide(call, entry.as_object().at(kind->first).as_object(), kind->second);
    if (!change) {
      auto code = cancellation_code(change.error());
      if (code.empty()) return change.error();
      reasons.add(code, &change.error());
      continue;
    }
    reasons.add("None", nullptr);
    auto& decided = change.value();
    if (!seen.insert(decided.table.id + '\0' + canonical_json(decided.key)).second)
      return validation("Transaction request cannot include multiple operations on one item");
    if (kind->second != Write::check) changes.push_back(std::move(decided));
  }
  if (reasons.any) return reasons.error();
  Store::Transaction transaction(world_.store);
  for (auto& change : changes) carry_out(change);
  transaction.commit();
  if (!token.empty()) tokens_[token] = {digest, now + kTokenLife};
  return json::object();
}

}  // namespace live::cloud::dynamodb
