// AWS::IAM: roles and policies.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

using Texts = std::map<std::string, std::string>;  // policy name -> document

Texts inline_policies(const json::object& properties) {
  Texts policies;
  if (auto* list = find_array(properties, "Policies"))
    for (const auto& item : *list)
      if (auto* policy = item.if_object(); policy && policy->contains("PolicyDocument"))
        policies[string_or(*policy, "PolicyName")] = json_text(policy->at("PolicyDocument"));
  return policies;
}

std::set<std::string> names_in(const json::object& properties, std::string_view list) {
  std::set<std::string> names;
  if (auto* found = find_array(properties, list))
    for (const auto& item : *found)
      if (item.is_string()) names.emplace(item.get_string());
  return names;
}

json::array tag_list(const json::object& tags) {
  json::array list;
  for (const auto& tag : tags) list.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
  return list;
}

Async<ApiResult<void>> role_policies(Operation& operation, std::string role, json::object old,
                                     json::object now) {
  Texts before = inline_policies(old), after = inline_policies(now);
  for (const auto& [name, document] : after) {
    if (before.contains(name) && before[name] == document) continue;
    json::object input = with("RoleName", role, "PolicyName", name);
    input["PolicyDocument"] = document;
    auto put = co_await operation.call("iam", "PutRolePolicy", std::move(input));
    if (put.has_error()) co_return put.error();
  }
  for (const auto& [name, document] : before) {
    if (after.contains(name)) continue;
    auto deleted =
        co_await operation.forget("iam", "DeleteRolePolicy", with("RoleName", role, "PolicyName", name));
    if (deleted.has_error()) co_return deleted.error();
  }
  auto attached = names_in(old, "ManagedPolicyArns"), wanted = names_in(now, "ManagedPolicyArns");
  for (const auto& arn : wanted) {
    if (attached.contains(arn)) continue;
    auto done = co_await operation.call("iam", "AttachRolePolicy", with("RoleName", role, "PolicyArn", arn));
    if (done.has_error()) co_return done.error();
  }
  for (const auto& arn : attached) {
    if (wanted.contains(arn)) continue;
    auto done =
        co_await operation.forget("iam", "DetachRolePolicy", with("RoleName", role, "PolicyArn", arn));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> create_role(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  json::object input = pick(properties, {"Path", "Description", "MaxSessionDuration", "PermissionsBoundary"});
  make_numbers(input, {"MaxSessionDuration"});
  input["RoleName"] = name;
  input["AssumeRolePolicyDocument"] = json_text(properties["AssumeRolePolicyDocument"]);
  if (auto tags = tag_list(tag_map(properties)); !tags.empty()) input["Tags"] = std::move(tags);
  auto created = co_await operation.call("iam", "CreateRole", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = name;
  if (auto* role = find_object(created.value(), "Role"))
    operation.attributes = {{"Arn", string_or(*role, "Arn")}, {"RoleId", string_or(*role, "RoleId")}};
  co_return co_await role_policies(operation, name, json::object(), std::move(properties));
}

Async<ApiResult<void>> update_role(Operation& operation, Existing old, json::object properties) {
  const std::string role = old.physical_id;
  if (differs(old.properties, properties, "AssumeRolePolicyDocument")) {
    json::object input =
        with("RoleName", role, "PolicyDocument", json_text(properties["AssumeRolePolicyDocument"]));
    auto done = co_await operation.call("iam", "UpdateAssumeRolePolicy", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (differs(old.properties, properties, "Description") ||
      differs(old.properties, properties, "MaxSessionDuration")) {
    json::object input = pick(properties, {"MaxSessionDuration"});
    make_numbers(input, {"MaxSessionDuration"});
    input["RoleName"] = role;
    input["Description"] = string_or(properties, "Description");
    auto done = co_await operation.call("iam", "UpdateRole", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (differs(old.properties, properties, "PermissionsBoundary")) {
    std::string boundary = string_or(properties, "PermissionsBoundary");
    json::object input = with("RoleName", role);
    if (!boundary.empty()) input["PermissionsBoundary"] = boundary;
    std::string action = boundary.empty() ? "DeleteRolePermissionsBoundary" : "PutRolePermissionsBoundary";
    auto done = co_await operation.call("iam", action, std::move(input));
    if (done.has_error()) co_return done.error();
  }
  TagChange tags = tag_change(old.properties, properties);
  if (!tags.set.empty()) {
    json::object input = with("RoleName", role);
    input["Tags"] = tag_list(tags.set);
    auto done = co_await operation.call("iam", "TagRole", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (!tags.removed.empty()) {
    json::object input = with("RoleName", role);
    input["TagKeys"] = std::move(tags.removed);
    auto done = co_await operation.call("iam", "UntagRole", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return co_await role_policies(operation, role, std::move(old.properties), std::move(properties));
}

// What other resources left on the role goes with it: IAM refuses to delete a role that has policies.
Async<ApiResult<void>> remove_role(Operation& operation, Existing old) {
  const std::string role = old.physical_id;
  json::object named = with("RoleName", role);
  auto listed = co_await operation.call("iam", "ListRolePolicies", named);
  if (listed.has_error()) {
    if (is_gone(listed.error())) co_return outcome::success();
    co_return listed.error();
  }
  for (const auto& name : names_in(listed.value(), "PolicyNames")) {
    auto done =
        co_await operation.forget("iam", "DeleteRolePolicy", with("RoleName", role, "PolicyName", name));
    if (done.has_error()) co_return done.error();
  }
  auto attached = co_await operation.call("iam", "ListAttachedRolePolicies", named);
  if (attached.has_error()) co_return attached.error();
  if (auto* list = find_array(attached.value(), "AttachedPolicies"))
    for (const auto& policy : *list) {
      json::object input = with("RoleName", role, "PolicyArn", string_or(policy.as_object(), "PolicyArn"));
      auto done = co_await operation.forget("iam", "DetachRolePolicy", std::move(input));
      if (done.has_error()) co_return done.error();
    }
  co_return co_await operation.forget("iam", "DeleteRole", named);
}

struct Holder {  // who a policy is put on
  std::string_view property, member, put, remove, attach, detach;
};
constexpr Holder holders[] = {
    {"Roles", "RoleName", "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy"},
    {"Users", "UserName", "PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy", "DetachUserPolicy"},
    {"Groups", "GroupName", "PutGroupPolicy", "DeleteGroupPolicy", "AttachGroupPolicy", "DetachGroupPolicy"},
};

Async<ApiResult<void>> put_everywhere(Operation& operation, json::object old, json::object now) {
  std::string name = string_or(now, "PolicyName"), old_name = string_or(old, "PolicyName");
  std::string document = json_text(now["PolicyDocument"]);
  for (const auto& holder : holders) {
    auto before = names_in(old, holder.property), after = names_in(now, holder.property);
    for (const auto& who : after) {
      json::object input = with(holder.member, who, "PolicyName", name);
      input["PolicyDocument"] = document;
      auto done = co_await operation.call("iam", std::string(holder.put), std::move(input));
      if (done.has_error()) co_return done.error();
    }
    for (const auto& who : before) {
      if (after.contains(who) && name == old_name) continue;
      json::object input = with(holder.member, who, "PolicyName", old_name);
      auto done = co_await operation.forget("iam", std::string(holder.remove), std::move(input));
      if (done.has_error()) co_return done.error();
    }
  }
  co_return outcome::success();
}

Async<ApiResult<void>> create_policy(Operation& operation, json::object properties) {
  operation.physical_id = physical_name({}, operation.stack.name, operation.id, operation.world.ids);
  operation.attributes["Id"] = operation.physical_id;
  co_return co_await put_everywhere(operation, json::object(), std::move(properties));
}

Async<ApiResult<void>> update_policy(Operation& operation, Existing old, json::object properties) {
  co_return co_await put_everywhere(operation, std::move(old.properties), std::move(properties));
}

Async<ApiResult<void>> remove_policy(Operation& operation, Existing old) {
  json::object nobody = with("PolicyName", string_or(old.properties, "PolicyName"));
  co_return co_await put_everywhere(operation, std::move(old.properties), std::move(nobody));
}

Async<ApiResult<void>> put_role_policy(Operation& operation, json::object properties) {
  std::string role = string_or(properties, "RoleName"), name = string_or(properties, "PolicyName");
  json::object input = with("RoleName", role, "PolicyName", name);
  input["PolicyDocument"] = json_text(properties["PolicyDocument"]);
  auto done = co_await operation.call("iam", "PutRolePolicy", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = name + "|" + role;
  co_return outcome::success();
}

Async<ApiResult<void>> update_role_policy(Operation& operation, Existing, json::object properties) {
  co_return co_await put_role_policy(operation, std::move(properties));
}

Async<ApiResult<void>> remove_role_policy(Operation& operation, Existing old) {
  json::object input = with("RoleName", string_or(old.properties, "RoleName"), "PolicyName",
                            string_or(old.properties, "PolicyName"));
  co_return co_await operation.forget("iam", "DeleteRolePolicy", std::move(input));
}

Async<ApiResult<void>> attach_everywhere(Operation& operation, std::string arn, json::object old,
                                         json::object now) {
  for (const auto& holder : holders) {
    auto before = names_in(old, holder.property), after = names_in(now, holder.property);
    for (const auto& who : after) {
      if (before.contains(who)) continue;
      json::object input = with(holder.member, who, "PolicyArn", arn);
      auto done = co_await operation.call("iam", std::string(holder.attach), std::move(input));
      if (done.has_error()) co_return done.error();
    }
    for (const auto& who : before) {
      if (after.contains(who)) continue;
      json::object input = with(holder.member, who, "PolicyArn", arn);
      auto done = co_await operation.forget("iam", std::string(holder.detach), std::move(input));
      if (done.has_error()) co_return done.error();
    }
  }
  co_return outcome::success();
}

Async<ApiResult<void>> create_managed(Operation& operation, json::object properties) {
  json::object input = pick(properties, {"Path", "Description"});
  input["PolicyName"] = given_or_new_name(operation, properties);
  input["PolicyDocument"] = json_text(properties["PolicyDocument"]);
  auto created = co_await operation.call("iam", "CreatePolicy", std::move(input));
  if (created.has_error()) co_return created.error();
  auto* policy = find_object(created.value(), "Policy");
  operation.physical_id = policy ? string_or(*policy, "Arn") : "";
  operation.attributes = {{"PolicyArn", operation.physical_id},
                          {"PolicyId", policy ? string_or(*policy, "PolicyId") : ""}};
  co_return co_await attach_everywhere(operation, operation.physical_id, json::object(),
                                       std::move(properties));
}

Async<ApiResult<void>> update_managed(Operation& operation, Existing old, json::object properties) {
  const std::string arn = old.physical_id;
  if (differs(old.properties, properties, "PolicyDocument")) {
    auto versions = co_await operation.call("iam", "ListPolicyVersions", with("PolicyArn", arn));
    if (versions.has_error()) co_return versions.error();
    json::object input = with("PolicyArn", arn, "PolicyDocument", json_text(properties["PolicyDocument"]));
    input["SetAsDefault"] = true;
    auto done = co_await operation.call("iam", "CreatePolicyVersion", std::move(input));
    if (done.has_error()) co_return done.error();
    if (auto* list = find_array(versions.value(), "Versions"))
      for (const auto& version : *list) {  // IAM keeps five at most: only the new one stays
        json::object old_version =
            with("PolicyArn", arn, "VersionId", string_or(version.as_object(), "VersionId"));
        auto deleted = co_await operation.forget("iam", "DeletePolicyVersion", std::move(old_version));
        if (deleted.has_error()) co_return deleted.error();
      }
  }
  co_return co_await attach_everywhere(operation, arn, std::move(old.properties), std::move(properties));
}

Async<ApiResult<void>> remove_managed(Operation& operation, Existing old) {
  const std::string arn = old.physical_id;
  auto detached = co_await attach_everywhere(operation, arn, std::move(old.properties), json::object());
  if (detached.has_error()) co_return detached.error();
  auto versions = co_await operation.call("iam", "ListPolicyVersions", with("PolicyArn", arn));
  if (!versions.has_error())
    if (auto* list = find_array(versions.value(), "Versions"))
      for (const auto& version : *list) {
        if (find_bool(version.as_object(), "IsDefaultVersion").value_or(false)) continue;
        json::object input = with("PolicyArn", arn, "VersionId", string_or(version.as_object(), "VersionId"));
        auto deleted = co_await operation.forget("iam", "DeletePolicyVersion", std::move(input));
        if (deleted.has_error()) co_return deleted.error();
      }
  co_return co_await operation.forget("iam", "DeletePolicy", with("PolicyArn", arn));
}

Async<ApiResult<void>> create_profile(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  json::object input = pick(properties, {"Path"});
  input["InstanceProfileName"] = name;
  auto created = co_await operation.call("iam", "CreateInstanceProfile", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = name;
  if (auto* profile = find_object(created.value(), "InstanceProfile"))
    operation.attributes["Arn"] = string_or(*profile, "Arn");
  for (const auto& role : names_in(properties, "Roles")) {
    json::object add = with("InstanceProfileName", name, "RoleName", role);
    auto done = co_await operation.call("iam", "AddRoleToInstanceProfile", std::move(add));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> remove_profile(Operation& operation, Existing old) {
  for (const auto& role : names_in(old.properties, "Roles")) {
    json::object input = with("InstanceProfileName", old.physical_id, "RoleName", role);
    auto done = co_await operation.forget("iam", "RemoveRoleFromInstanceProfile", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return co_await operation.forget("iam", "DeleteInstanceProfile",
                                      with("InstanceProfileName", old.physical_id));
}

}  // namespace

std::vector<ResourceType> iam_types() {
  return {{.name = "AWS::IAM::Role",
           .updates = {"AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration",
                       "PermissionsBoundary", "Policies", "Tags"},
           .replaces = {"Path", "RoleName"},
           .required = {"AssumeRolePolicyDocument"},
           .names = {.property = "RoleName", .max_length = 64},
           .tags = TagForm::list,
           .create = create_role,
           .update = update_role,
           .remove = remove_role},
          {.name = "AWS::IAM::Policy",
           .updates = {"Groups", "PolicyName", "PolicyDocument", "Roles", "Users"},
           .required = {"PolicyName", "PolicyDocument"},
           .create = create_policy,
           .update = update_policy,
           .remove = remove_policy},
          {.name = "AWS::IAM::RolePolicy",
           .updates = {"PolicyDocument"},
           .replaces = {"RoleName", "PolicyName"},
           .required = {"RoleName", "PolicyName"},
           .create = put_role_policy,
           .update = update_role_policy,
           .remove = remove_role_policy},
          {.name = "AWS::IAM::ManagedPolicy",
           .updates = {"Groups", "PolicyDocument", "Roles", "Users"},
           .replaces = {"ManagedPolicyName", "Path", "Description"},
           .required = {"PolicyDocument"},
           .names = {.property = "ManagedPolicyName", .max_length = 128},
           .create = create_managed,
           .update = update_managed,
           .remove = remove_managed},
          {.name = "AWS::IAM::InstanceProfile",
           .replaces = {"Path", "InstanceProfileName", "Roles"},
           .required = {"Roles"},
           .names = {.property = "InstanceProfileName", .max_length = 128},
           .create = create_profile,
           .remove = remove_profile}};
}

}  // namespace live::cloud::cloudformation
