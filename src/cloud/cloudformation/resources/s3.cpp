// AWS::S3: buckets and their policies.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

void rename(json::object& in, std::string_view from, std::string_view to) {
  auto* found = in.if_contains(from);
  if (!found) return;
  json::value value = std::move(*found);
  in.erase(from);
  in[to] = std::move(value);
}

json::object for_each_in(const json::object& from, std::string_view list, std::string_view as,
                         json::object (*convert)(json::object)) {
  json::array made;
  if (auto* items = find_array(from, list))
    for (const auto& item : *items)
      if (item.is_object()) made.push_back(convert(item.get_object()));
  return {{as, std::move(made)}};
}

json::object encryption_rule(json::object rule) {
  rename(rule, "ServerSideEncryptionByDefault", "ApplyServerSideEncryptionByDefault");
  make_bools(rule, {"BucketKeyEnabled"});
  return rule;
}

json::object cors_rule(json::object rule) {
  rename(rule, "ExposedHeaders", "ExposeHeaders");
  rename(rule, "Id", "ID");
  rename(rule, "MaxAge", "MaxAgeSeconds");
  make_numbers(rule, {"MaxAgeSeconds"});
  return rule;
}

json::object transition(json::object from) {
  rename(from, "TransitionInDays", "Days");
  rename(from, "TransitionDate", "Date");
  make_numbers(from, {"Days"});
  return from;
}

// CloudFormation keeps flat what the API nests: Prefix, TagFilters, ExpirationInDays.
json::object lifecycle_rule(json::object rule) {
  json::object made = pick(rule, {"Status", "NoncurrentVersionTransitions"});
  if (auto* id = find(rule, "Id")) made["ID"] = *id;
  json::object filter, expiration;
  json::array tags;
  if (auto* given = find_array(rule, "TagFilters")) tags = *given;
  json::object conditions = pick(rule, {"Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan"});
  make_numbers(conditions, {"ObjectSizeGreaterThan", "ObjectSizeLessThan"});
  if (conditions.size() + tags.size() > 1) {
    if (!tags.empty()) conditions["Tags"] = std::move(tags);
    filter["And"] = std::move(conditions);
  } else if (!tags.empty()) {
    filter["Tag"] = tags[0];
  } else if (!conditions.empty()) {
    filter = std::move(conditions);
  } else {
    filter["Prefix"] = "";
  }
  made["Filter"] = std::move(filter);
  if (auto* days = find(rule, "ExpirationInDays")) expiration["Days"] = as_number(*days);
  if (auto* date = find(rule, "ExpirationDate")) expiration["Date"] = *date;
  if (auto* marker = find(rule, "ExpiredObjectDeleteMarker"))
    expiration["ExpiredObjectDeleteMarker"] = as_bool(*marker);
  if (!expiration.empty()) made["Expiration"] = std::move(expiration);
  if (auto* days = find(rule, "NoncurrentVersionExpirationInDays"))
    made["NoncurrentVersionExpiration"] = json::object{{"NoncurrentDays", as_number(*days)}};
  if (auto* given = find_object(rule, "NoncurrentVersionExpiration")) {
    json::object copy = *given;
    make_numbers(copy, {"NoncurrentDays", "NewerNoncurrentVersions"});
    made["NoncurrentVersionExpiration"] = std::move(copy);
  }
  if (auto* given = find_object(rule, "AbortIncompleteMultipartUpload")) {
    json::object copy = *given;
    make_numbers(copy, {"DaysAfterInitiation"});
    made["AbortIncompleteMultipartUpload"] = std::move(copy);
  }
  if (rule.contains("Transitions"))
    made["Transitions"] = for_each_in(rule, "Transitions", "x", transition).at("x");
  return made;
}

json::object notification(json::object from) {
  rename(from, "Function", "LambdaFunctionArn");
  rename(from, "Topic", "TopicArn");
  rename(from, "Queue", "QueueArn");
  if (auto* event = from.if_contains("Event")) from["Events"] = json::array{json::value(*event)};
  from.erase("Event");
  if (auto* filter = find_object(from, "Filter"); filter && filter->contains("S3Key")) {
    json::object key = filter->at("S3Key").as_object();
    rename(key, "Rules", "FilterRules");
    from["Filter"] = json::object{{"Key", std::move(key)}};
  }
  return from;
}

json::object notifications(const json::object& from) {
  json::object made;
  auto add = [&](std::string_view list, std::string_view as) {
    if (from.contains(list)) made[as] = for_each_in(from, list, as, notification).at(as);
  };
  add("LambdaConfigurations", "LambdaFunctionConfigurations");
  add("TopicConfigurations", "TopicConfigurations");
  add("QueueConfigurations", "QueueConfigurations");
  if (auto* bridge = find_object(from, "EventBridgeConfiguration"))
    if (string_or(*bridge, "EventBridgeEnabled", "true") != "false")
      made["EventBridgeConfiguration"] = json::object{};
  return made;
}

struct SettingCall {
  std::string_view property, action, member;
  json::object (*convert)(const json::object&);
  std::string_view remove;  // the action that removes it; empty: an empty one is put
};

