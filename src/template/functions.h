// Intrinsic functions of values alone: their arguments are evaluated already.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace live::cfn {

Result<std::string> text_of(const json::value& scalar);       // as CloudFormation writes numbers and booleans
bool is_unknown(const json::value& value);                    // contains known_after_apply
bool same_value(const json::value& a, const json::value& b);  // "1" is 1, "true" is true; keys in any order

// Empty: no function of that name is computed from its arguments alone.
std::optional<Result<json::value>> compute(std::string_view function, const json::value& argument);

}  // namespace live::cfn
