#include <algorithm>

#include "base/encoding.h"
#include "cloud/iam/actions.h"
#include "cloud/iam/documents.h"
#include "cloud/iam/managed.h"
#include "cloud/iam/principals.h"
#include "cloud/input.h"

namespace live::cloud {

namespace {

constexpr std::string_view kind = "iam.policy";
constexpr size_t versions_kept = 5;  // IAM's quota
constexpr auto managed_since = "2015-04-09T15:03:43Z";

json::object from_managed(const ManagedPolicy& managed) {
  json::array versions;
  versions.push_back(
      json::object{{"VersionId", "v1"}, {"Document", managed.document}, {"CreateDate", managed_since}});
  return {{"PolicyName", managed.name},  {"PolicyId", "ANPAAWSMANAGEDPOLICY0"},
          {"Arn", managed.arn},          {"Path", managed.path},
          {"DefaultVersionId", "v1"},    {"CreateDate", managed_since},
          {"UpdateDate", managed_since}, {"Versions", std::move(versions)}};
}

ApiResult<json::object> load(World& world, const json::object& input) {
  LIVE_API_TRY(auto arn, required(input, "PolicyArn", "ValidationError"));
  if (auto managed = find_managed(arn)) return from_managed(*managed);
  auto policy = world.store.get(kind, "", arn);
  if (policy) return std::move(*policy);
  return no_such_entity(fmt::format("Policy {} was not found.", arn));
}

// The account's own only: AWS's cannot be changed.
ApiResult<json::object> load_own(World& world, const json::object& input) {
  LIVE_API_TRY(auto policy, load(world, input));
  if (string_or(policy, "Arn").starts_with("arn:aws:iam::aws:")) {
    return api_error(403, "AccessDenied",
                     fmt::format("{} is managed by AWS and cannot be changed", string_or(policy, "Arn")));
  }
  return policy;
}

void save(World& world, const json::object& policy) {
  world.store.put(kind, "", string_or(policy, "Arn"), policy);
}

int64_t attachments(World& world, std::string_view arn) {
  int64_t count = 0;
  for (auto principals : {"iam.role", "iam.user"}) {
    for (auto& [name, principal] : world.store.list(principals, "")) {
      auto attached = find_object(principal, "Attached");
      if (attached && attached->contains(arn)) ++count;
    }
  }
  return count;
}

json::object rendered(World& world, json::object policy) {
  policy.erase("Versions");
  policy.erase("NextVersion");
  policy["AttachmentCount"] = attachments(world, string_or(policy, "Arn"));
  policy["PermissionsBoundaryUsageCount"] = 0;
  policy["IsAttachable"] = true;
  return policy;
}

json::object rendered_version(const json::object& version, std::string_view default_version,
                              bool with_document) {
  auto id = string_or(version, "VersionId");
  json::object shown{{"VersionId", id},
                     {"IsDefaultVersion", id == default_version},
                     {"CreateDate", string_or(version, "CreateDate")}};
  if (with_document) shown["Document"] = uri_encode(string_or(version, "Document"));
  return shown;
}

ApiResult<json::object> create_policy(World& world, const Call& call) {
  auto& input = call.input;
  LIVE_API_TRY(auto name, checked_name(input, "PolicyName", 128));
  LIVE_API_TRY(auto path, checked_path(input));
  LIVE_API_TRY(auto document, policy_document(input, "PolicyDocument", PolicyUse::identity));
  auto arn = fmt::format("arn:aws:iam::{}:policy{}{}", world.account, path, name);
  if (world.store.get(kind, "", arn)) {
    return already_exists(
        fmt::format("A policy called {} already exists. Duplicate names are not allowed.", name));
  }
  auto now = iso8601(world.clock.now());
  json::array versions;
  versions.push_back(json::object{{"VersionId", "v1"}, {"Document", document}, {"CreateDate", now}});
  json::object policy{{"PolicyName", name},
                      {"PolicyId", "ANPA" + world.ids.upper(17)},
                      {"Arn", arn},
                      {"Path", path},
                      {"DefaultVersionId", "v1"},
                      {"CreateDate", now},
                      {"UpdateDate", now},
                      {"NextVersion", 2},
                      {"Versions", std::move(versions)}};
  if (auto description = find_string(input, "Description")) policy["Description"] = *description;
  if (auto tags = find_array(input, "Tags")) policy["Tags"] = *tags;
  save(world, policy);
  return json::object{{"Policy", rendered(world, std::move(policy))}};
}

ApiResult<json::object> get_policy(World& world, const Call& call) {
  LIVE_API_TRY(auto policy, load(world, call.input));
  return json::object{{"Policy", rendered(world, std::move(policy))}};
}

ApiResult<json::object> list_policies(World& world, const Call& call) {
  auto prefix = string_or(call.input, "PathPrefix", "/");
  json::array policies;
  if (string_or(call.input, "Scope", "All") == "AWS") return paged({}, call.input, "Policies");
  for (auto& [arn, policy] : world.store.list(kind, "")) {
    if (!string_or(policy, "Path").starts_with(prefix)) continue;
    policy.erase("Description");
    policy.erase("Tags");
    policies.push_back(rendered(world, std::move(policy)));
  }
  return paged(std::move(policies), call.input, "Policies");
}

ApiResult<json::object> delete_policy(World& world, const Call& call) {
  LIVE_API_TRY(auto policy, load_own(world, call.input));
  auto arn = string_or(policy, "Arn");
  if (attachments(world, arn) > 0) return delete_conflict("Cannot delete a policy attached to entities.");
  if (policy["Versions"].as_array().size() > 1) {
    return delete_conflict(
        "This policy has more than one version. Before you delete a policy, you must delete the "
        "policy's versions. The default version is deleted with the policy.");
  }
  world.store.erase(kind, "", arn);
  return json::object();
}

ApiResult<json::object> get_policy_version(World& world, const Call& call) {
  LIVE_API_TRY(auto policy, load(world, call.input));
  auto wanted = string_or(call.input, "VersionId");
  for (auto& version : policy["Versions"].as_array()) {
    if (string_or(version.as_object(), "VersionId") != wanted) continue;
    return json::object{{"PolicyVersion",
                         rendered_version(version.as_object(), string_or(policy, "DefaultVersionId"), true)}};
  }
  return no_such_entity(fmt::format("Policy {} version {} does not exist or is not attachable.",
                                    string_or(policy, "Arn"), wanted));
}

ApiResult<json::object> list_policy_versions(World& world, const Call& call) {
  LIVE_API_TRY(auto policy, load(world, call.input));
  json::array versions;
  auto& kept = policy["Versions"].as_array();
  for (auto each = kept.rbegin(); each != kept.rend(); ++each) {
    versions.push_back(rendered_version(each->as_object(), string_or(policy, "DefaultVersionId"), false));
  }
  return paged(std::move(versions), call.input, "Versions");
}

ApiResult<json::object> create_policy_version(World& world, const Call& call) {
  LIVE_API_TRY(auto policy, load_own(world, call.input));
  LIVE_API_TRY(auto document, policy_document(call.input, "PolicyDocument", PolicyUse::identity));
  auto& versions = policy["Versions"].as_array();
  if (versions.size() >= versions_kept) {
    return api_error(
        409, "LimitExceeded",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
        "existing version.");
  }
  auto number = find_int(policy, "NextVersion").value_or(2);
  auto id = fmt::format("v{}", number);
  auto now = iso8601(world.clock.now());
  json::object version{{"VersionId", id}, {"Document", document}, {"CreateDate", now}};
  versions.push_back(version);
  policy["NextVersion"] = number + 1;
  if (find_bool(call.input, "SetAsDefault").value_or(false)) {
    policy["DefaultVersionId"] = id;
    policy["UpdateDate"] = now;
  }
  save(world, policy);
  return json::object{
      {"PolicyVersion", rendered_version(version, string_or(policy, "DefaultVersionId"), false)}};
}

ApiResult<json::object> delete_policy_version(World& world, const Call& call) {
  LIVE_API_TRY(auto policy, load_own(world, call.input));
  auto wanted = string_or(call.input, "VersionId");
  if (wanted == string_or(policy, "DefaultVersionId")) {
    return delete_conflict("Cannot delete the default version of a policy.");
  }
  json::array kept;
  for (auto& version : policy["Versions"].as_array()) {
    if (string_or(version.as_object(), "VersionId") != wanted) kept.push_back(version);
  }
  if (kept.size() == policy["Versions"].as_array().size()) {
    return no_such_entity(
        fmt::format("Policy {} version {} does not exist.", string_or(policy, "Arn"), wanted));
  }
  policy["Versions"] = std::move(kept);
  save(world, policy);
  return json::object();
}

ApiResult<json::object> set_default_policy_version(World& world, const Call& call) {
  LIVE_API_TRY(auto policy, load_own(world, call.input));
  LIVE_API_TRY(get_policy_version(world, call));
  policy["DefaultVersionId"] = string_or(call.input, "VersionId");
  save(world, policy);
  return json::object();
}

}  // namespace

void add_policy_actions(World& world) {
  auto add = [&world](std::string_view name, ApiResult<json::object> (*run)(World&, const Call&)) {
    world.actions.add_plain("iam", name, [&world, run](const Call& call) { return run(world, call); });
  };
  add("CreatePolicy", create_policy);
  add("GetPolicy", get_policy);
  add("ListPolicies", list_policies);
  add("DeletePolicy", delete_policy);
  add("GetPolicyVersion", get_policy_version);
  add("ListPolicyVersions", list_policy_versions);
  add("CreatePolicyVersion", create_policy_version);
  add("DeletePolicyVersion", delete_policy_version);
  add("SetDefaultPolicyVersion", set_default_policy_version);
}

}  // namespace live::cloud
