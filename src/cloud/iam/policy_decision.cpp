#include "cloud/iam/policy_decision.h"

#include <algorithm>

#include <fmt/format.h>

namespace live::cloud {

namespace {

Verdict judge_all(const std::vector<const Policy*>& policies, const Question& question) {
  Verdict all;
  for (auto* policy : policies) {
    auto verdict = policy->judge(question);
    all.denied = all.denied || verdict.denied;
    all.allowed = std::max(all.allowed, verdict.allowed);
  }
  return all;
}

Verdict judge(const Policy* policy, const Question& question) {
  return policy ? policy->judge(question) : Verdict{};
}

}  // namespace

Decision decide(const Rules& rules, const Question& question) {
  using Kind = Principal::Kind;
  auto kind = question.principal.kind;
  auto identity = judge_all(rules.identity, question), session = judge_all(rules.session, question);
  auto boundary = judge(rules.boundary, question), resource = judge(rules.resource, question);
  if (identity.denied) return Decision::denied_by_identity;
  if (resource.denied) return Decision::denied_by_resource;
  if (boundary.denied) return Decision::denied_by_boundary;
  if (session.denied) return Decision::denied_by_session;

  auto grant = resource.allowed;
  if (kind == Kind::service || kind == Kind::anonymous)
    return grant >= Grant::everyone ? Decision::allowed : Decision::no_resource;
  if (rules.resource_must_allow && grant == Grant::none) return Decision::no_resource;
  if (kind == Kind::root) return Decision::allowed;
  // Who is named himself is limited by no silence elsewhere; a role's sessions and "*" are.
  if (grant == Grant::principal) return Decision::allowed;
  if (rules.boundary && boundary.allowed == Grant::none) return Decision::no_boundary;
  if (!rules.session.empty() && session.allowed == Grant::none) return Decision::no_session;
  if (grant >= Grant::everyone || identity.allowed != Grant::none) return Decision::allowed;
  return Decision::no_identity;
}

std::string reason_of(Decision decision, std::string_view action) {
  auto deny = [](std::string_view where) { return fmt::format("with an explicit deny in {}", where); };
  auto none = [action](std::string_view what) {
    return fmt::format("because no {} allows the {} action", what, action);
  };
  switch (decision) {
    case Decision::allowed:
      return {};
    case Decision::denied_by_identity:
      return deny("an identity-based policy");
    case Decision::denied_by_boundary:
      return deny("a permissions boundary");
    case Decision::denied_by_session:
      return deny("a session policy");
    case Decision::denied_by_resource:
      return deny("a resource-based policy");
    case Decision::no_identity:
      return none("identity-based policy");
    case Decision::no_boundary:
      return none("permissions boundary");
    case Decision::no_session:
      return none("session policy");
    case Decision::no_resource:
      break;
  }
  return none("resource-based policy");
}

}  // namespace live::cloud
