// Expressions applied to items.
#pragma once

#include <vector>

#include "cloud/dynamodb/expression.h"

namespace live::cloud::dynamodb {

const json::value* at_path(const json::object& item, const Path& path);
bool holds(const Condition& condition, const json::object& item);

// Every right side is evaluated on the item as it was. Faults in DynamoDB's words.
ApiResult<json::object> apply_updates(const std::vector<Update>& updates, const json::object& item);
ApiResult<void> check_overlap(std::string_view kind, const std::vector<Path>& paths);

json::object project(const json::object& item, const std::vector<Path>& paths);

}  // namespace live::cloud::dynamodb
