// What a principal's policies let it do, as IAM itself judges them.
#pragma once

#include <string>
#include <vector>

#include "aws/client.h"

namespace live::aws {

// Those of `actions` that it may not do on one of `resources`. The client signs for us-east-1, where IAM is.
// Fault: who asks may not do iam:SimulatePrincipalPolicy, or there is no such principal.
Async<Result<std::vector<std::string>>> denied_actions(AwsClient& client, std::string principal,
                                                       std::vector<std::string> actions,
                                                       std::vector<std::string> resources);

// The user or role behind a caller's ARN: of a session the role, whose path a session does not tell.
std::string principal_arn(std::string_view caller);

}  // namespace live::aws
