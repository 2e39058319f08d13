#include "base/encoding.h"
#include "cloud/iam/actions.h"
#include "cloud/iam/documents.h"
#include "cloud/iam/principals.h"
#include "cloud/input.h"

namespace live::cloud {

namespace {

constexpr auto kind = PrincipalKind::role;

json::object rendered(json::object role) {
  role.erase("Inline");
  role.erase("Attached");
  role["AssumeRolePolicyDocument"] = uri_encode(string_or(role, "AssumeRolePolicyDocument"));
  return role;
}

ApiResult<int64_t> session_limit(const json::object& input) {
  auto limit = find_int(input, "MaxSessionDuration").value_or(3'600);
  if (limit >= 3'600 && limit <= 43'200) return limit;
  return api_error(400, "ValidationError",
                   fmt::format("MaxSessionDuration is {}; it must be 3600 to 43200", limit));
}

ApiResult<json::object> create_role(World& world, const Call& call) {
  auto& input = call.input;
  LIVE_API_TRY(auto name, checked_name(input, "RoleName"));
  LIVE_API_TRY(auto path, checked_path(input));
  LIVE_API_TRY(auto trust, policy_document(input, "AssumeRolePolicyDocument", PolicyUse::trust));
  LIVE_API_TRY(auto limit, session_limit(input));
  if (world.store.get("iam.role", "", name))
    return already_exists(fmt::format("Role with name {} already exists.", name));
  json::object role{{"Path", path},
                    {"RoleName", name},
                    {"RoleId", "AROA" + world.ids.upper(17)},
                    {"Arn", fmt::format("arn:aws:iam::{}:role{}{}", world.account, path, name)},
                    {"CreateDate", iso8601(world.clock.now())},
                    {"AssumeRolePolicyDocument", trust},
                    {"MaxSessionDuration", limit}};
  if (auto description = find_string(input, "Description")) role["Description"] = *description;
  if (auto boundary = find_string(input, "PermissionsBoundary")) {
    role["PermissionsBoundary"] = {{"PermissionsBoundaryType", "Policy"},
                                   {"PermissionsBoundaryArn", *boundary}};
  }
  if (auto tags = find_array(input, "Tags")) role["Tags"] = *tags;
  save_principal(world.store, kind, role);
  return json::object{{"Role", rendered(std::move(role))}};
}

ApiResult<json::object> get_role(World& world, const Call& call) {
  LIVE_API_TRY(auto role, principal_of(world.store, kind, call.input));
  role["RoleLastUsed"] = json::object();
  return json::object{{"Role", rendered(std::move(role))}};
}

ApiResult<json::object> list_roles(World& world, const Call& call) {
  auto prefix = string_or(call.input, "PathPrefix", "/");
  json::array roles;
  for (auto& [name, role] : world.store.list("iam.role", "")) {
    if (!string_or(role, "Path").starts_with(prefix)) continue;
    role.erase("Tags");
    role.erase("PermissionsBoundary");
    roles.push_back(rendered(std::move(role)));
  }
  return paged(std::move(roles), call.input, "Roles");
}

ApiResult<json::object> delete_role(World& world, const Call& call) {
  LIVE_API_TRY(auto role, principal_of(world.store, kind, call.input));
  auto attached = find_object(role, "Attached");
  auto inline_policies = find_object(role, "Inline");
  if (attached && !attached->empty())
    return delete_conflict("Cannot delete entity, must detach all policies first.");
  if (inline_policies && !inline_policies->empty()) {
    return delete_conflict("Cannot delete entity, must delete policies first.");
  }
  world.store.erase("iam.role", "", string_or(role, "RoleName"));
  return json::object();
}

ApiResult<json::object> update_assume_role_policy(World& world, const Call& call) {
  LIVE_API_TRY(auto role, principal_of(world.store, kind, call.input));
  LIVE_API_TRY(auto trust, policy_document(call.input, "PolicyDocument", PolicyUse::trust));
  role["AssumeRolePolicyDocument"] = trust;
  save_principal(world.store, kind, role);
  return json::object();
}

ApiResult<json::object> update_role(World& world, const Call& call) {
  LIVE_API_TRY(auto role, principal_of(world.store, kind, call.input));
  if (call.input.contains("MaxSessionDuration")) {
    LIVE_API_TRY(auto limit, session_limit(call.input));
    role["MaxSessionDuration"] = limit;
  }
  if (auto description = find_string(call.input, "Description")) role["Description"] = *description;
  save_principal(world.store, kind, role);
  return json::object();
}

ApiResult<json::object> update_role_description(World& world, const Call& call) {
  LIVE_API_TRY(auto role, principal_of(world.store, kind, call.input));
  role["Description"] = string_or(call.input, "Description");
  save_principal(world.store, kind, role);
  return json::object{{"Role", rendered(std::move(role))}};
}

ApiResult<json::object> put_role_permissions_boundary(World& world, const Call& call) {
  LIVE_API_TRY(auto role, principal_of(world.store, kind, call.input));
  LIVE_API_TRY(auto arn, required(call.input, "PermissionsBoundary", "ValidationError"));
  role["PermissionsBoundary"] = {{"PermissionsBoundaryType", "Policy"}, {"PermissionsBoundaryArn", arn}};
  save_principal(world.store, kind, role);
  return json::object();
}

ApiResult<json::object> delete_role_permissions_boundary(World& world, const Call& call) {
  LIVE_API_TRY(auto role, principal_of(world.store, kind, call.input));
  role.erase("PermissionsBoundary");
  save_principal(world.store, kind, role);
  return json::object();
}

// There are no instance profiles here, so no role is in one.
ApiResult<json::object> list_instance_profiles_for_role(World& world, const Call& call) {
  LIVE_API_TRY(principal_of(world.store, kind, call.input));
  return json::object{{"InstanceProfiles", json::array()}, {"IsTruncated", false}};
}

}  // namespace

void add_role_actions(World& world) {
  auto add = [&world](std::string_view name, ApiResult<json::object> (*run)(World&, const Call&)) {
    world.actions.add_plain("iam", name, [&world, run](const Call& call) { return run(world, call); });
  };
  add("CreateRole", create_role);
  add("GetRole", get_role);
  add("ListRoles", list_roles);
  add("DeleteRole", delete_role);
  add("UpdateAssumeRolePolicy", update_assume_role_policy);
  add("UpdateRole", update_role);
  add("UpdateRoleDescription", update_role_description);
  add("PutRolePermissionsBoundary", put_role_permissions_boundary);
  add("DeleteRolePermissionsBoundary", delete_role_permissions_boundary);
  add("ListInstanceProfilesForRole", list_instance_profiles_for_role);
}

}  // namespace live::cloud
