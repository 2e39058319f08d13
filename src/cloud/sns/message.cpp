#include "cloud/sns/message.h"

#include "base/encoding.h"
#include "base/hash.h"

namespace live::cloud::sns {
namespace {

ApiError invalid(std::string why) {
  return api_error(400, "InvalidParameter", "Invalid parameter: " + std::move(why));
}

ApiResult<void> check_attribute(std::string_view name, const json::value& value) {
  auto at = "Invalid parameter: Message attribute '" + std::string(name) + "' ";
  auto refuse = [&](std::string_view why) {
    return api_error(400, "ParameterValueInvalid", at + std::string(why));
  };
  if (!value.is_object()) return refuse("must be a structure");
  auto& members = value.get_object();
  auto type = string_or(members, "DataType");
  if (type.empty()) return refuse("must contain a non-empty message attribute type");
  auto root = std::string_view(type).substr(0, type.find('.'));
  if (root != "String" && root != "Number" && root != "Binary")
    return refuse(
        "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and "
        "String");
  auto content = string_or(members, root == "Binary" ? "BinaryValue" : "StringValue");
  if (content.empty())
    return refuse("must contain a non-empty message attribute value for message attribute type " + type);
  if (root == "Binary" && !from_base64(content)) return refuse("has an invalid binary value");
  return outcome::success();
}

// {"default": …, "lambda": …}: a protocol without a text of its own gets the default.
ApiResult<std::string> structured(std::string_view text, std::string_view protocol) {
  auto parsed = parse_json_object(text);
  if (!parsed) return invalid("Message Structure - JSON message body failed to parse");
  auto otherwise = find_string(parsed.value(), "default");
  if (!otherwise) return invalid("Message Structure - No default entry in JSON message body");
  return find_string(parsed.value(), protocol).value_or(*otherwise);
}

json::object event_attributes(const json::object& attributes) {
  json::object out;
  for (auto& [name, value] : attributes) {
    auto& members = value.get_object();
    auto type = string_or(members, "DataType");
    out[name] = {{"Type", type},
                 {"Value", string_or(members, type.starts_with("Binary") ? "BinaryValue" : "StringValue")}};
  }
  return out;
}

}  // namespace

size_t size_of(const json::object& input) {
  auto size = string_or(input, "Message").size();
  if (auto* attributes = find_object(input, "MessageAttributes"))
    for (auto& [name, value] : *attributes) {
      size += name.size();
      if (!value.is_object()) continue;
      auto& members = value.get_object();
      size += string_or(members, "DataType").size() + string_or(members, "StringValue").size();
      size += from_base64(string_or(members, "BinaryValue")).value_or("").size();
    }
  return size;
}

ApiResult<Message> message_of(const json::object& input, std::string_view protocol) {
  Message out;
  out.text = string_or(input, "Message");
  if (out.text.empty()) return invalid("Empty message");
  out.subject = string_or(input, "Subject");
  if (auto subject = find_string(input, "Subject")) {
    bool breaks = subject->find_first_of("\r\n") != std::string::npos;
    if (subject->empty() || subject->size() > 100 || breaks) return invalid("Subject");
  }
  if (auto* attributes = find_object(input, "MessageAttributes")) {
    for (auto& [name, value] : *attributes) {
      LIVE_API_TRY(check_attribute(name, value));
    }
    out.attributes = *attributes;
  }
  auto structure = find_string(input, "MessageStructure");
  if (structure && *structure != "json") return invalid("MessageStructure");
  if (structure) {
    LIVE_API_TRY(out.text, structured(out.text, protocol));
  }
  return out;
}

std::string lambda_event(const Message& message, std::string_view subscription_arn, std::string_view region) {
  auto host = "https://sns." + std::string(region) + ".amazonaws.com/";
  json::object sns{
      {"Type", "Notification"},
      {"MessageId", message.id},
      {"TopicArn", message.topic_arn},
      {"Subject", message.subject.empty() ? json::value() : json::value(json::string(message.subject))},
      {"Message", message.text},
      {"Timestamp", iso8601(message.at)},
      {"SignatureVersion", "1"},
      // AWS signs with a key of its own. Nobody else can: this is a digest of the message in its place.
      {"Signature", base64(sha256(message.id + message.topic_arn + message.text))},
      {"SigningCertUrl", host + "SimpleNotificationService-00000000000000000000000000000000.pem"},
      {"UnsubscribeUrl", host + "?Action=Unsubscribe&SubscriptionArn=" + std::string(subscription_arn)},
      {"MessageAttributes", event_attributes(message.attributes)},
  };
  json::object record{{"EventSource", "aws:sns"},
                      {"EventVersion", "1.0"},
                      {"EventSubscriptionArn", subscription_arn},
                      {"Sns", std::move(sns)}};
  return json::serialize(json::object{{"Records", json::array{std::move(record)}}});
}

}  // namespace live::cloud::sns
