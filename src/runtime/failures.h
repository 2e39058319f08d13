// What Lambda itself answers when the user's code could not: its own words, as recorded from AWS.
#pragma once

#include <string_view>

#include "invocation/invocation.h"
#include "process/process.h"

namespace live {

inline constexpr size_t largest_response = 6'291'556;  // bytes; recorded

Reply exited(std::string_view request_id, const ExitStatus& status);
Reply response_too_large(size_t bytes);
// The error a runtime reported: the payload is passed on, the type comes from its header or the payload.
Reply reported_error(std::string_view type, std::string payload);

}  // namespace live
