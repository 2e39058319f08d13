#include "cloud/sns/sns.h"

#include "cloud/sns/service.h"

namespace live::cloud {

void add_sns(World& world, Front& front) {
  using sns::Service;
  using Run = sns::Answer (Service::*)(const Call&);
  constexpr std::pair<std::string_view, Run> kActions[] = {
      {"CreateTopic", &Service::create_topic},
      {"DeleteTopic", &Service::delete_topic},
      {"ListTopics", &Service::list_topics},
      {"GetTopicAttributes", &Service::get_topic_attributes},
      {"SetTopicAttributes", &Service::set_topic_attributes},
      {"TagResource", &Service::tag_resource},
      {"UntagResource", &Service::untag_resource},
      {"ListTagsForResource", &Service::list_tags_for_resource},
      {"AddPermission", &Service::add_permission},
      {"RemovePermission", &Service::remove_permission},
      {"Subscribe", &Service::subscribe},
      {"Unsubscribe", &Service::unsubscribe},
      {"ListSubscriptions", &Service::list_subscriptions},
      {"ListSubscriptionsByTopic", &Service::list_subscriptions_by_topic},
      {"GetSubscriptionAttributes", &Service::get_subscription_attributes},
      {"SetSubscriptionAttributes", &Service::set_subscription_attributes},
      {"Publish", &Service::publish},
      {"PublishBatch", &Service::publish_batch},
  };
  auto service = std::make_shared<Service>(world);
  for (auto& [name, run] : kActions)
    world.actions.add_plain("sns", name,
                            [service, run](const Call& call) { return ((*service).*run)(call); });
  front.add_query("sns", "2010-03-31", "http://sns.amazonaws.com/doc/2010-03-31/");
}

}  // namespace live::cloud
