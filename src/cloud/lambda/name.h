// How a function may be named in a request: "f", "f:q", "account:function:f[:q]" or its ARN.
#pragma once

#include <string>
#include <string_view>

#include "cloud/call.h"

namespace live::cloud::lambda {

struct FunctionName {
  std::string region;
  std::string name;
  std::string qualifier;  // empty: none was given
  std::string version_or_latest() const { return qualifier.empty() ? "$LATEST" : qualifier; }
};

// `qualifier` is the request's own member; one in the name must agree with it.
ApiResult<FunctionName> parse_function_name(std::string_view text, std::string_view qualifier,
                                            std::string_view region);
// The members FunctionName and Qualifier of a call.
ApiResult<FunctionName> function_name_of(const Call& call);

std::string function_arn(std::string_view region, std::string_view account, std::string_view name,
                         std::string_view qualifier = "");

ApiError not_found(std::string message);      // 404 ResourceNotFoundException
ApiError invalid(std::string message);        // 400 InvalidParameterValueException
ApiError unsupported(std::string_view what);  // names what this Lambda does not do

}  // namespace live::cloud::lambda
