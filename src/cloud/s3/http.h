// Requests into calls, answers into responses: S3's REST-XML.
#pragma once

#include <string>
#include <string_view>

#include "cloud/call.h"
#include "cloud/front.h"
#include "cloud/s3/operations.h"

namespace live::cloud::s3 {

ApiResult<Call> decode(const Operation& operation, HttpCall http, std::string bucket, std::string key);
net::Response render(const Operation& operation, Output output, bool head);
net::Response render_error(const ApiError& error, const net::Request& request, std::string_view request_id);

}  // namespace live::cloud::s3
