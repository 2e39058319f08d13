#include <algorithm>
#include <array>

#include "cloud/input.h"
#include "cloud/sns/service.h"

namespace live::cloud::sns {
namespace {

constexpr size_t kPage = 100;  // SNS quota: topics and subscriptions in a page
constexpr size_t kMaxTags = 50;

constexpr std::array<std::string_view, 10> kSettable{"DisplayName",
                                                     "Policy",
                                                     "DeliveryPolicy",
                                                     "KmsMasterKeyId",
                                                     "TracingConfig",
                                                     "SignatureVersion",
                                                     "LambdaSuccessFeedbackRoleArn",
                                                     "LambdaSuccessFeedbackSampleRate",
                                                     "LambdaFailureFeedbackRoleArn",
                                                     "DataProtectionPolicy"};

bool is_topic_name(std::string_view name) {
  return !name.empty() && name.size() <= 256 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

json::object default_policy(const World& world, std::string_view arn) {
  json::array actions;
  for (auto name : {"GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission",
                    "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"})
    actions.push_back(json::string("SNS:" + std::string(name)));
  json::object statement{{"Sid", "__default_statement_ID"},
                         {"Effect", "Allow"},
                         {"Principal", {{"AWS", "*"}}},
                         {"Action", std::move(actions)},
                         {"Resource", arn},
                         {"Condition", {{"StringEquals", {{"AWS:SourceOwner", world.account}}}}}};
  return {{"Version", "2008-10-17"},
          {"Id", "__default_policy_ID"},
          {"Statement", json::array{std::move(statement)}}};
}

ApiResult<void> set_attribute(json::object& attributes, std::string_view name, const json::value& value) {
  if (name == "FifoTopic" && (value == json::value("false") || value == json::value(false)))
    return outcome::success();
  if (name.starts_with("Fifo") || name == "ContentBasedDeduplication")
    return invalid_parameter("FIFO topics are not supported by the embedded SNS of Live Lambda");
  if (std::find(kSettable.begin(), kSettable.end(), name) == kSettable.end())
    return invalid_parameter("AttributeName");
  auto text = value.is_string() ? std::string(std::string_view(value.get_string())) : json::serialize(value);
  if (name.ends_with("Policy") && !text.empty() && !parse_json_object(text))
    return invalid_parameter(std::string(name) + " failed to parse JSON.");
  attributes[name] = text;
  return outcome::success();
}

}  // namespace

ApiError invalid_parameter(std::string why) {
  return api_error(400, "InvalidParameter", "Invalid parameter: " + std::move(why));
}

ApiResult<Service::Topic> Service::topic_of(const Call& call, std::string_view member) {
  auto arn = string_or(call.input, member);
  auto prefix = "arn:aws:sns:" + call.region + ":" + world_.account + ":";
  bool resource = member == "ResourceArn";
  if (!arn.starts_with("arn:aws:sns:"))
    return invalid_parameter(std::string(member) + " Reason: An ARN must have at least 6 elements, not 1");
  auto name = arn.starts_with(prefix) ? arn.substr(prefix.size()) : "";
  auto document = name.empty() ? std::nullopt : world_.store.get("sns.topic", call.region, name);
  if (!document)
    return resource ? api_error(404, "ResourceNotFound", "Resource does not exist")
                    : api_error(404, "NotFound", "Topic does not exist");
  return Topic{call.region, name, arn, document->at("Attributes").as_object(),
               document->at("Tags").as_array()};
}

void Service::keep(const Topic& topic) {
  world_.store.put("sns.topic", topic.region, topic.name,
                   {{"Attributes", topic.attributes}, {"Tags", topic.tags}});
}

Answer Service::create_topic(const Call& call) {
  auto name = string_or(call.input, "Name");
  if (name.ends_with(".fifo"))
    return invalid_parameter("Topic Name: FIFO topics are not supported by the embedded SNS of Live Lambda");
  if (!is_topic_name(name)) return invalid_parameter("Topic Name");
  Topic topic{call.region, name, "arn:aws:sns:" + call.region + ":" + world_.account + ":" + name, {}, {}};
  if (auto* given = find_object(call.input, "Attributes"))
    for (auto& [attribute, value] : *given) {
      LIVE_API_TRY(set_attribute(topic.attributes, attribute, value));
    }
  if (auto* tags = find_array(call.input, "Tags")) merge_tags(topic.tags, *tags);
  if (topic.tags.size() > kMaxTags)
    return api_error(400, "TagLimitExceeded",
                     "Could not complete request: tag quota of per resource exceeded");
  Output out{.value = {{"TopicArn", topic.arn}}};
  if (auto existing = world_.store.get("sns.topic", call.region, name)) {
    auto& attributes = existing->at("Attributes").as_object();
    for (auto& [attribute, value] : topic.attributes)
      if (auto* kept = attributes.if_contains(attribute); !kept || *kept != value)
        return invalid_parameter("Attributes Reason: Topic already exists with different attributes");
    if (call.input.contains("Tags") && existing->at("Tags").as_array() != topic.tags)
      return invalid_parameter("Tags Reason: Topic already exists with different tags");
    return out;
  }
  keep(topic);
  return out;
}

Answer Service::delete_topic(const Call& call) {
  auto topic = topic_of(call);
  if (!topic && topic.error().code == "NotFound") return Output{};  // as AWS: deleting is idempotent
  if (!topic) return topic.error();
  for (auto& subscription : subscriptions(call.region, topic.value().name))
    world_.store.erase("sns.subscription", call.region, subscription.key);
  world_.store.erase("sns.topic", call.region, topic.value().name);
  return Output{};
}

Answer Service::list_topics(const Call& call) {
  auto all = world_.store.list("sns.topic", call.region);
  auto page = page_of(all.size(), call.input, "NextToken", "", kPage);
  json::array topics;
  for (auto i = page.begin; i < page.end; ++i)
    topics.push_back(
        {{"TopicArn", "arn:aws:sns:" + call.region + ":" + world_.account + ":" + all[i].first}});
  Output out{.value = {{"Topics", std::move(topics)}}};
  if (!page.next.empty()) out.value["NextToken"] = page.next;
  return out;
}

Answer Service::get_topic_attributes(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call));
  auto attributes = topic.attributes;
  attributes["TopicArn"] = topic.arn;
  attributes["Owner"] = world_.account;
  if (!attributes.contains("DisplayName")) attributes["DisplayName"] = "";
  if (!attributes.contains("Policy"))
    attributes["Policy"] = json::serialize(default_policy(world_, topic.arn));
  attributes["SubscriptionsConfirmed"] = std::to_string(subscriptions(call.region, topic.name).size());
  attributes["SubscriptionsPending"] = "0";
  attributes["SubscriptionsDeleted"] = "0";
  return Output{.value = {{"Attributes", std::move(attributes)}}, .payload = {}, .maps = {"Attributes"}};
}

