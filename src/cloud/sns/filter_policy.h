// Which messages a subscription wants: its FilterPolicy against a message's attributes or its JSON body.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "cloud/call.h"

namespace live::cloud::sns {

enum class FilterScope { attributes, body };

// InvalidParameter says what is wrong with it: nesting where attributes are meant, an unknown operator.
ApiResult<void> check_filter_policy(std::string_view policy, FilterScope scope);

// `attributes` as Publish has them: {"name": {"DataType": "String", "StringValue": "x"}}. A body that is not
// a JSON object matches nothing.
bool admits(const json::object& policy, FilterScope scope, const json::object& attributes,
            std::string_view body);

}  // namespace live::cloud::sns
