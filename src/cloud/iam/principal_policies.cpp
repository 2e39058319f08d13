#include "base/encoding.h"
#include "cloud/iam/actions.h"
#include "cloud/iam/documents.h"
#include "cloud/iam/managed.h"
#include "cloud/iam/principals.h"
#include "cloud/input.h"

namespace live::cloud {

namespace {

constexpr size_t attached_quota = 20;  // AWS's default is 10 and can be raised to 20

size_t inline_quota(PrincipalKind kind) { return kind == PrincipalKind::role ? 10'240 : 2'048; }

json::object& object_in(json::object& document, std::string_view member) {
  auto& value = document[member];
  return value.is_object() ? value.get_object() : value.emplace_object();
}

size_t size_without_spaces(std::string_view text) {
  size_t size = 0;
  for (char c : text) size += c != ' ' && c != '\n' && c != '\t' && c != '\r';
  return size;
}

ApiResult<json::object> put_policy(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  LIVE_API_TRY(auto name, checked_name(call.input, "PolicyName", 128));
  LIVE_API_TRY(auto document, policy_document(call.input, "PolicyDocument", PolicyUse::identity));
  auto& policies = object_in(principal, "Inline");
  policies[name] = document;
  size_t total = 0;
  for (auto& each : policies) total += size_without_spaces(each.value().as_string());
  if (total > inline_quota(kind)) {
    auto known = words(kind);
    return api_error(409, "LimitExceeded",
                     fmt::format("Maximum policy size of {} bytes exceeded for {} {}", inline_quota(kind),
                                 known.lower, string_or(principal, std::string(known.noun) + "Name")));
  }
  save_principal(world.store, kind, principal);
  return json::object();
}

ApiError no_such_inline(PrincipalKind kind, std::string_view name) {
  return no_such_entity(fmt::format("The {} policy with name {} cannot be found.", words(kind).lower, name));
}

ApiResult<json::object> get_policy(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  LIVE_API_TRY(auto name, required(call.input, "PolicyName", "ValidationError"));
  auto document = find_string(object_in(principal, "Inline"), name);
  if (!document) return no_such_inline(kind, name);
  auto member = std::string(words(kind).noun) + "Name";
  return json::object{{member, string_or(principal, member)},
                      {"PolicyName", name},
                      {"PolicyDocument", uri_encode(*document)}};
}

ApiResult<json::object> delete_policy(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  LIVE_API_TRY(auto name, required(call.input, "PolicyName", "ValidationError"));
  if (!object_in(principal, "Inline").erase(name)) return no_such_inline(kind, name);
  save_principal(world.store, kind, principal);
  return json::object();
}

ApiResult<json::object> list_policies(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  json::array names;
  for (auto& each : object_in(principal, "Inline")) names.push_back(json::string(each.key()));
  return paged(std::move(names), call.input, "PolicyNames");
}

ApiResult<std::string> name_of_policy(World& world, const std::string& arn) {
  if (auto managed = find_managed(arn)) return managed->name;
  if (auto own = world.store.get("iam.policy", "", arn)) return string_or(*own, "PolicyName");
  if (arn.starts_with("arn:aws:iam::aws:policy/")) {
    return no_such_entity(
        fmt::format("Policy {} does not exist, or the embedded AWS of Live Lambda does not know it.", arn));
  }
  return no_such_entity(fmt::format("Policy {} does not exist or is not attachable.", arn));
}

ApiResult<json::object> attach_policy(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  LIVE_API_TRY(auto arn, required(call.input, "PolicyArn", "ValidationError"));
  LIVE_API_TRY(auto name, name_of_policy(world, arn));
  auto& attached = object_in(principal, "Attached");
  attached[arn] = name;
  if (attached.size() > attached_quota) {
    return api_error(
        409, "LimitExceeded",
        fmt::format("Cannot exceed quota for PoliciesPer{}: {}", words(kind).noun, attached_quota));
  }
  save_principal(world.store, kind, principal);
  return json::object();
}

ApiResult<json::object> detach_policy(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  LIVE_API_TRY(auto arn, required(call.input, "PolicyArn", "ValidationError"));
  if (!object_in(principal, "Attached").erase(arn))
    return no_such_entity(fmt::format("Policy {} was not found.", arn));
  save_principal(world.store, kind, principal);
  return json::object();
}

ApiResult<json::object> list_attached_policies(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  json::array policies;
  for (auto& each : object_in(principal, "Attached")) {
    policies.push_back(json::object{{"PolicyName", each.value()}, {"PolicyArn", each.key()}});
  }
  return paged(std::move(policies), call.input, "AttachedPolicies");
}

ApiResult<json::object> tag(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  auto tags = find_array(principal, "Tags") ? *find_array(principal, "Tags") : json::array();
  if (auto more = find_array(call.input, "Tags")) merge_tags(tags, *more);
  if (tags.size() > 50)
    return api_error(409, "LimitExceeded", "The number of tags has exceeded the maximum limit of 50.");
  principal["Tags"] = std::move(tags);
  save_principal(world.store, kind, principal);
  return json::object();
}

ApiResult<json::object> untag(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  if (auto tags = find_array(principal, "Tags")) {
    auto kept = *tags;
    remove_tags(kept, strings(call.input, "TagKeys"));
    principal["Tags"] = std::move(kept);
  }
  save_principal(world.store, kind, principal);
  return json::object();
}

ApiResult<json::object> list_tags(World& world, PrincipalKind kind, const Call& call) {
  LIVE_API_TRY(auto principal, principal_of(world.store, kind, call.input));
  auto tags = find_array(principal, "Tags");
  return paged(tags ? *tags : json::array(), call.input, "Tags");
}

}  // namespace

void add_principal_policy_actions(World& world) {
  for (auto kind : {PrincipalKind::role, PrincipalKind::user}) {
    auto noun = std::string(words(kind).noun);
    auto add = [&world, kind](std::string name,
                              ApiResult<json::object> (*run)(World&, PrincipalKind, const Call&)) {
      world.actions.add_plain("iam", name,
                              [&world, kind, run](const Call& call) { return run(world, kind, call); });
    };
    add("Put" + noun + "Policy", put_policy);
    add("Get" + noun + "Policy", get_policy);
    add("Delete" + noun + "Policy", delete_policy);
    add("List" + noun + "Policies", list_policies);
    add("Attach" + noun + "Policy", attach_policy);
    add("Detach" + noun + "Policy", detach_policy);
    add("ListAttached" + noun + "Policies", list_attached_policies);
    add("Tag" + noun, tag);
    add("Untag" + noun, untag);
    add("List" + noun + "Tags", list_tags);
  }
}

}  // namespace live::cloud
