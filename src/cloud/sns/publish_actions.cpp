#include <set>

#include "cloud/sns/filter_policy.h"
#include "cloud/sns/service.h"

namespace live::cloud::sns {
namespace {

constexpr size_t kMaxMessage = 256 * 1024;  // SNS quota, of a message and of a whole batch
constexpr size_t kMaxBatch = 10;            // SNS quota

bool wanted(const json::object& attributes, const Message& message) {
  auto policy = parse_json_object(string_or(attributes, "FilterPolicy", "{}"));
  if (!policy || policy.value().empty()) return true;
  auto scope = string_or(attributes, "FilterPolicyScope") == "MessageBody" ? FilterScope::body
                                                                           : FilterScope::attributes;
  return admits(policy.value(), scope, message.attributes, message.text);
}

}  // namespace

// The id of the message, once it is on its way to everyone who wants it.
ApiResult<std::string> Service::send(const Topic& topic, const json::object& input) {
  LIVE_API_TRY(auto message, message_of(input, "lambda"));
  message.id = world_.ids.uuid();
  message.topic_arn = topic.arn;
  message.at = world_.clock.now();
  auto all = subscriptions(topic.region, topic.name);
  if (deliveries_.full(all.size())) return api_error(429, "Throttled", "Rate exceeded");
  for (auto& one : all)
    if (wanted(one.attributes, message))
      deliveries_.start(
          {"sns", topic.region, one.endpoint, topic.arn, lambda_event(message, one.arn, topic.region)});
  return message.id;
}

Answer Service::publish(const Call& call) {
  if (call.input.contains("PhoneNumber"))
    return invalid_parameter(
        "PhoneNumber: text messages are not supported by the embedded SNS of Live Lambda");
  auto member = call.input.contains("TopicArn") ? "TopicArn" : "TargetArn";
  if (!call.input.contains(member))
    return invalid_parameter("TopicArn or TargetArn Reason: no value for required parameter");
  if (size_of(call.input) > kMaxMessage) return invalid_parameter("Message too long");
  LIVE_API_TRY(auto topic, topic_of(call, member));
  LIVE_API_TRY(auto id, send(topic, call.input));
  return Output{.value = {{"MessageId", id}}};
}

Answer Service::publish_batch(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call));
  auto* entries = find_array(call.input, "PublishBatchRequestEntries");
  if (!entries || entries->empty())
    return api_error(400, "EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (entries->size() > kMaxBatch)
    return api_error(400, "TooManyEntriesInBatchRequest",
                     "The batch request contains more entries than permissible.");
  std::set<std::string> ids;
  size_t size = 0;
  for (auto& entry : *entries) {
    auto id = entry.is_object() ? string_or(entry.get_object(), "Id") : "";
    if (id.empty()) return api_error(400, "InvalidBatchEntryId", "The Id of a batch entry is missing.");
    if (!ids.insert(id).second)
      return api_error(400, "BatchEntryIdsNotDistinct",
                       "Two or more batch entries in the request have the same Id.");
    size += size_of(entry.get_object());
  }
  if (size > kMaxMessage)
    return api_error(400, "BatchRequestTooLong",
                     "The length of all the messages put together is more than the limit.");
  json::array successful, failed;
  for (auto& entry : *entries) {
    auto& input = entry.get_object();
    auto id = string_or(input, "Id");
    auto sent = send(topic, input);
    if (sent) {
      successful.push_back({{"Id", id}, {"MessageId", sent.value()}});
    } else {
      auto& error = sent.error();
      failed.push_back({{"Id", id},
                        {"Code", error.code},
                        {"Message", error.message},
                        {"SenderFault", error.status < 500}});
    }
  }
  return Output{.value = {{"Successful", std::move(successful)}, {"Failed", std::move(failed)}}};
}

}  // namespace live::cloud::sns
