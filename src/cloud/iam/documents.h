// Policy documents: read and checked for the form IAM asks of them.
#pragma once

#include <string>

#include "cloud/call.h"

namespace live::cloud {

enum class PolicyUse {
  trust,     // who may assume a role: has principals, no resources
  identity,  // what a role or user may do: has resources, no principals
};

// The member's text (an object is written out: that is how CloudFormation hands it over), or
// MalformedPolicyDocument.
ApiResult<std::string> policy_document(const json::object& input, std::string_view member, PolicyUse use);

}  // namespace live::cloud
