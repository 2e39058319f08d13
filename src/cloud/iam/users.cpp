#include "base/encoding.h"
#include "cloud/iam/actions.h"
#include "cloud/iam/principals.h"
#include "cloud/input.h"
#include "cloud/keys.h"

namespace live::cloud {

namespace {

constexpr auto kind = PrincipalKind::user;

json::object rendered(json::object user) {
  for (auto ours : {"Inline", "Attached", "AccessKeys"}) user.erase(ours);
  return user;
}

// Without a name the caller is meant.
ApiResult<json::object> user_of(World& world, const Call& call) {
  if (call.input.contains("UserName")) return principal_of(world.store, kind, call.input);
  auto slash = call.caller.arn.rfind('/');
  if (call.caller.arn.find(":user/") == std::string::npos) {
    return api_error(400, "ValidationError", "Must specify userName when calling with non-User credentials");
  }
  return load_principal(world.store, kind, call.caller.arn.substr(slash + 1));
}

ApiResult<json::object> create_user(World& world, const Call& call) {
  LIVE_API_TRY(auto name, checked_name(call.input, "UserName"));
  LIVE_API_TRY(auto path, checked_path(call.input));
  if (world.store.get("iam.user", "", name))
    return already_exists(fmt::format("User with name {} already exists.", name));
  json::object user{{"Path", path},
                    {"UserName", name},
                    {"UserId", "AIDA" + world.ids.upper(17)},
                    {"Arn", fmt::format("arn:aws:iam::{}:user{}{}", world.account, path, name)},
                    {"CreateDate", iso8601(world.clock.now())}};
  if (auto boundary = find_string(call.input, "PermissionsBoundary"))
    user["PermissionsBoundary"] = {{"PermissionsBoundaryType", "Policy"},
                                   {"PermissionsBoundaryArn", *boundary}};
  if (auto tags = find_array(call.input, "Tags")) user["Tags"] = *tags;
  save_principal(world.store, kind, user);
  return json::object{{"User", rendered(std::move(user))}};
}

ApiResult<json::object> get_user(World& world, const Call& call) {
  LIVE_API_TRY(auto user, user_of(world, call));
  return json::object{{"User", rendered(std::move(user))}};
}

ApiResult<json::object> list_users(World& world, const Call& call) {
  auto prefix = string_or(call.input, "PathPrefix", "/");
  json::array users;
  for (auto& [name, user] : world.store.list("iam.user", "")) {
    user.erase("Tags");
    if (string_or(user, "Path").starts_with(prefix)) users.push_back(rendered(std::move(user)));
  }
  return paged(std::move(users), call.input, "Users");
}

ApiResult<json::object> delete_user(World& world, const Call& call) {
  LIVE_API_TRY(auto user, principal_of(world.store, kind, call.input));
  for (auto [member, message] :
       {std::pair("Attached", "Cannot delete entity, must detach all policies first."),
        std::pair("Inline", "Cannot delete entity, must delete policies first."),
        std::pair("AccessKeys", "Cannot delete entity, must delete access keys first.")}) {
    auto held = find_object(user, member);
    if (held && !held->empty()) return delete_conflict(message);
  }
  world.store.erase("iam.user", "", string_or(user, "UserName"));
  return json::object();
}

json::object& access_keys(json::object& user) {
  auto& keys = user["AccessKeys"];
  return keys.is_object() ? keys.get_object() : keys.emplace_object();
}

ApiResult<json::object> create_access_key(World& world, const Call& call) {
  LIVE_API_TRY(auto user, user_of(world, call));
  auto& held = access_keys(user);
  if (held.size() >= 2) {
    return api_error(409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2");
  }
  auto name = string_or(user, "UserName");
  Key key{.id = "AKIA" + world.ids.upper(16), .secret = base64(world.ids.bytes(30))};
  key.caller = {
      .account = world.account, .arn = string_or(user, "Arn"), .user_id = string_or(user, "UserId")};
  Keys(world.store).put(key);
  auto created = iso8601(world.clock.now());
  held[key.id] = created;
  save_principal(world.store, kind, user);
  return json::object{{"AccessKey",
                       {{"UserName", name},
                        {"AccessKeyId", key.id},
                        {"Status", "Active"},
                        {"SecretAccessKey", key.secret},
                        {"CreateDate", created}}}};
}

ApiResult<json::object> delete_access_key(World& world, const Call& call) {
  LIVE_API_TRY(auto user, user_of(world, call));
  LIVE_API_TRY(auto id, required(call.input, "AccessKeyId", "ValidationError"));
  if (!access_keys(user).erase(id)) {
    return no_such_entity(fmt::format("The Access Key with id {} cannot be found.", id));
  }
  Keys(world.store).erase(id);
  save_principal(world.store, kind, user);
  return json::object();
}

ApiResult<json::object> list_access_keys(World& world, const Call& call) {
  LIVE_API_TRY(auto user, user_of(world, call));
  json::array keys;
  for (auto& held : access_keys(user)) {
    keys.push_back(json::object{{"UserName", string_or(user, "UserName")},
                                {"AccessKeyId", held.key()},
                                {"Status", "Active"},
                                {"CreateDate", held.value()}});
  }
  return paged(std::move(keys), call.input, "AccessKeyMetadata");
}

// There are no groups: nobody can make one.
ApiResult<json::object> list_groups_for_user(World& world, const Call& call) {
  LIVE_API_TRY(user_of(world, call));
  return paged({}, call.input, "Groups");
}

}  // namespace

void add_user_actions(World& world) {
  auto add = [&world](std::string_view name, ApiResult<json::object> (*run)(World&, const Call&)) {
    world.actions.add_plain("iam", name, [&world, run](const Call& call) { return run(world, call); });
  };
  add("CreateUser", create_user);
  add("GetUser", get_user);
  add("ListUsers", list_users);
  add("DeleteUser", delete_user);
  add("CreateAccessKey", create_access_key);
  add("DeleteAccessKey", delete_access_key);
  add("ListAccessKeys", list_access_keys);
  add("ListGroupsForUser", list_groups_for_user);
}

}  // namespace live::cloud
