// live doctor: what is in order for this stage and what is not, who is connected, and who may do what.
#include "live/doctor.h"

#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/relay.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/access.h"
#include "live/clock_notice.h"

namespace live::cli {
namespace {

// What the checks share. A check that needs the debug stack is left out where there is none.
struct Patient {
  Executor executor;
  Host& host;
  const CommonOptions& options;
  Account& account;
  const Target& target;
  Findings findings{};
  std::optional<DebugStackAddress> debug_stack{};
  json::array principals{};

  std::string again() const { return fmt::format("run `live start --stage {}`", target.stage); }
};

Async<void> check_stage_account(Patient& patient) {
  auto const allowed = check_account(patient.options, patient.target);
  if (allowed.has_error())
    patient.findings.fail("account", allowed.error().message, "start, deploy and remove refuse it");
  co_return;
}

Async<void> check_debug_stack(Patient& patient) {
  auto const& target = patient.target;
  auto const name = fmt::format("{}-{}-debug-stack", target.stage, target.app.name);
  auto const states = co_await patient.account.stacks().find({name});
  if (states.has_error()) {
    patient.findings.fail("debug stack", states.error().message,
                          "let your identity do cloudformation:DescribeStacks");
    co_return;
  }
  auto const& state = states.value().front();
  if (!state.exists) {
    patient.findings.fail("debug stack", "stack " + name + " is not there", patient.again());
    co_return;
  }
  auto const output = [&state](const char* key) {
    auto const found = state.outputs.find(key);
    return found == state.outputs.end() ? std::string() : found->second;
  };
  auto address =
      debug_stack_from(name, output("Url"), output("Table"), output("Bucket"), target.region, target.account);
  if (address.has_error()) {
    patient.findings.fail("debug stack", address.error().message, patient.again());
    co_return;
  }
  bool const settled = state.status.ends_with("_COMPLETE");
  auto const said = fmt::format("stack {} is {}", name, state.status);
  if (settled) {
    patient.findings.ok("debug stack", said);
  } else {
    patient.findings.warn("debug stack", said, "wait until it is done, then " + patient.again());
  }
  patient.debug_stack = std::move(address.value());
}

Async<void> check_connection(Patient& patient) {
  if (!patient.debug_stack) co_return;
  auto const about = "connection";
  Relay relay(patient.executor, patient.account, patient.target, *patient.debug_stack);
  auto const row = co_await relay.mailbox().client();
  if (row.has_error()) {
    patient.findings.fail(about, row.error().message, "let your identity do dynamodb:GetItem on the table");
    co_return;
  }
  if (!row.value()) {
    patient.findings.ok(about,
                        "nobody is connected: calls to functions that run live fail until somebody is");
    co_return;
  }
  auto const& client = *row.value();
  auto const who = fmt::format("{} is connected since {}", client.who, iso8601(client.since));
  auto const there = co_await relay.has_connection(client.connection);
  if (there.has_value() && there.value()) {
    patient.findings.ok(about, who);
  } else if (there.has_value()) {
    patient.findings.warn(about,
                          fmt::format("{} connected at {} and went without a goodbye: its connection is gone",
                                      client.who, iso8601(client.since)),
                          patient.again());
  } else {
    patient.findings.ok(
        about, who + " (whether the connection is still there is not known: " + there.error().message + ")");
  }
}

// Further off than a signature may be, no command gets as far as this.
Async<void> check_clock(Patient& patient) {
  auto const& skew = patient.account.http().skew();
  if (!skew) co_return;
  auto const said = "this machine's is " + in_words(*skew);
  if (is_off(*skew)) {
    patient.findings.warn(
        "clock", said + ": remaining times are corrected, other times and signatures are not", kSetTheClock);
  } else {
    patient.findings.ok("clock", said);
  }
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

void check_identity(Patient& patient, const Principal& who) {
  auto const about = "you, " + who.arn;
  auto const found = abilities_of(who, *patient.debug_stack, Role::developer);
  patient.principals.push_back(in_json(who, "identity", found));
  if (who.root) return patient.findings.ok(about, "everything: this is the account's root");
  auto const may = in_words(found, patient.target.stage);
  if (!who.problem.empty())
    return patient.findings.warn(about, fmt::format("as far as it is known: {}; {}", may, who.problem),
                                 kReadIam);
  if (found.lacks.empty()) return patient.findings.ok(about, may);
  patient.findings.fail(about, fmt::format("{}; it lacks: {}", may, fmt::join(found.lacks, ", ")),
                        "a session needs this: let your identity do it on the debug stack");
}

void check_role(Patient& patient, const Principal& who) {
  auto const about =
      fmt::format("role {} of {}", who.arn.substr(who.arn.rfind('/') + 1), fmt::join(who.functions, ", "));
  auto const found = abilities_of(who, *patient.debug_stack, Role::function);
  patient.principals.push_back(in_json(who, "role", found));
  auto const may = in_words(found, patient.target.stage);
  if (!who.problem.empty()) {
    patient.findings.warn(about, fmt::format("as far as it is known: {}; {}", may, who.problem), kReadIam);
  } else if (!found.lacks.empty()) {
    patient.findings.fail(about, fmt::format("{}; it lacks: {}", may, fmt::join(found.lacks, ", ")),
                          "calls fail without: " + patient.again() +
                              ", which deploys the policy live-lambda-stub again, and look for a deny");
  } else if (!found.more.empty()) {
    patient.findings.warn(
        about, may,
        fmt::format("this is wider than live needs: narrow {} to the function's own resources",
                    policies_of(found)));
  } else {
    patient.findings.ok(about, may);
  }
}

Async<void> check_access(Patient& patient) {
  if (!patient.debug_stack) co_return;
  auto const access = co_await patient.host.access(patient.target.stage, patient.target.identity);
  if (access.has_error()) {
    patient.findings.fail(
        "access", access.error().message,
        "let your identity do cloudformation:DescribeStacks, lambda:GetFunctionConfiguration, "
        "iam:Get* and iam:List*");
    co_return;
  }
  check_identity(patient, access.value().identity);
  for (auto const& role : access.value().roles) check_role(patient, role);
  if (access.value().roles.empty())
    patient.findings.ok("functions", "none of this stage runs live: every function has its own code");
}

// The stubs' packages hold the stage key.
Async<void> check_files(Patient& patient) {
  auto const folder = patient.target.app.state_folder();
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) co_return;
  bool const open = (status.st_mode & 077) != 0 || status.st_uid != ::getuid();
  if (!open) {
    patient.findings.ok("files", folder.string() + " is yours alone");
  } else {
    patient.findings.warn("files", folder.string() + " can be read by other users of this machine",
                          "chmod 700 " + folder.string() + ": the stage key lies there");
  }
}

// In this order: each may use what those before it found.
constexpr Async<void> (*kChecks[])(Patient&) = {check_stage_account, check_debug_stack, check_connection,
                                                check_clock,         check_access,      check_files};

void tell(const Findings& findings, Terminal& terminal) {
  for (auto const& one : findings.all()) {
    auto const line = one.about + ": " + one.said;
    if (one.state == Finding::State::ok) terminal.good(line);
    if (one.state == Finding::State::warning) terminal.warn(line);
    if (one.state == Finding::State::failed) terminal.fail(line);
    if (!one.advice.empty()) terminal.result("    → " + one.advice);
  }
}

Async<Result<void>> doctor(CommonOptions options, Terminal& terminal) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(auto account, co_await Account::open(host, options, prepared.target));
  Patient patient{executor, host, options, *account, prepared.target};
  for (auto const check : kChecks) co_await check(patient);
  auto const& target = prepared.target;
  if (options.json) {
    terminal.result("", {{"type", "doctor"},
                         {"app", target.app.name},
                         {"stage", target.stage},
                         {"region", target.region},
                         {"account", target.account},
                         {"healthy", patient.findings.healthy()},
                         {"findings", to_json(patient.findings)},
                         {"principals", patient.principals}});
  } else {
    tell(patient.findings, terminal);
  }
  if (!patient.findings.healthy()) co_return fault("not everything is in order");
  co_return outcome::success();
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CommonOptions>();
  auto* command = app.add_subcommand("doctor", "Say what is in order, who is connected, and who may do what");
  add_common(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    exit_code = run_command(*terminal, [&](Interruption&) { return doctor(*options, *terminal); });
  });
}

}  // namespace live::cli
