// DynamoDB: single items, read consistently and changed under a condition. Items keep DynamoDB's own JSON:
// {"pk": {"S": "client"}}.
#pragma once

#include <optional>
#include <string>

#include "aws/client.h"
#include "base/json.h"

namespace live::aws {

using Item = json::object;

json::object text_value(std::string_view text);                     // {"S": …}
json::object number_value(int64_t number);                          // {"N": …}
std::string text_of(const Item& item, std::string_view attribute);  // empty when it is not there
int64_t number_of(const Item& item, std::string_view attribute);    // 0 when it is not there

struct Change {  // of one item
  std::string table;
  Item key;
  std::string update;       // UpdateExpression; not used to delete
  std::string condition{};  // ConditionExpression, or empty
  json::object names{};     // {"#c": "connection"}
  json::object values{};    // {":c": {"S": …}}
  Milliseconds timeout{5000};
};

struct Changed {
  bool condition_held = true;
  std::optional<Item> old;  // the item before, when there was one and the condition held
};

class DynamoDb {
 public:
  explicit DynamoDb(AwsClient& client) : client_(client) {}

  Async<Result<std::optional<Item>>> get_item(std::string table, Item key, Milliseconds timeout,
                                              AwsCall::Tries tries = AwsCall::Tries::until_deadline);
  // A condition that does not hold is an answer, not a fault. `tries` is one by default: a change whose
  // answer was lost may have been made.
  Async<Result<Changed>> update_item(Change change, AwsCall::Tries tries = AwsCall::Tries::one);
  Async<Result<Changed>> delete_item(Change change, AwsCall::Tries tries = AwsCall::Tries::until_deadline);

 private:
  AwsCall call(std::string_view action, const std::string& table, const json::object& input,
               Milliseconds timeout);
  Async<Result<Changed>> change(AwsCall call);
  AwsClient& client_;
};

}  // namespace live::aws
