// AWS::CloudFormation: nested stacks, custom resources, wait handles; and the CDK's metadata.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

Async<ApiResult<void>> create_stack(Operation& operation, json::object properties) {
  std::string name =
      physical_name({.max_length = 128}, operation.stack.name, operation.id, operation.world.ids);
  auto made = co_await operation.waits.deploy_nested(operation.stack, name, "", std::move(properties));
  if (made.has_error()) co_return made.error();
  operation.physical_id = made.value();
  operation.attributes = operation.waits.nested_attributes(operation.physical_id);
  co_return outcome::success();
}

Async<ApiResult<void>> update_stack(Operation& operation, Existing old, json::object properties) {
  auto made =
      co_await operation.waits.deploy_nested(operation.stack, "", old.physical_id, std::move(properties));
  if (made.has_error()) co_return made.error();
  operation.attributes = operation.waits.nested_attributes(operation.physical_id);
  co_return outcome::success();
}

Async<ApiResult<void>> remove_stack(Operation& operation, Existing old) {
  co_return co_await operation.waits.remove_nested(operation.stack, old.physical_id);
}

// A custom resource's function gets every scalar as text.
json::value all_text(const json::value& value) {
  if (auto* list = value.if_array()) {
    json::array made;
    for (const auto& item : *list) made.push_back(all_text(item));
    return made;
  }
  if (auto* object = value.if_object()) {
    json::object made;
    for (const auto& member : *object) made[member.key()] = all_text(member.value());
    return made;
  }
  if (value.is_string() || value.is_null()) return value;
  return json::string(json::serialize(value));
}

json::object custom_event(const Operation& operation, std::string_view request,
                          const json::object& properties) {
  json::object event{{"RequestType", request},
                     {"ServiceToken", string_or(properties, "ServiceToken")},
                     {"StackId", operation.stack.id},
                     {"RequestId", operation.world.ids.uuid()},
                     {"LogicalResourceId", operation.id},
                     {"ResourceType", operation.type},
                     {"ResourceProperties", all_text(properties)}};
  if (!operation.physical_id.empty()) event["PhysicalResourceId"] = operation.physical_id;
  return event;
}

Async<ApiResult<void>> send(Operation& operation, std::string service_token, json::object event) {
  bool topic = service_token.find(":sns:") != std::string::npos;
  if (topic) {
    json::object input = with("TopicArn", service_token, "Message", json::serialize(event));
    input["Subject"] = "AWS CloudFormation custom resource request";
    auto published = co_await operation.call("sns", "Publish", std::move(input));
    if (published.has_error()) co_return published.error();
    co_return outcome::success();
  }
  json::object input = with("FunctionName", service_token, "InvocationType", "Event");
  auto invoked = co_await operation.call_with("lambda", "Invoke", std::move(input), json::serialize(event));
  if (invoked.has_error()) co_return invoked.error();
  co_return outcome::success();
}

Async<ApiResult<void>> ask(Operation& operation, json::object event, const json::object& properties) {
  std::string token;
  event["ResponseURL"] = operation.waits.open_response(token);
  int64_t seconds = 3600;  // CloudFormation's own limit
  if (auto* timeout = find(properties, "ServiceTimeout")) {
    json::value number = as_number(*timeout);
    if (number.is_int64()) seconds = std::clamp<int64_t>(number.get_int64(), 1, 3600);
  }
  std::string service_token = string_or(properties, "ServiceToken");
  auto sent = co_await send(operation, service_token, std::move(event));
  if (sent.has_error()) {
    operation.waits.close_response(token);
    co_return sent.error();
  }
  auto answered = co_await operation.waits.response(token, std::chrono::seconds(seconds));
  if (answered.has_error()) co_return answered.error();
  const json::object& answer = answered.value();
  if (auto id = find_string(answer, "PhysicalResourceId"); id && !id->empty()) operation.physical_id = *id;
  if (string_or(answer, "Status") != "SUCCESS")
    co_return api_error(400, "",
                        "Received response status [FAILED] from custom resource. Message returned: " +
                            string_or(answer, "Reason", "none"));
  if (auto* data = find_object(answer, "Data")) operation.attributes = *data;
  co_return outcome::success();
}

Async<ApiResult<void>> create_custom(Operation& operation, json::object properties) {
  auto event = custom_event(operation, "Create", properties);
  auto done = co_await ask(operation, std::move(event), properties);
  if (done.has_error()) co_return done.error();
  if (operation.physical_id.empty())
    co_return api_error(400, "", "Invalid PhysicalResourceId: the custom resource's answer has none");
  co_return outcome::success();
}

Async<ApiResult<void>> update_custom(Operation& operation, Existing old, json::object properties) {
  auto event = custom_event(operation, "Update", properties);
  event["OldResourceProperties"] = all_text(old.properties);
  co_return co_await ask(operation, std::move(event), properties);
}

Async<ApiResult<void>> remove_custom(Operation& operation, Existing old) {
  auto event = custom_event(operation, "Delete", old.properties);
  co_return co_await ask(operation, std::move(event), old.properties);
}

Async<ApiResult<void>> create_named(Operation& operation, json::object) {
  operation.physical_id = physical_name({}, operation.stack.name, operation.id, operation.world.ids);
  operation.attributes["Id"] = operation.physical_id;
  co_return outcome::success();
}

Async<ApiResult<void>> keep(Operation&, Existing, json::object) { co_return outcome::success(); }

}  // namespace

std::vector<ResourceType> cloudformation_types() {
  return {{.name = "AWS::CloudFormation::Stack",
           .updates = {"TemplateURL", "Parameters", "Tags", "NotificationARNs"},
           .accepted = {"TimeoutInMinutes"},
           .required = {"TemplateURL"},
           .tags = TagForm::list,
           .create = create_stack,
           .update = update_stack,
           .remove = remove_stack},
          {.name = "AWS::CloudFormation::CustomResource",
           .replaces = {"ServiceToken"},
           .required = {"ServiceToken"},
           .create = create_custom,
           .update = update_custom,
           .remove = remove_custom,
           .takes_any_property = true},
          {.name = "AWS::CloudFormation::WaitConditionHandle", .create = create_named},
          {.name = "AWS::CDK::Metadata", .updates = {"Analytics"}, .create = create_named, .update = keep}};
}

}  // namespace live::cloud::cloudformation
