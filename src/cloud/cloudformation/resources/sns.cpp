// AWS::SNS: topics, subscriptions and topic policies.
#include "cloud/cloudformation/resources/resources.h"
#include "template/functions.h"

namespace live::cloud::cloudformation {
namespace {

std::string attribute_text(const json::value& value) {
  auto text = cfn::text_of(value);
  return text ? text.value() : json::serialize(value);
}

const std::vector<std::string_view> topic_attributes{
    "DisplayName",   "KmsMasterKeyId",   "FifoTopic",          "ContentBasedDeduplication",
    "TracingConfig", "SignatureVersion", "FifoThroughputScope"};
const std::vector<std::string_view> subscription_attributes{"DeliveryPolicy",    "FilterPolicy",
                                                            "FilterPolicyScope", "RawMessageDelivery",
                                                            "RedrivePolicy",     "SubscriptionRoleArn"};

json::object attributes_of(const json::object& properties, const std::vector<std::string_view>& names) {
  json::object made;
  for (auto name : names)
    if (auto* value = properties.if_contains(name)) made[name] = attribute_text(*value);
  return made;
}

Async<ApiResult<void>> create_topic(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  bool fifo = string_or(attributes_of(properties, topic_attributes), "FifoTopic") == "true";
  if (fifo && !name.ends_with(".fifo")) name += ".fifo";
  json::object input = with("Name", name);
  if (auto attributes = attributes_of(properties, topic_attributes); !attributes.empty())
    input["Attributes"] = std::move(attributes);
  json::array tags;
  for (const auto& tag : tag_map(properties))
    tags.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
  if (!tags.empty()) input["Tags"] = std::move(tags);
  auto created = co_await operation.call("sns", "CreateTopic", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = string_or(created.value(), "TopicArn");
  operation.attributes = {{"TopicArn", operation.physical_id}, {"TopicName", name}};
  auto* subscriptions = find_array(properties, "Subscription");
  for (size_t i = 0; subscriptions && i < subscriptions->size(); ++i) {
    json::object subscribe = pick((*subscriptions)[i].as_object(), {"Protocol", "Endpoint"});
    subscribe["TopicArn"] = operation.physical_id;
    auto done = co_await operation.call("sns", "Subscribe", std::move(subscribe));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> update_topic(Operation& operation, Existing old, json::object properties) {
  const std::string arn = old.physical_id;
  json::object before = attributes_of(old.properties, topic_attributes);
  json::object after = attributes_of(properties, topic_attributes);
  for (auto name : topic_attributes) {
    if (!differs(before, after, name)) continue;
    json::object input = with("TopicArn", arn, "AttributeName", name);
    input["AttributeValue"] = string_or(after, name);
    auto done = co_await operation.call("sns", "SetTopicAttributes", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  TagChange tags = tag_change(old.properties, properties);
  if (!tags.set.empty()) {
    json::array list;
    for (const auto& tag : tags.set) list.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
    json::object input = with("ResourceArn", arn);
    input["Tags"] = std::move(list);
    auto done = co_await operation.call("sns", "TagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (!tags.removed.empty()) {
    json::object input = with("ResourceArn", arn);
    input["TagKeys"] = std::move(tags.removed);
    auto done = co_await operation.call("sns", "UntagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> remove_topic(Operation& operation, Existing old) {
  co_return co_await operation.forget("sns", "DeleteTopic", with("TopicArn", old.physical_id));
}

Async<ApiResult<void>> create_subscription(Operation& operation, json::object properties) {
  json::object input = pick(properties, {"TopicArn", "Protocol", "Endpoint"});
  input["ReturnSubscriptionArn"] = true;
  if (auto attributes = attributes_of(properties, subscription_attributes); !attributes.empty())
    input["Attributes"] = std::move(attributes);
  auto created = co_await operation.call("sns", "Subscribe", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = string_or(created.value(), "SubscriptionArn");
  operation.attributes["Arn"] = operation.physical_id;
  co_return outcome::success();
}

Async<ApiResult<void>> update_subscription(Operation& operation, Existing old, json::object properties) {
  json::object before = attributes_of(old.properties, subscription_attributes);
  json::object after = attributes_of(properties, subscription_attributes);
  for (auto name : subscription_attributes) {
    if (!differs(before, after, name)) continue;
    json::object input = with("SubscriptionArn", old.physical_id, "AttributeName", name);
    input["AttributeValue"] = string_or(after, name, name == "FilterPolicy" ? "{}" : "");
    auto done = co_await operation.call("sns", "SetSubscriptionAttributes", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> remove_subscription(Operation& operation, Existing old) {
  co_return co_await operation.forget("sns", "Unsubscribe", with("SubscriptionArn", old.physical_id));
}

Async<ApiResult<void>> set_policies(Operation& operation, const json::object& properties,
                                    std::string policy) {
  auto* topics = find_array(properties, "Topics");
  for (size_t i = 0; topics && i < topics->size(); ++i) {
    json::object input = with("TopicArn", attribute_text((*topics)[i]), "AttributeName", "Policy");
    input["AttributeValue"] = policy;
    auto done = co_await operation.call("sns", "SetTopicAttributes", std::move(input));
    if (done.has_error() && !(policy.empty() && is_gone(done.error()))) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> create_topic_policy(Operation& operation, json::object properties) {
  operation.physical_id = physical_name({}, operation.stack.name, operation.id, operation.world.ids);
  operation.attributes["Id"] = operation.physical_id;
  std::string policy = json_text(properties["PolicyDocument"]);
  co_return co_await set_policies(operation, properties, policy);
}

Async<ApiResult<void>> remove_topic_policy(Operation& operation, Existing old) {
  co_return co_await set_policies(operation, old.properties, "");
}

Async<ApiResult<void>> update_topic_policy(Operation& operation, Existing, json::object properties) {
  std::string policy = json_text(properties["PolicyDocument"]);
  co_return co_await set_policies(operation, properties, policy);
}

}  // namespace

std::vector<ResourceType> sns_types() {
  return {{.name = "AWS::SNS::Topic",
           .updates = {"DisplayName", "KmsMasterKeyId", "ContentBasedDeduplication", "TracingConfig",
                       "SignatureVersion", "FifoThroughputScope", "Tags"},
           .replaces = {"TopicName", "FifoTopic", "Subscription"},
           .names = {.property = "TopicName", .max_length = 250},
           .tags = TagForm::list,
           .create = create_topic,
           .update = update_topic,
           .remove = remove_topic},
          {.name = "AWS::SNS::Subscription",
           .updates = {"DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery",
                       "RedrivePolicy", "SubscriptionRoleArn"},
           .replaces = {"Endpoint", "Protocol", "TopicArn"},
           .accepted = {"Region"},
           .required = {"Protocol", "TopicArn"},
           .create = create_subscription,
           .update = update_subscription,
           .remove = remove_subscription},
          {.name = "AWS::SNS::TopicPolicy",
           .updates = {"PolicyDocument"},
           .replaces = {"Topics"},
           .required = {"Topics", "PolicyDocument"},
           .create = create_topic_policy,
           .update = update_topic_policy,
           .remove = remove_topic_policy}};
}

}  // namespace live::cloud::cloudformation
