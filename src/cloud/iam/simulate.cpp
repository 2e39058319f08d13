// SimulatePrincipalPolicy: what a role's or user's own policies and boundary decide of actions on resources.
#include <fmt/format.h>

#include "cloud/iam/actions.h"
#include "cloud/iam/authorize_policies.h"
#include "cloud/iam/documents.h"
#include "cloud/iam/policy_decision.h"
#include "cloud/iam/principals.h"
#include "cloud/input.h"

namespace live::cloud {
namespace {

class NoContext final : public Context {
 public:
  std::vector<std::string> values(std::string_view) const override { return {}; }
};

std::string_view in_words(Decision decision) {
  switch (decision) {
    case Decision::allowed:
      return "allowed";
    case Decision::denied_by_identity:
    case Decision::denied_by_boundary:
    case Decision::denied_by_session:
    case Decision::denied_by_resource:
      return "explicitDeny";
    default:
      return "implicitDeny";
  }
}

struct Source {
  Principal principal;
  PrincipalKind kind;
  std::string name;
};

ApiResult<Source> source_of(World& world, const std::string& arn) {
  bool const role = arn.find(":role/") != arn.npos, user = arn.find(":user/") != arn.npos;
  if (!role && !user)
    return api_error(
        400, "InvalidInput",
        fmt::format("Invalid Entity Arn: {} does not clearly define entity type and name.", arn));
  auto const kind = role ? PrincipalKind::role : PrincipalKind::user;
  auto const name = arn.substr(arn.rfind('/') + 1);
  json::object wanted{{std::string(words(kind).noun) + "Name", name}};
  LIVE_API_TRY(auto const found, principal_of(world.store, kind, wanted));
  if (string_or(found, "Arn") != arn) return no_such_entity(fmt::format("{} does not exist.", arn));
  Principal principal{.kind = role ? Principal::Kind::session : Principal::Kind::user,
                      .account = world.account,
                      .arn = arn,
                      .role_arn = role ? arn : ""};
  return Source{std::move(principal), kind, name};
}

ApiResult<json::object> simulate_principal_policy(World& world, const Call& call) {
  for (auto const* each :
       {"ContextEntries", "PolicyInputList", "PermissionsBoundaryPolicyInputList", "ResourcePolicy"})
    if (call.input.contains(each))
      return api_error(
          400, "InvalidInput",
          fmt::format("{} of SimulatePrincipalPolicy is not supported by the embedded AWS", each));
  LIVE_API_TRY(auto arn, required(call.input, "PolicySourceArn", "ValidationError"));
  LIVE_API_TRY(auto source, source_of(world, arn));
  PolicyCache cache(world.store, world.log);
  auto const& own =
      source.kind == PrincipalKind::role ? cache.of_role(source.name) : cache.of_user(source.name);
  Rules rules;
  for (auto& policy : own.identity) rules.identity.push_back(&policy);
  if (own.boundary) rules.boundary = &*own.boundary;
  auto resources = strings(call.input, "ResourceArns");
  if (resources.empty()) resources.emplace_back("*");
  NoContext const context;
  json::array results;
  for (auto const& action : strings(call.input, "ActionNames"))
    for (auto const& resource : resources) {
      auto const decision = decide(rules, Question{source.principal, action, resource, context});
      results.push_back({{"EvalActionName", action},
                         {"EvalResourceName", resource},
                         {"EvalDecision", in_words(decision)},
                         {"MatchedStatements", json::array()},
                         {"MissingContextValues", json::array()}});
    }
  return json::object{{"EvaluationResults", std::move(results)}, {"IsTruncated", false}};
}

}  // namespace

void add_simulation(World& world) {
  world.actions.add_plain("iam", "SimulatePrincipalPolicy",
                          [&world](const Call& call) { return simulate_principal_policy(world, call); });
}

}  // namespace live::cloud
