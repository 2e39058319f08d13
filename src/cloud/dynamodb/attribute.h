// Attribute values as the wire has them, {"S": "text"}: checked and brought to normal form once, when they
// come in; compared, measured and encoded from then on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "cloud/call.h"

namespace live::cloud::dynamodb {

ApiError validation(std::string message);

// Numbers in normal form, sets without duplicates, base64 that decodes; nested at most 32 deep.
ApiResult<json::value> normal_value(const json::value& value, int depth = 0);
ApiResult<json::object> normal_item(const json::object& item);  // of every attribute

std::string_view type_of(const json::value& value);       // "S"
const json::value& content_of(const json::value& value);  // what "S" holds
std::string_view text_of(const json::value& value);       // of S, N, B: the text on the wire
bool is_set(const json::value& value);                    // SS, NS or BS

bool same_value(const json::value& a, const json::value& b);
// Of two S, N or B of the same type; else nothing.
std::optional<std::strong_ordering> order_of(const json::value& a, const json::value& b);
std::string sortable(const json::value& value);  // of S, N, B: bytes in their order

size_t size_of(const json::value& value);  // as DynamoDB bills and limits it
size_t size_of_item(const json::object& item);

json::value number_value(std::string text);  // {"N": …}

}  // namespace live::cloud::dynamodb
