// What Lambda itself answers when the user's code could not: its own words, as recorded from AWS.
#pragma once

#include <string_view>

#include "invocation/invocation.h"
#include "process/process.h"

namespace live {

inline constexpr size_t largest_response = 6'291'556;        // bytes; recorded
inline constexpr size_t largest_stream = 200 * 1024 * 1024;  // Lambda quota

Reply exited(std::string_view request_id, const ExitStatus& status);
Reply response_too_large(size_t bytes);
Reply stream_too_large();
Reply truncated(std::string_view request_id);  // its connection ended before its answer did
// The error a runtime reported: the payload is passed on, the type comes from its header or the payload.
Reply reported_error(std::string_view type, std::string payload);

}  // namespace live
