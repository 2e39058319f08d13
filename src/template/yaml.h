// YAML as CloudFormation reads it, into JSON: short intrinsics in long form, scalars typed by their text.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace live::cfn {

Result<json::value> parse_yaml(std::string_view text);

}  // namespace live::cfn
