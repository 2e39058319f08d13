// live doctor: what is in order on this machine, for this account and stage, and what is not, each with the
// next step; who is connected, and who may do what.
#include "cli/doctor.h"

#include <CLI/CLI.hpp>

#include "base/ahead.h"
#include "cli/command.h"
#include "cli/run.h"

namespace live::cli {
namespace {

// Each group at once; a later one may use what those before it found. Told in this order.
const std::vector<std::vector<Check>> kGroups{
    {check_node, check_ports, check_watches, check_own_folders, check_memory_limits, check_files,
     check_endpoints, check_account_and_region},
    {check_clock, check_app, check_debug_stack, check_permissions},
    {check_bootstrap, check_drift, check_connection, check_stage_key, check_stubs, check_access}};

void tell(const Finding& finding, bool json, Terminal& terminal) {
  auto const line = finding.about + ": " + finding.said;
  Fact fact = to_json(finding);
  fact["type"] = "check";
  switch (finding.state) {
    case Finding::State::ok:
      terminal.good(line, std::move(fact));
      break;
    case Finding::State::warning:
      terminal.warn(line, std::move(fact));
      break;
    case Finding::State::failed:
      terminal.fail(line, std::move(fact));
      break;
  }
  if (!finding.advice.empty() && !json) terminal.result("    → " + finding.advice);
}

// Without an app the rest is looked at all the same.
void find_the_app(Patient& patient, Findings& findings) {
  auto prepared = prepare(patient.options, patient.terminal);
  patient.has_app = prepared.has_value();
  if (patient.has_app) {
    patient.prepared = std::move(prepared.value());
    return;
  }
  findings.fail("app", prepared.error().message, "mend that, or run `live doctor` in the folder of your app");
  auto const aimed = aim(patient.options, patient.prepared, patient.terminal);
  if (aimed.has_error()) findings.fail("embedded AWS", aimed.error().message, "`live cloud` says more");
}

void make_parts(Patient& patient) {
  auto const& target = patient.target();
  Host::Options options{.folder = host_folder(), .environment = patient.prepared.host_environment};
  patient.host = std::make_unique<Host>(patient.executor, options);
  patient.planner = std::make_unique<Planner>(*patient.host, target, stubs(), patient.terminal);
}

void make_deployment(Patient& patient) {
  if (!patient.account || patient.deployment) return;
  auto const nobody = [](const std::string&) { return false; };
  patient.deployment =
      std::make_unique<Deployment>(*patient.host, patient.account->client(), patient.account->stacks(),
                                   patient.target(), host_folder() / "src", patient.terminal, nobody);
}

void tell_all(const Findings& findings, const Patient& patient) {
  for (auto const& one : findings.all()) tell(one, patient.options.json, patient.terminal);
}

void sum_up(const Findings& all, const Patient& patient) {
  if (!patient.options.json) return;
  auto const& target = patient.target();
  patient.terminal.result("", {{"type", "doctor"},
                               {"app", target.app.name},
                               {"stage", target.stage},
                               {"region", target.region},
                               {"account", target.account},
                               {"healthy", all.healthy()},
                               {"findings", to_json(all)},
                               {"principals", patient.principals}});
}

Async<Result<void>> doctor(CommonOptions options, Terminal& terminal) {
  Patient patient(co_await asio::this_coro::executor, options, terminal);
  Findings all;
  find_the_app(patient, all);
  tell_all(all, patient);
  make_parts(patient);
  for (auto const& group : kGroups) {
    make_deployment(patient);
    std::vector<Async<Findings>> checks;
    checks.reserve(group.size());
    for (auto const check : group) checks.push_back(check(patient));
    for (auto& found : co_await together(std::move(checks))) {
      tell_all(found, patient);
      all.add(std::move(found));
    }
  }
  sum_up(all, patient);
  if (!all.healthy()) co_return fault("not everything is in order");
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
