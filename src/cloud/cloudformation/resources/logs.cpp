// AWS::Logs: log groups and streams.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

Async<ApiResult<void>> set_retention(Operation& operation, std::string name, json::object properties) {
  json::object input = with("logGroupName", name);
  auto* days = find(properties, "RetentionInDays");
  std::string action = days ? "PutRetentionPolicy" : "DeleteRetentionPolicy";
  if (days) input["retentionInDays"] = as_number(*days);
  auto done = co_await operation.call("logs", action, std::move(input));
  if (done.has_error()) co_return done.error();
  co_return outcome::success();
}

Async<ApiResult<void>> create_group(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  json::object input = with("logGroupName", name);
  if (auto tags = tag_map(properties); !tags.empty()) input["tags"] = std::move(tags);
  auto created = co_await operation.call("logs", "CreateLogGroup", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = name;
  operation.attributes["Arn"] = operation.arn("logs", "log-group:" + name + ":*");
  if (!properties.contains("RetentionInDays")) co_return outcome::success();
  co_return co_await set_retention(operation, name, std::move(properties));
}

Async<ApiResult<void>> update_group(Operation& operation, Existing old, json::object properties) {
  std::string arn = operation.arn("logs", "log-group:" + old.physical_id);
  TagChange tags = tag_change(old.properties, properties);
  if (!tags.set.empty()) {
    json::object input = with("resourceArn", arn);
    input["tags"] = std::move(tags.set);
    auto done = co_await operation.call("logs", "TagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (!tags.removed.empty()) {
    json::object input = with("resourceArn", arn);
    input["tagKeys"] = std::move(tags.removed);
    auto done = co_await operation.call("logs", "UntagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (!differs(old.properties, properties, "RetentionInDays")) co_return outcome::success();
  co_return co_await set_retention(operation, old.physical_id, std::move(properties));
}

Async<ApiResult<void>> remove_group(Operation& operation, Existing old) {
  co_return co_await operation.forget("logs", "DeleteLogGroup", with("logGroupName", old.physical_id));
}

Async<ApiResult<void>> create_stream(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  json::object input = with("logGroupName", string_or(properties, "LogGroupName"), "logStreamName", name);
  auto created = co_await operation.call("logs", "CreateLogStream", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = name;
  co_return outcome::success();
}

Async<ApiResult<void>> remove_stream(Operation& operation, Existing old) {
  json::object input =
      with("logGroupName", string_or(old.properties, "LogGroupName"), "logStreamName", old.physical_id);
  co_return co_await operation.forget("logs", "DeleteLogStream", std::move(input));
}

}  // namespace

std::vector<ResourceType> logs_types() {
  return {{.name = "AWS::Logs::LogGroup",
           .updates = {"RetentionInDays", "Tags"},
           .replaces = {"LogGroupName"},
           .accepted = {"KmsKeyId", "LogGroupClass", "DataProtectionPolicy", "FieldIndexPolicies",
                        "DeletionProtectionEnabled"},
           .names = {.property = "LogGroupName", .max_length = 512},
           .tags = TagForm::list,
           .create = create_group,
           .update = update_group,
           .remove = remove_group},
          {.name = "AWS::Logs::LogStream",
           .replaces = {"LogGroupName", "LogStreamName"},
           .required = {"LogGroupName"},
           .names = {.property = "LogStreamName", .max_length = 512},
           .create = create_stream,
           .remove = remove_stream}};
}

}  // namespace live::cloud::cloudformation
