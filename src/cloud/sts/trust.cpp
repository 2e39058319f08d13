#include "cloud/sts/trust.h"

#include <functional>

namespace live::cloud {

namespace {

using Test = std::function<bool(std::string_view)>;

// IAM writes one string or a list of them.
bool any_of(const json::value* value, const Test& test) {
  if (!value) return false;
  if (auto text = value->if_string()) return test(*text);
  if (auto list = value->if_array()) {
    for (auto& each : *list) {
      if (each.is_string() && test(each.get_string())) return true;
    }
  }
  return false;
}

// arn:aws:sts::1:assumed-role/NAME/SESSION is the role arn:aws:iam::1:role/…/NAME to a trust policy.
bool is_role_of_session(std::string_view principal, const Caller& caller) {
  constexpr std::string_view marker = ":assumed-role/";
  auto at = caller.arn.find(marker);
  if (at == std::string::npos) return false;
  auto name = caller.arn.substr(at + marker.size());
  name.resize(name.find('/') == name.npos ? name.size() : name.find('/'));
  return principal.starts_with(fmt::format("arn:aws:iam::{}:role/", caller.account)) &&
         (principal.ends_with("/" + name));
}

bool names_caller(std::string_view principal, const Caller& caller) {
  return principal == "*" || principal == caller.account || principal == caller.arn ||
         principal == fmt::format("arn:aws:iam::{}:root", caller.account) ||
         is_role_of_session(principal, caller);
}

bool principal_matches(const json::object& statement, const Caller& caller) {
  auto principal = find(statement, "Principal");
  if (!principal) return false;
  if (principal->is_string()) return principal->get_string() == "*" && caller.service.empty();
  auto kinds = principal->if_object();
  if (!kinds) return false;
  if (!caller.service.empty()) {
    return any_of(find(*kinds, "Service"), [&](std::string_view name) { return name == caller.service; });
  }
  return any_of(find(*kinds, "AWS"), [&](std::string_view name) { return names_caller(name, caller); });
}

bool action_matches(const json::object& statement) {
  return any_of(find(statement, "Action"), [](std::string_view action) {
    return action == "sts:AssumeRole" || action == "sts:*" || action == "*" || action == "sts:Assume*";
  });
}

bool condition_holds(std::string_view key, const json::value& wanted, const Caller& caller,
                     std::string_view external_id) {
  std::string_view actual;
  if (key == "sts:ExternalId") actual = external_id;
  if (key == "aws:SourceAccount") actual = caller.account;
  return !actual.empty() && any_of(&wanted, [&](std::string_view text) { return text == actual; });
}

bool conditions_hold(const json::object& statement, const Caller& caller, std::string_view external_id) {
  auto conditions = find_object(statement, "Condition");
  if (!conditions) return true;
  for (auto& operation : *conditions) {
    if (operation.key() != "StringEquals" || !operation.value().is_object()) return false;
    for (auto& condition : operation.value().get_object()) {
      if (!condition_holds(condition.key(), condition.value(), caller, external_id)) return false;
    }
  }
  return true;
}

}  // namespace

bool trusts(const json::object& trust_policy, const Caller& caller, std::string_view external_id) {
  auto statements = find(trust_policy, "Statement");
  if (!statements) return false;
  json::array single;
  if (statements->is_object()) single.push_back(*statements);
  bool allowed = false;
  for (auto& each : statements->is_array() ? statements->get_array() : single) {
    auto statement = each.if_object();
    if (!statement || !action_matches(*statement) || !principal_matches(*statement, caller) ||
        !conditions_hold(*statement, caller, external_id)) {
      continue;
    }
    if (string_or(*statement, "Effect") == "Deny") return false;
    allowed = true;
  }
  return allowed;
}

}  // namespace live::cloud
