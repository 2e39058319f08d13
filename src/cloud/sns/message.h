// One published message: what Publish takes, checked, and what a function receives of it.
#pragma once

#include <string>
#include <string_view>

#include "cloud/call.h"
#include "cloud/world.h"

namespace live::cloud::sns {

struct Message {
  std::string id;
  std::string topic_arn;
  std::string text;           // of the protocol, where the message had one a protocol
  std::string subject;        // empty: none
  json::object attributes{};  // {"name": {"DataType", "StringValue" or "BinaryValue"}}
  TimePoint at{};
};

// From the input of Publish or an entry of PublishBatch; `protocol` picks its part of a structured message.
ApiResult<Message> message_of(const json::object& input, std::string_view protocol);
size_t size_of(const json::object& input);  // as the quota of 256 KB counts it

// Lambda's event: {"Records": [{"EventSource": "aws:sns", …}]}.
std::string lambda_event(const Message& message, std::string_view subscription_arn, std::string_view region);

}  // namespace live::cloud::sns
