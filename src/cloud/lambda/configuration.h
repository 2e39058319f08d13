// A function's configuration: what a request may set, checked as Lambda checks it.
#pragma once

#include "cloud/call.h"
#include "cloud/world.h"

namespace live::cloud::lambda {

// Takes the members of CreateFunction or UpdateFunctionConfiguration into `configuration`.
ApiResult<void> apply_configuration(World& world, json::object& configuration, const json::object& input);
// The members that a new function has unless told otherwise.
json::object default_configuration(std::string_view function);
bool is_reserved_variable(std::string_view name);

}  // namespace live::cloud::lambda
