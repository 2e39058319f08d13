// Policy documents as IAM's actions are given them: checked by the reader that will evaluate them.
#pragma once

#include <string>

#include "cloud/call.h"
#include "cloud/iam/policy.h"

namespace live::cloud {

// The member's text (an object is written out: that is how CloudFormation hands it over), or
// MalformedPolicyDocument.
ApiResult<std::string> policy_document(const json::object& input, std::string_view member, PolicyUse use);

}  // namespace live::cloud
