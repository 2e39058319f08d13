// AWS::ECR: repositories.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

Async<ApiResult<void>> settings(Operation& operation, std::string name, json::object old, json::object now) {
  if (differs(old, now, "RepositoryPolicyText")) {
    auto* policy = find(now, "RepositoryPolicyText");
    json::object input = with("repositoryName", name);
    if (policy) input["policyText"] = json_text(*policy);
    std::string action = policy ? "SetRepositoryPolicy" : "DeleteRepositoryPolicy";
    auto done = co_await operation.call("ecr", action, std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (differs(old, now, "LifecyclePolicy")) {
    auto* policy = find_object(now, "LifecyclePolicy");
    json::object input = with("repositoryName", name);
    if (policy) input["lifecyclePolicyText"] = string_or(*policy, "LifecyclePolicyText");
    std::string action = policy ? "PutLifecyclePolicy" : "DeleteLifecyclePolicy";
    auto done = co_await operation.call("ecr", action, std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

json::object scanning(const json::object& properties) {
  auto* given = find_object(properties, "ImageScanningConfiguration");
  bool on = given && (find_bool(*given, "ScanOnPush").value_or(false));
  return {{"scanOnPush", on}};
}

Async<ApiResult<void>> create_repository(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  json::object input = with("repositoryName", name);
  input["imageTagMutability"] = string_or(properties, "ImageTagMutability", "MUTABLE");
  input["imageScanningConfiguration"] = scanning(properties);
  if (auto* encryption = find(properties, "EncryptionConfiguration"))
    input["encryptionConfiguration"] = lower_first_deep(*encryption);
  json::array tags;
  for (const auto& tag : tag_map(properties))
    tags.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
  if (!tags.empty()) input["tags"] = std::move(tags);
  auto created = co_await operation.call("ecr", "CreateRepository", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = name;
  if (auto* repository = find_object(created.value(), "repository"))
    operation.attributes = {{"Arn", string_or(*repository, "repositoryArn")},
                            {"RepositoryUri", string_or(*repository, "repositoryUri")}};
  co_return co_await settings(operation, name, json::object(), std::move(properties));
}

Async<ApiResult<void>> update_repository(Operation& operation, Existing old, json::object properties) {
  const std::string name = old.physical_id;
  if (differs(old.properties, properties, "ImageTagMutability")) {
    json::object input = with("repositoryName", name, "imageTagMutability",
                              string_or(properties, "ImageTagMutability", "MUTABLE"));
    auto done = co_await operation.call("ecr", "PutImageTagMutability", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (differs(old.properties, properties, "ImageScanningConfiguration")) {
    json::object input = with("repositoryName", name);
    input["imageScanningConfiguration"] = scanning(properties);
    auto done = co_await operation.call("ecr", "PutImageScanningConfiguration", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  std::string arn = operation.arn("ecr", "repository/" + name);
  TagChange tags = tag_change(old.properties, properties);
  if (!tags.set.empty()) {
    json::array list;
    for (const auto& tag : tags.set) list.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
    json::object input = with("resourceArn", arn);
    input["tags"] = std::move(list);
    auto done = co_await operation.call("ecr", "TagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (!tags.removed.empty()) {
    json::object input = with("resourceArn", arn);
    input["tagKeys"] = std::move(tags.removed);
    auto done = co_await operation.call("ecr", "UntagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return co_await settings(operation, name, std::move(old.properties), std::move(properties));
}

Async<ApiResult<void>> remove_repository(Operation& operation, Existing old) {
  json::object input = with("repositoryName", old.physical_id);
  input["force"] = find_bool(old.properties, "EmptyOnDelete").value_or(false);
  co_return co_await operation.forget("ecr", "DeleteRepository", std::move(input));
}

}  // namespace

std::vector<ResourceType> ecr_types() {
  return {{.name = "AWS::ECR::Repository",
           .updates = {"EmptyOnDelete", "ImageScanningConfiguration", "RepositoryPolicyText",
                       "LifecyclePolicy", "ImageTagMutability", "Tags"},
           .replaces = {"EncryptionConfiguration", "RepositoryName"},
           .names = {.property = "RepositoryName", .max_length = 256, .lower = true},
           .tags = TagForm::list,
           .create = create_repository,
           .update = update_repository,
           .remove = remove_repository}};
}

}  // namespace live::cloud::cloudformation
