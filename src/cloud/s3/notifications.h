// What a bucket tells of its objects, and whom: its notification configuration is asked, the event is made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/call.h"
#include "cloud/s3/objects.h"

namespace live::cloud::s3 {

struct Notification {
  std::string id;  // of the configuration that asks for it
  std::string function_arn;
};

// `event`: "ObjectCreated:Put". Queues, topics and EventBridge are not told.
std::vector<Notification> notifications_of(const Bucket& bucket, std::string_view event,
                                           std::string_view key);

// S3's event of one record, version 2.1.
std::string notification_event(const Call& call, const Bucket& bucket, std::string_view configuration,
                               std::string_view event, const Version& object);

}  // namespace live::cloud::s3