json::object itself(const json::object& from) { return from; }
json::object public_access(const json::object& from) {
  json::object made = from;
  make_bools(made, {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"});
  return made;
}

const SettingCall settings[] = {
    {"BucketEncryption", "PutBucketEncryption", "ServerSideEncryptionConfiguration",
     [](const json::object& from) {
       return for_each_in(from, "ServerSideEncryptionConfiguration", "Rules", encryption_rule);
     },
     "DeleteBucketEncryption"},
    {"VersioningConfiguration", "PutBucketVersioning", "VersioningConfiguration", itself, ""},
    {"PublicAccessBlockConfiguration", "PutPublicAccessBlock", "PublicAccessBlockConfiguration",
     public_access, "DeletePublicAccessBlock"},
    {"LifecycleConfiguration", "PutBucketLifecycleConfiguration", "LifecycleConfiguration",
     [](const json::object& from) { return for_each_in(from, "Rules", "Rules", lifecycle_rule); },
     "DeleteBucketLifecycle"},
    {"CorsConfiguration", "PutBucketCors", "CORSConfiguration",
     [](const json::object& from) { return for_each_in(from, "CorsRules", "CORSRules", cors_rule); },
     "DeleteBucketCors"},
    {"OwnershipControls", "PutBucketOwnershipControls", "OwnershipControls", itself,
     "DeleteBucketOwnershipControls"},
    {"NotificationConfiguration", "PutBucketNotificationConfiguration", "NotificationConfiguration",
     notifications, ""},
    {"WebsiteConfiguration", "PutBucketWebsite", "WebsiteConfiguration", itself, "DeleteBucketWebsite"},
};

Async<ApiResult<void>> apply(Operation& operation, const std::string& bucket, json::object old,
                             json::object now) {
  for (const auto& setting : settings) {
    if (!differs(old, now, setting.property)) continue;
    json::object input{{"Bucket", bucket}};
    std::string action(setting.action);
    if (auto* wanted = find_object(now, setting.property)) {
      input[setting.member] = setting.convert(*wanted);
    } else if (!setting.remove.empty()) {
      action = setting.remove;
    } else {
      bool versioning = setting.property == "VersioningConfiguration";
      input[setting.member] = versioning ? json::object{{"Status", "Suspended"}} : json::object{};
    }
    auto result = co_await operation.call("s3", action, std::move(input));
    if (result.has_error()) co_return result.error();
  }
  if (!differs(old, now, "Tags")) co_return outcome::success();
  json::array tags;
  for (const auto& tag : tag_map(now))
    tags.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
  bool none = tags.empty();
  json::object input{{"Bucket", bucket}};
  if (!none) input["Tagging"] = json::object{{"TagSet", std::move(tags)}};
  std::string action = none ? "DeleteBucketTagging" : "PutBucketTagging";
  auto result = co_await operation.call("s3", action, std::move(input));
  if (result.has_error()) co_return result.error();
  co_return outcome::success();
}

Async<ApiResult<void>> create_bucket(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  json::object input{{"Bucket", name}};
  if (operation.region() != "us-east-1")
    input["CreateBucketConfiguration"] = json::object{{"LocationConstraint", operation.region()}};
  auto created = co_await operation.call("s3", "CreateBucket", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = name;
  const std::string& region = operation.region();
  operation.attributes = {
      {"Arn", "arn:aws:s3:::" + name},
      {"DomainName", name + ".s3.amazonaws.com"},
      {"RegionalDomainName", fmt::format("{}.s3.{}.amazonaws.com", name, region)},
      {"DualStackDomainName", fmt::format("{}.s3.dualstack.{}.amazonaws.com", name, region)},
      {"WebsiteURL", fmt::format("http://{}.s3-website-{}.amazonaws.com", name, region)}};
  co_return co_await apply(operation, name, json::object(), std::move(properties));
}

Async<ApiResult<void>> update_bucket(Operation& operation, Existing old, json::object properties) {
  co_return co_await apply(operation, old.physical_id, std::move(old.properties), std::move(properties));
}

Async<ApiResult<void>> remove_bucket(Operation& operation, Existing old) {
  co_return co_await operation.forget("s3", "DeleteBucket", with("Bucket", old.physical_id));
}

Async<ApiResult<void>> put_policy(Operation& operation, json::object properties) {
  std::string bucket = string_or(properties, "Bucket");
  json::object input = with("Bucket", bucket, "Policy", json_text(properties["PolicyDocument"]));
  auto put = co_await operation.call("s3", "PutBucketPolicy", std::move(input));
  if (put.has_error()) co_return put.error();
  operation.physical_id = bucket;
  co_return outcome::success();
}

Async<ApiResult<void>> update_policy(Operation& operation, Existing, json::object properties) {
  co_return co_await put_policy(operation, std::move(properties));
}

Async<ApiResult<void>> remove_policy(Operation& operation, Existing old) {
  co_return co_await operation.forget("s3", "DeleteBucketPolicy", with("Bucket", old.physical_id));
}

}  // namespace

std::vector<ResourceType> s3_types() {
  return {
      {.name = "AWS::S3::Bucket",
       .updates = {"BucketEncryption", "VersioningConfiguration", "PublicAccessBlockConfiguration",
                   "LifecycleConfiguration", "CorsConfiguration", "OwnershipControls",
                   "NotificationConfiguration", "WebsiteConfiguration", "Tags"},
       .replaces = {"BucketName"},
       .accepted = {"AccessControl", "AccelerateConfiguration", "AnalyticsConfigurations",
                    "IntelligentTieringConfigurations", "InventoryConfigurations", "LoggingConfiguration",
                    "MetricsConfigurations"},
       .names = {.property = "BucketName", .max_length = 63, .lower = true},
       .tags = TagForm::list,
       .create = create_bucket,
       .update = update_bucket,
       .remove = remove_bucket},
      {.name = "AWS::S3::BucketPolicy",
       .updates = {"PolicyDocument"},
       .replaces = {"Bucket"},
       .required = {"Bucket", "PolicyDocument"},
       .create = put_policy,
       .update = update_policy,
       .remove = remove_policy},
  };
}

}  // namespace live::cloud::cloudformation
