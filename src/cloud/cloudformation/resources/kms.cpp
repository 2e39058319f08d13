// AWS::KMS: keys and aliases, of which the CDK's bootstrap template has one pair behind a condition.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

Async<ApiResult<void>> create_key(Operation& operation, json::object properties) {
  json::object input = pick(properties, {"Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin"});
  make_bools(input, {"MultiRegion"});
  if (auto* policy = find(properties, "KeyPolicy")) input["Policy"] = json_text(*policy);
  auto created = co_await operation.call("kms", "CreateKey", std::move(input));
  if (created.has_error()) co_return created.error();
  auto* metadata = find_object(created.value(), "KeyMetadata");
  if (!metadata) co_return api_error(500, "", "kms.CreateKey gave no KeyMetadata");
  operation.physical_id = string_or(*metadata, "KeyId");
  operation.attributes = {{"Arn", string_or(*metadata, "Arn")}, {"KeyId", operation.physical_id}};
  if (!find_bool(properties, "EnableKeyRotation").value_or(false)) co_return outcome::success();
  auto rotated = co_await operation.call("kms", "EnableKeyRotation", with("KeyId", operation.physical_id));
  if (rotated.has_error()) co_return rotated.error();
  co_return outcome::success();
}

Async<ApiResult<void>> update_key(Operation& operation, Existing old, json::object properties) {
  const std::string key = old.physical_id;
  if (differs(old.properties, properties, "KeyPolicy")) {
    json::object input = with("KeyId", key, "PolicyName", "default");
    input["Policy"] = json_text(properties["KeyPolicy"]);
    auto done = co_await operation.call("kms", "PutKeyPolicy", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (differs(old.properties, properties, "Description")) {
    json::object input = with("KeyId", key, "Description", string_or(properties, "Description"));
    auto done = co_await operation.call("kms", "UpdateKeyDescription", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (differs(old.properties, properties, "EnableKeyRotation")) {
    bool on = find_bool(properties, "EnableKeyRotation").value_or(false);
    std::string action = on ? "EnableKeyRotation" : "DisableKeyRotation";
    auto done = co_await operation.call("kms", action, with("KeyId", key));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> remove_key(Operation& operation, Existing old) {
  json::object input = with("KeyId", old.physical_id);
  auto* days = find(old.properties, "PendingWindowInDays");
  input["PendingWindowInDays"] = days ? as_number(*days) : json::value(30);
  co_return co_await operation.forget("kms", "ScheduleKeyDeletion", std::move(input));
}

Async<ApiResult<void>> create_alias(Operation& operation, json::object properties) {
  json::object input = pick(properties, {"AliasName", "TargetKeyId"});
  auto created = co_await operation.call("kms", "CreateAlias", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = string_or(properties, "AliasName");
  co_return outcome::success();
}

Async<ApiResult<void>> update_alias(Operation& operation, Existing, json::object properties) {
  json::object input = pick(properties, {"AliasName", "TargetKeyId"});
  auto done = co_await operation.call("kms", "UpdateAlias", std::move(input));
  if (done.has_error()) co_return done.error();
  co_return outcome::success();
}

Async<ApiResult<void>> remove_alias(Operation& operation, Existing old) {
  co_return co_await operation.forget("kms", "DeleteAlias", with("AliasName", old.physical_id));
}

}  // namespace

std::vector<ResourceType> kms_types() {
  return {{.name = "AWS::KMS::Key",
           .updates = {"KeyPolicy", "Description", "EnableKeyRotation", "PendingWindowInDays"},
           .replaces = {"KeySpec", "KeyUsage", "MultiRegion", "Origin"},
           .accepted = {"BypassPolicyLockoutSafetyCheck", "RotationPeriodInDays"},
           .create = create_key,
           .update = update_key,
           .remove = remove_key},
          {.name = "AWS::KMS::Alias",
           .updates = {"TargetKeyId"},
           .replaces = {"AliasName"},
           .required = {"AliasName", "TargetKeyId"},
           .create = create_alias,
           .update = update_alias,
           .remove = remove_alias}};
}

}  // namespace live::cloud::cloudformation
