// STS: who we are.
#pragma once

#include <string>

#include "aws/client.h"

namespace live::aws {

struct Identity {
  std::string account, arn, user_id;
};

Async<Result<Identity>> get_caller_identity(AwsClient& client, Milliseconds timeout);

}  // namespace live::aws
