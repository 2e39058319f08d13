// SNS's actions, each a function under AWS's name.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/call.h"
#include "cloud/deliveries.h"
#include "cloud/sns/message.h"
#include "cloud/world.h"

namespace live::cloud::sns {

using Answer = ApiResult<Output>;

class Service {
 public:
  explicit Service(World& world) : world_(world), deliveries_(world) {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  Answer create_topic(const Call& call);
  Answer delete_topic(const Call& call);
  Answer list_topics(const Call& call);
  Answer get_topic_attributes(const Call& call);
  Answer set_topic_attributes(const Call& call);
  Answer tag_resource(const Call& call);
  Answer untag_resource(const Call& call);
  Answer list_tags_for_resource(const Call& call);
  Answer add_permission(const Call& call);
  Answer remove_permission(const Call& call);

  Answer subscribe(const Call& call);
  Answer unsubscribe(const Call& call);
  Answer list_subscriptions(const Call& call);
  Answer list_subscriptions_by_topic(const Call& call);
  Answer get_subscription_attributes(const Call& call);
  Answer set_subscription_attributes(const Call& call);

  Answer publish(const Call& call);
  Answer publish_batch(const Call& call);

 private:
  struct Topic {
    std::string region, name, arn;
    json::object attributes;
    json::array tags;
  };
  struct Subscription {
    std::string region, key, arn, topic_arn, protocol, endpoint;  // the key is TOPIC:ID
    json::object attributes;
  };

  ApiResult<Topic> topic_of(const Call& call, std::string_view member = "TopicArn");
  void keep(const Topic& topic);
  ApiResult<Subscription> subscription_of(const Call& call);
  void keep(const Subscription& subscription);
  std::vector<Subscription> subscriptions(const std::string& region, std::string_view topic_name);  // "": all
  Answer listed(const Call& call, std::vector<Subscription> all);
  ApiResult<std::string> send(const Topic& topic, const json::object& input);

  World& world_;
  Deliveries deliveries_;
};

ApiError invalid_parameter(std::string why);

}  // namespace live::cloud::sns
