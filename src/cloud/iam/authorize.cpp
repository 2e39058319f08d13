#include "cloud/iam/authorize.h"

#include "cloud/iam/authorize_context.h"
#include "cloud/iam/authorize_needs.h"
#include "cloud/iam/policy_decision.h"

namespace live::cloud {

namespace {

using Kind = Principal::Kind;

// "worker" of arn:aws:sts::1:assumed-role/worker/session.
std::string_view role_of_session(std::string_view arn) {
  constexpr std::string_view mark = ":assumed-role/";
  auto at = arn.find(mark);
  if (at == arn.npos) return {};
  auto rest = arn.substr(at + mark.size());
  return rest.substr(0, rest.find('/'));
}

Principal principal_of(const Caller& caller) {
  Principal made{.kind = Kind::anonymous, .account = caller.account, .arn = caller.arn};
  std::string_view arn = caller.arn;
  bool of_iam = arn.starts_with("arn:aws:iam::") || arn.starts_with("arn:aws:sts::");
  if (of_iam && arn.ends_with(":root"))
    made.kind = Kind::root;
  else if (of_iam && arn.find(":user/") != arn.npos)
    made.kind = Kind::user;
  else if (of_iam)
    made.kind = Kind::session;  // CloudFormation's calls bear the role's own ARN
  else if (!caller.service.empty())
    made = {.kind = Kind::service, .account = caller.account, .arn = {}, .service = caller.service};
  return made;
}

bool changes_policies(const Call& call) {
  std::string_view action = call.action;
  bool reads = action.starts_with("Get") || action.starts_with("List") || action.starts_with("Describe");
  if (reads) return false;
  if (call.service == "iam") return true;
  if (call.service == "s3") return action.find("Bucket") != action.npos;
  if (call.service == "sns") return !action.starts_with("Publish");
  return call.service == "lambda" && !action.starts_with("Invoke");
}

std::string shown_action(const Need& need) {  // SNS writes its name in capitals, nobody else
  return need.action.starts_with("sns:") ? "SNS" + need.action.substr(3) : need.action;
}

ApiError refusal(const Call& call, const Principal& principal, const Need& need, Decision decision) {
  auto action = shown_action(need);
  bool s3 = call.service == "s3";
  auto who = principal.kind == Kind::service     ? principal.service
             : principal.kind == Kind::anonymous ? "anonymous"
                                                 : principal.arn;
  auto message = fmt::format("User: {} is not authorized to perform: {} on resource: {}{}{}", who, action,
                             s3 ? "\"" : "", need.resource, s3 ? "\"" : "");
  // AWS does not tell what a trust policy says.
  if (need.action != "sts:AssumeRole" || decision != Decision::no_resource)
    message += " " + reason_of(decision, action);
  bool query = call.service == "iam" || call.service == "sts" || call.service == "cloudformation";
  if (call.service == "sns") return api_error(403, "AuthorizationError", message);
  if (query || s3) return api_error(403, "AccessDenied", message);
  bool json =
      call.service == "dynamodb" || call.service == "ssm" || call.service == "logs" || call.service == "ecr";
  return api_error(json ? 400 : 403, "AccessDeniedException", message);
}

}  // namespace

std::optional<ApiError> Authorizer::refuse(const Call& call) {
  auto principal = principal_of(call.caller);
  bool const has_account = principal.kind != Kind::anonymous && principal.kind != Kind::service;
  bool const foreign = has_account && principal.account != world_.account;
  // What another account allows its own people, its root included, counts for nothing here.
  if (foreign) principal.kind = Kind::session;
  bool assumes = call.service == "sts" && call.action == "AssumeRole";
  if (principal.kind == Kind::root && !assumes) return std::nullopt;
  bool needs_resource = assumes || (call.service == "lambda" && call.action.starts_with("Invoke"));
  if (principal.kind == Kind::service && !needs_resource) return std::nullopt;

  static const PrincipalPolicies none;
  auto* own = &none;
  if (principal.kind == Kind::session && !foreign) {
    std::string_view role = role_of_session(principal.arn);
    if (role.empty()) role = std::string_view(principal.arn).substr(principal.arn.rfind('/') + 1);
    own = &cache_.of_role(role);
    principal.role_arn = own->role_arn;
  } else if (principal.kind == Kind::user) {
    own = &cache_.of_user(std::string_view(principal.arn).substr(principal.arn.rfind('/') + 1));
  }
  Rules rules;
  for (auto& policy : own->identity) rules.identity.push_back(&policy);
  if (own->boundary) rules.boundary = &*own->boundary;
  if (!call.caller.session_policies.empty())
    for (auto& policy : cache_.of_session(call.caller.session_policies)) rules.session.push_back(&policy);

  for (auto& need : needs_of(call, world_.account, world_.store)) {
    auto service = std::string_view(need.action).substr(0, need.action.find(':'));
    rules.resource = cache_.of_resource(service, need.resource);
    rules.resource_must_allow = need.action == "sts:AssumeRole";
    CallContext context(call, principal, own->tags, need, world_.clock.now());
    auto decision = decide(rules, Question{principal, need.action, need.resource, context});
    if (decision != Decision::allowed) return refusal(call, principal, need, decision);
  }
  return std::nullopt;
}

void Authorizer::ran(const Call& call) {
  if (!changes_policies(call)) return;
  if (call.service == "iam")
    cache_.forget_principals();
  else
    cache_.forget_resources();
}

}  // namespace live::cloud
