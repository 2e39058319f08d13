#include "cloud/s3/notifications.h"

#include <algorithm>

#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>

#include "base/clock.h"
#include "base/encoding.h"

namespace live::cloud::s3 {
namespace {

constexpr std::string_view kCreated = "ObjectCreated:";

bool asks_for(const json::object& configuration, std::string_view event) {
  auto const* events = find_array(configuration, "Events");
  return events && std::ranges::any_of(*events, [event](auto const& one) {
           std::string_view asked = one.is_string() ? std::string_view(one.get_string()) : "";
           if (!asked.starts_with("s3:")) return false;
           asked.remove_prefix(3);
           if (!asked.ends_with('*')) return asked == event;
           asked.remove_suffix(1);
           return event.starts_with(asked);
         });
}

bool admits(const json::object& rule, std::string_view key) {
  auto const value = string_or(rule, "Value");
  auto const name = string_or(rule, "Name");  // "prefix", and "Prefix" of the console
  return name == "prefix" || name == "Prefix" ? key.starts_with(value) : key.ends_with(value);
}

bool admits_key(const json::object& configuration, std::string_view key) {
  auto const* filter = find_object(configuration, "Filter");
  auto const* of_key = filter ? find_object(*filter, "Key") : nullptr;
  auto const* rules = of_key ? find_array(*of_key, "FilterRules") : nullptr;
  return !rules || std::ranges::all_of(*rules, [key](auto const& one) {
    return !one.is_object() || admits(one.get_object(), key);
  });
}

// "red flower.jpg" is "red+flower.jpg".
std::string key_in_event(std::string_view key) {
  auto encoded = uri_encode(key, "/");
  boost::replace_all(encoded, "%20", "+");
  return encoded;
}

json::object object_of(std::string_view event, const Version& object) {
  json::object made{{"key", key_in_event(object.key)}};
  if (event.starts_with(kCreated)) made["size"] = object.size;
  if (!object.etag.empty() && event.starts_with(kCreated)) made["eTag"] = object.etag;
  if (object.id != "null") made["versionId"] = object.id;
  made["sequencer"] = fmt::format("{:018X}", object.modified * 1000 + object.sequence % 1000);
  return made;
}

}  // namespace

std::vector<Notification> notifications_of(const Bucket& bucket, std::string_view event,
                                           std::string_view key) {
  std::vector<Notification> found;
  auto const* settings = find_object(bucket.settings, "NotificationConfiguration");
  auto const* functions = settings ? find_array(*settings, "LambdaFunctionConfigurations") : nullptr;
  if (!functions) return found;
  for (auto const& one : *functions) {
    if (!one.is_object() || !asks_for(one.get_object(), event) || !admits_key(one.get_object(), key))
      continue;
    found.push_back({string_or(one.get_object(), "Id"), string_or(one.get_object(), "LambdaFunctionArn")});
  }
  return found;
}

std::string notification_event(const Call& call, const Bucket& bucket, std::string_view configuration,
                               std::string_view event, const Version& object) {
  json::object record{
      {"eventVersion", "2.1"},
      {"eventSource", "aws:s3"},
      {"awsRegion", bucket.region},
      {"eventTime", iso8601(TimePoint(std::chrono::milliseconds(object.modified)))},
      {"eventName", event},
      {"userIdentity", {{"principalId", "AWS:" + call.caller.user_id}}},
      {"requestParameters", {{"sourceIPAddress", "127.0.0.1"}}},
      {"responseElements", {{"x-amz-request-id", call.request_id}, {"x-amz-id-2", call.request_id}}},
      {"s3",
       {{"s3SchemaVersion", "1.0"},
        {"configurationId", configuration},
        {"bucket",
         {{"name", bucket.name},
          {"ownerIdentity", {{"principalId", call.caller.account}}},
          {"arn", "arn:aws:s3:::" + bucket.name}}},
        {"object", object_of(event, object)}}}};
  return compact_json(json::object{{"Records", json::array{std::move(record)}}});
}

}  // namespace live::cloud::s3
