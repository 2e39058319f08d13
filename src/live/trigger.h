// What invoked the function, read from its event: "GET /orders", "SNS orders-topic", "SQS jobs".
#pragma once

#include <string>
#include <string_view>

namespace live {

// "invoke" when the event tells nothing. Large events are not parsed: their size is told.
std::string trigger_of(std::string_view event);

}  // namespace live
