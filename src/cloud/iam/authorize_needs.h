// What a call needs: IAM actions and the ARNs they are about, as AWS's service authorization reference has
// them.
#pragma once

#include <string>
#include <vector>

#include "cloud/call.h"
#include "cloud/store.h"

namespace live::cloud {

struct Need {
  std::string action;    // "s3:PutObject"
  std::string resource;  // an ARN, or "*"
  // iam:PassRole: the service that is to have the role. Else empty.
  std::string passed_to{};
};

// Nothing: anybody who has a key may (sts:GetCallerIdentity).
std::vector<Need> needs_of(const Call& call, const std::string& account, Store& store);

}  // namespace live::cloud
