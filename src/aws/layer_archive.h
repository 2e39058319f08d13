// The content of a layer in an account, as a zip.
#pragma once

#include <string>

#include "aws/client.h"

namespace live::aws {

// By the ARN of one of its versions. Fault: it is not there, or may not be read.
Async<Result<std::string>> layer_archive(AwsClient& client, net::HttpClient& http, std::string arn);

}  // namespace live::aws