Answer Service::set_topic_attributes(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call));
  auto* value = find(call.input, "AttributeValue");
  LIVE_API_TRY(set_attribute(topic.attributes, string_or(call.input, "AttributeName"),
                             value ? *value : json::value(json::string())));
  keep(topic);
  return Output{};
}

Answer Service::tag_resource(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call, "ResourceArn"));
  if (auto* tags = find_array(call.input, "Tags")) merge_tags(topic.tags, *tags);
  if (topic.tags.size() > kMaxTags)
    return api_error(400, "TagLimitExceeded",
                     "Could not complete request: tag quota of per resource exceeded");
  keep(topic);
  return Output{};
}

Answer Service::untag_resource(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call, "ResourceArn"));
  remove_tags(topic.tags, strings(call.input, "TagKeys"));
  keep(topic);
  return Output{};
}

Answer Service::list_tags_for_resource(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call, "ResourceArn"));
  return Output{.value = {{"Tags", topic.tags}}};
}

Answer Service::add_permission(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call));
  auto label = string_or(call.input, "Label");
  auto accounts = strings(call.input, "AWSAccountId"), names = strings(call.input, "ActionName");
  if (label.empty() || accounts.empty() || names.empty())
    return invalid_parameter("Label, AWSAccountId and ActionName");
  auto kept = parse_json_object(string_or(topic.attributes, "Policy"));
  auto policy = kept ? kept.value() : default_policy(world_, topic.arn);
  auto& statements = policy["Statement"].as_array();
  for (auto& statement : statements)
    if (string_or(statement.as_object(), "Sid") == label)
      return invalid_parameter("Statement already exists");
  json::array principals, actions;
  for (auto& account : accounts) principals.push_back(json::string("arn:aws:iam::" + account + ":root"));
  for (auto& name : names) actions.push_back(json::string("SNS:" + name));
  statements.push_back({{"Sid", label},
                        {"Effect", "Allow"},
                        {"Principal", {{"AWS", std::move(principals)}}},
                        {"Action", std::move(actions)},
                        {"Resource", topic.arn}});
  topic.attributes["Policy"] = json::serialize(policy);
  keep(topic);
  return Output{};
}

Answer Service::remove_permission(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call));
  auto label = string_or(call.input, "Label");
  auto kept = parse_json_object(string_or(topic.attributes, "Policy"));
  auto policy = kept ? kept.value() : default_policy(world_, topic.arn);
  json::array left;
  for (auto& statement : policy["Statement"].as_array())
    if (string_or(statement.as_object(), "Sid") != label) left.push_back(statement);
  policy["Statement"] = std::move(left);
  topic.attributes["Policy"] = json::serialize(policy);
  keep(topic);
  return Output{};
}

}  // namespace live::cloud::sns
