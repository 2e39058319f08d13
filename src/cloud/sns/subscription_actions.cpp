#include "cloud/input.h"
#include "cloud/sns/filter_policy.h"
#include "cloud/sns/service.h"

namespace live::cloud::sns {
namespace {

constexpr size_t kPage = 100;  // SNS quota

FilterScope scope_of(const json::object& attributes) {
  return string_or(attributes, "FilterPolicyScope", "MessageAttributes") == "MessageBody"
             ? FilterScope::body
             : FilterScope::attributes;
}

// CloudFormation passes policies as objects, the API as text.
std::string as_text(const json::value& value) {
  return value.is_string() ? std::string(std::string_view(value.get_string())) : json::serialize(value);
}

ApiResult<void> set_attribute(json::object& attributes, std::string_view name, const json::value& value) {
  auto text = as_text(value);
  if (name == "FilterPolicy") {
    if (text.empty() || text == "{}" || text == "null")
      attributes.erase(name);
    else
      attributes[name] = text;
  } else if (name == "FilterPolicyScope") {
    if (text != "MessageAttributes" && text != "MessageBody")
      return invalid_parameter("FilterPolicyScope: Invalid value [" + text +
                               "]. Please use either MessageBody or MessageAttributes");
    attributes[name] = text;
  } else if (name == "RawMessageDelivery") {
    if (text == "true")
      return invalid_parameter("Delivery protocol [lambda] does not support raw message delivery.");
  } else if (name == "RedrivePolicy" || name == "SubscriptionRoleArn" || name == "ReplayPolicy") {
    return invalid_parameter("Attributes Reason: " + std::string(name) +
                             " is not supported by the embedded SNS of Live Lambda");
  } else if (name == "DeliveryPolicy") {
    attributes[name] = text;
  } else {
    return invalid_parameter("AttributeName");
  }
  return outcome::success();
}

ApiResult<void> check_filter(const json::object& attributes) {
  auto policy = find_string(attributes, "FilterPolicy");
  return policy ? check_filter_policy(*policy, scope_of(attributes)) : ApiResult<void>(outcome::success());
}

}  // namespace

ApiResult<Service::Subscription> Service::subscription_of(const Call& call) {
  auto arn = string_or(call.input, "SubscriptionArn");
  auto prefix = "arn:aws:sns:" + call.region + ":" + world_.account + ":";
  if (!arn.starts_with("arn:aws:sns:"))
    return invalid_parameter("SubscriptionArn Reason: An ARN must have at least 6 elements, not 1");
  auto key = arn.starts_with(prefix) ? arn.substr(prefix.size()) : "";
  auto document = key.empty() ? std::nullopt : world_.store.get("sns.subscription", call.region, key);
  if (!document) return api_error(404, "NotFound", "Subscription does not exist");
  return Subscription{call.region,
                      key,
                      arn,
                      string_or(*document, "TopicArn"),
                      string_or(*document, "Protocol"),
                      string_or(*document, "Endpoint"),
                      document->at("Attributes").as_object()};
}

void Service::keep(const Subscription& one) {
  world_.store.put("sns.subscription", one.region, one.key,
                   {{"TopicArn", one.topic_arn},
                    {"Protocol", one.protocol},
                    {"Endpoint", one.endpoint},
                    {"Attributes", one.attributes}});
}

std::vector<Service::Subscription> Service::subscriptions(const std::string& region,
                                                          std::string_view topic_name) {
  std::vector<Subscription> out;
  auto prefix = topic_name.empty() ? "" : std::string(topic_name) + ":";
  for (auto& [key, document] : world_.store.list("sns.subscription", region, prefix))
    out.push_back({region, key, "arn:aws:sns:" + region + ":" + world_.account + ":" + key,
                   string_or(document, "TopicArn"), string_or(document, "Protocol"),
                   string_or(document, "Endpoint"), document.at("Attributes").as_object()});
  return out;
}

Answer Service::subscribe(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call));
  auto protocol = string_or(call.input, "Protocol"), endpoint = string_or(call.input, "Endpoint");
  if (protocol != "lambda")
    return invalid_parameter("Protocol: subscriptions of the protocol " +
                             (protocol.empty() ? "(none)" : protocol) +
                             " are not supported by the embedded SNS of Live Lambda: use lambda");
  if (!endpoint.starts_with("arn:aws:lambda:")) return invalid_parameter("Lambda endpoint ARN");
  json::object attributes;
  if (auto* given = find_object(call.input, "Attributes"))
    for (auto& [name, value] : *given) {
      LIVE_API_TRY(set_attribute(attributes, name, value));
    }
  LIVE_API_TRY(check_filter(attributes));
  for (auto& known : subscriptions(call.region, topic.name)) {
    if (known.protocol != protocol || known.endpoint != endpoint) continue;
    if (!attributes.empty() && known.attributes != attributes)
      return invalid_parameter("Attributes Reason: Subscription already exists with different attributes");
    return Output{.value = {{"SubscriptionArn", known.arn}}};
  }
  auto key = topic.name + ":" + world_.ids.uuid();
  Subscription subscription{call.region,
                            key,
                            topic.arn.substr(0, topic.arn.rfind(':') + 1) + key,
                            topic.arn,
                            protocol,
                            endpoint,
                            std::move(attributes)};
  keep(subscription);
  return Output{.value = {{"SubscriptionArn", subscription.arn}}};
}

