// Who may do what: the developer on the account and the debug stack, and the functions' roles on the debug
// stack.
#include <set>

#include <fmt/ranges.h>

#include "aws/event_sources.h"
#include "aws/simulation.h"
#include "base/ahead.h"
#include "cli/doctor.h"
#include "live/access.h"
#include "live/readiness.h"

namespace live::cli {
namespace {

// What commands do as the developer, beside the debug stack's own.
const std::vector<std::string> kActions{"cloudformation:DescribeStacks",
                                        "cloudformation:ListStackResources",
                                        "cloudformation:GetTemplate",
                                        "lambda:GetFunctionConfiguration",
                                        "lambda:ListEventSourceMappings",
                                        "lambda:UpdateEventSourceMapping",
                                        "logs:DeleteLogGroup"};
constexpr const char* kAskIam = "let your identity do iam:SimulatePrincipalPolicy, to see it all";

// Without these `live start` cannot work; without the others something else does not.
bool start_needs(std::string_view action) {
  return action.starts_with("cloudformation:") || action == "sts:AssumeRole";
}

std::vector<std::string> cdk_roles(const Target& target) {
  std::vector<std::string> arns;
  for (auto const* role : {"deploy-role", "file-publishing-role"})
    arns.push_back(fmt::format("arn:aws:iam::{}:role/cdk-hnb659fds-{}-{}-{}", target.account, role,
                               target.account, target.region));
  return arns;
}

void tell_denied(const std::vector<std::string>& denied, Findings& findings) {
  auto const advice = fmt::format("let your identity do {}", fmt::join(denied, ", "));
  auto const said = fmt::format("you may not: {}", fmt::join(denied, ", "));
  if (std::ranges::any_of(denied, start_needs)) return findings.fail("permissions", said, advice);
  findings.warn("permissions", said, advice);
}

Async<Result<std::vector<std::string>>> denied_by_simulation(Patient& patient, std::string principal) {
  auto& account = *patient.account;
  auto settings = account.client().settings();
  settings.region = "us-east-1";
  RandomIds ids;
  aws::AwsClient client(account.http(), account.credentials(), patient.clock, ids, settings);
  auto actions = kActions;
  LIVE_CO_TRY(auto denied, co_await aws::denied_actions(client, principal, std::move(actions), {"*"}));
  // Who may not assume the CDK's roles deploys with his own permissions, which are then CloudFormation's.
  LIVE_CO_TRY(auto roles, co_await aws::denied_actions(client, principal, {"sts:AssumeRole"},
                                                       cdk_roles(patient.target())));
  if (!roles.empty()) denied.push_back("sts:AssumeRole");
  co_return denied;
}

// Reads that change nothing: refused, the permission is missing.
Async<std::vector<std::string>> denied_in_dry_reads(Patient& patient) {
  auto& client = patient.account->client();
  std::vector<std::string> denied;
  auto const refused = [&denied](const char* action, const auto& result) {
    if (result.has_error() && result.error().status == 403) denied.emplace_back(action);
  };
  auto const stacks = co_await patient.account->stacks().find({"CDKToolkit"});
  refused("cloudformation:DescribeStacks", stacks);
  auto const mappings = co_await aws::EventSources(client).all();
  refused("lambda:ListEventSourceMappings", mappings);
  auto const code = co_await deployed_code_of(client, {"live-doctor-asks"});
  refused("lambda:GetFunctionConfiguration", code);
  co_return denied;
}

json::object in_json(const Principal& who, std::string_view kind, const Abilities& found) {
  json::array more;
  for (auto const& one : found.more) more.push_back({{"may", one.words}, {"policy", one.policy}});
  return {{"kind", kind},
          {"arn", who.arn},
          {"functions", json::value_from(who.functions)},
          {"may", json::value_from(found.may)},
          {"lacks", json::value_from(found.lacks)},
          {"more", std::move(more)}};
}

std::string policies_of(const Abilities& found) {
  std::set<std::string> names;
  for (auto const& one : found.more) names.insert(one.policy);
  return fmt::format("{}", fmt::join(names, ", "));
}

constexpr const char* kReadIam = "let your identity do iam:Get* and iam:List*, to see it all";

void check_identity(Patient& patient, Findings& findings, const Principal& who) {
  auto const about = "you, " + who.arn;
  auto const found = abilities_of(who, *patient.debug_stack, Role::developer);
  patient.principals.push_back(in_json(who, "identity", found));
  if (who.root) return findings.ok(about, "everything: this is the account's root");
  auto const may = in_words(found, patient.target().stage);
  if (!who.problem.empty())
    return findings.warn(about, fmt::format("as far as it is known: {}; {}", may, who.problem), kReadIam);
  if (found.lacks.empty()) return findings.ok(about, may);
  findings.fail(about, fmt::format("{}; it lacks: {}", may, fmt::join(found.lacks, ", ")),
                "a session needs this: let your identity do it on the debug stack");
}

void check_role(Patient& patient, Findings& findings, const Principal& who) {
  auto const about =
      fmt::format("role {} of {}", who.arn.substr(who.arn.rfind('/') + 1), fmt::join(who.functions, ", "));
  auto const found = abilities_of(who, *patient.debug_stack, Role::function);
  patient.principals.push_back(in_json(who, "role", found));
  auto const may = in_words(found, patient.target().stage);
  if (!who.problem.empty()) {
    findings.warn(about, fmt::format("as far as it is known: {}; {}", may, who.problem), kReadIam);
  } else if (!found.lacks.empty()) {
    findings.fail(about, fmt::format("{}; it lacks: {}", may, fmt::join(found.lacks, ", ")),
                  "calls fail without: " + patient.again() +
                      ", which deploys the policy live-lambda-stub again, and look for a deny");
  } else if (!found.more.empty()) {
    findings.warn(about, may,
                  fmt::format("this is wider than live needs: narrow {} to the function's own resources",
                              policies_of(found)));
  } else {
    findings.ok(about, may);
  }
}

}  // namespace

Async<Findings> check_permissions(Patient& patient) {
  Findings findings;
  if (!patient.account) co_return findings;
  auto const arn = patient.account->arn();
  if (arn.ends_with(":root")) co_return findings;  // check_access says so
  auto const denied = co_await denied_by_simulation(patient, aws::principal_arn(arn));
  if (denied.has_value() && denied.value().empty()) {
    findings.ok("permissions", "what start, deploy and remove do with your own keys is allowed");
  } else if (denied.has_value()) {
    tell_denied(denied.value(), findings);
  } else {
    auto const refused = co_await denied_in_dry_reads(patient);
    if (!refused.empty()) tell_denied(refused, findings);
    findings.warn(
        "permissions",
        "only reads were tried, not sts:AssumeRole of the CDK's roles, lambda:UpdateEventSourceMapping and "
        "logs:DeleteLogGroup: " +
            denied.error().message,
        kAskIam);
  }
  co_return findings;
}

Async<Findings> check_access(Patient& patient) {
  Findings findings;
  if (!patient.debug_stack) co_return findings;
  auto const access = co_await patient.host->access(patient.target().stage, patient.target().identity);
  if (access.has_error()) {
    findings.fail("access", access.error().message,
                  "let your identity do cloudformation:DescribeStacks, lambda:GetFunctionConfiguration, "
                  "iam:Get* and iam:List*");
    co_return findings;
  }
  check_identity(patient, findings, access.value().identity);
  for (auto const& role : access.value().roles) check_role(patient, findings, role);
  if (access.value().roles.empty())
    findings.ok("functions", "none of this stage runs live: every function has its own code");
  co_return findings;
}

}  // namespace live::cli
