// What a function's answer means as an HTTP response.
#pragma once

#include <optional>
#include <string_view>

#include "net/http.h"

namespace live::cloud::apigateway {

// Empty: not a proxy response; the API answers that the function's answer is malformed.
std::optional<net::Response> proxy_response_1_0(std::string_view payload);
// Format 2.0: an answer without a statusCode is the body of a 200.
std::optional<net::Response> proxy_response_2_0(std::string_view payload);

// What goes ahead of a streamed body: {"statusCode":…, "headers":…, "multiValueHeaders":…, "cookies":[…]}.
std::optional<net::Response> prelude_response(std::string_view prelude);

net::Response message_response(int status, std::string_view message);  // {"message":"…"}

}  // namespace live::cloud::apigateway