Answer Service::unsubscribe(const Call& call) {
  auto subscription = subscription_of(call);
  if (!subscription && subscription.error().code == "NotFound") return Output{};  // as AWS: idempotent
  if (!subscription) return subscription.error();
  world_.store.erase("sns.subscription", call.region, subscription.value().key);
  return Output{};
}

Answer Service::listed(const Call& call, std::vector<Subscription> all) {
  auto page = page_of(all.size(), call.input, "NextToken", "", kPage);
  json::array list;
  for (auto i = page.begin; i < page.end; ++i)
    list.push_back({{"SubscriptionArn", all[i].arn},
                    {"Owner", world_.account},
                    {"Protocol", all[i].protocol},
                    {"Endpoint", all[i].endpoint},
                    {"TopicArn", all[i].topic_arn}});
  Output out{.value = {{"Subscriptions", std::move(list)}}};
  if (!page.next.empty()) out.value["NextToken"] = page.next;
  return out;
}

Answer Service::list_subscriptions(const Call& call) { return listed(call, subscriptions(call.region, "")); }

Answer Service::list_subscriptions_by_topic(const Call& call) {
  LIVE_API_TRY(auto topic, topic_of(call));
  return listed(call, subscriptions(call.region, topic.name));
}

Answer Service::get_subscription_attributes(const Call& call) {
  LIVE_API_TRY(auto subscription, subscription_of(call));
  auto attributes = subscription.attributes;
  attributes["SubscriptionArn"] = subscription.arn;
  attributes["TopicArn"] = subscription.topic_arn;
  attributes["Owner"] = world_.account;
  attributes["Protocol"] = subscription.protocol;
  attributes["Endpoint"] = subscription.endpoint;
  attributes["ConfirmationWasAuthenticated"] = "true";
  attributes["PendingConfirmation"] = "false";
  attributes["RawMessageDelivery"] = "false";
  if (attributes.contains("FilterPolicy") && !attributes.contains("FilterPolicyScope"))
    attributes["FilterPolicyScope"] = "MessageAttributes";
  return Output{.value = {{"Attributes", std::move(attributes)}}, .payload = {}, .maps = {"Attributes"}};
}

Answer Service::set_subscription_attributes(const Call& call) {
  LIVE_API_TRY(auto subscription, subscription_of(call));
  auto* value = find(call.input, "AttributeValue");
  LIVE_API_TRY(set_attribute(subscription.attributes, string_or(call.input, "AttributeName"),
                             value ? *value : json::value(json::string())));
  LIVE_API_TRY(check_filter(subscription.attributes));
  keep(subscription);
  return Output{};
}

}  // namespace live::cloud::sns
