// AWS's event stream encoding (application/vnd.amazon.eventstream), as far as InvokeWithResponseStream needs
// it.
#pragma once

#include <string>
#include <string_view>

#include "invocation/invocation.h"

namespace live::cloud::lambda {

std::string event_message(std::string_view event_type, std::string_view content_type,
                          std::string_view payload);

std::string payload_chunk(std::string_view bytes);
// The last event. `log`: of LogType Tail, or empty.
std::string invoke_complete(const std::optional<StreamError>& error, std::string_view log);

}  // namespace live::cloud::lambda
