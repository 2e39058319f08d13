// The stage: the app as it is here, its debug stack, who is connected, and the stubs that are deployed.
#include <map>

#include <fmt/ranges.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/timer.h"
#include "cli/doctor.h"
#include "cli/relay.h"
#include "live/readiness.h"
#include "live/unchanged.h"
#include "net/http.h"

namespace live::cli {
namespace {

constexpr auto kSynthesis = 60s;
constexpr Milliseconds kDriftPatience{25'000};

// Any answer will do: who is not signed gets a 403.
Async<void> check_websocket(Patient& patient, Findings& findings) {
  if (!patient.target().endpoint.empty()) co_return;  // the endpoint's own check
  auto const url = patient.debug_stack->url;
  auto const endpoint = net::parse_endpoint(url);
  if (endpoint.has_error()) co_return;
  net::Request request;
  request.method = "GET";
  request.target = "/" + patient.debug_stack->api_stage;
  auto const answer = co_await patient.http.send(endpoint.value(), std::move(request), kCheckPatience);
  if (answer.has_value()) {
    findings.ok("endpoint execute-api", endpoint.value().host + " answers");
  } else {
    findings.fail(
        "endpoint execute-api",
        fmt::format("{} does not answer: {}", endpoint.value().host, answer.error().message),
        "a session needs its WebSocket: check DNS, firewall, and whether the API was deleted by hand");
  }
}

Result<std::map<std::string, std::string>> digests_of(const Planner::Packages& packages) {
  std::map<std::string, std::string> digests;
  for (auto const& [architecture, package] : packages) {
    LIVE_TRY(auto const bytes, read_file(package.path));
    digests[architecture == Architecture::arm64 ? "arm64" : "x86_64"] = base64(sha256(bytes));
  }
  return digests;
}

std::vector<std::string> stubs_that_differ(const std::vector<DeployedCode>& stubs,
                                           const std::map<std::string, std::string>& ours) {
  std::vector<std::string> names;
  for (auto const& one : stubs) {
    auto const found = ours.find(one.architecture);
    if (found == ours.end() || found->second != one.sha256) names.push_back(one.function);
  }
  return names;
}

Async<Result<std::vector<DeployedCode>>> deployed_stubs(Patient& patient) {
  LIVE_CO_TRY(auto const table,
              co_await patient.deployment->functions(*patient.plan, Deployment::Absent::skipped));
  std::vector<std::string> names;
  for (auto const& [name, function] : table) names.push_back(name);
  LIVE_CO_TRY(auto codes, co_await deployed_code_of(patient.account->client(), std::move(names)));
  std::erase_if(codes, [](const DeployedCode& one) { return !one.is_stub; });
  co_return codes;
}

Async<Result<std::vector<std::string>>> outdated(Patient& patient, std::vector<DeployedCode> stubs) {
  Relay relay(patient.executor, *patient.account, patient.target(), *patient.debug_stack);
  LIVE_CO_TRY(auto const key, co_await relay.stage_key_there());
  bool arm64 = false;
  for (auto const& one : stubs) arm64 |= one.architecture == "arm64";
  LIVE_CO_TRY(auto const packages, patient.planner->stub_packages(arm64, *patient.debug_stack, key));
  LIVE_CO_TRY(auto const ours, digests_of(packages));
  co_return stubs_that_differ(stubs, ours);
}

}  // namespace

Async<Findings> check_app(Patient& patient) {
  Findings findings;
  if (!patient.knows_stage()) co_return findings;
  auto const stop = std::make_shared<Stop>();
  Timer limit(patient.executor);
  limit.expires_after(kSynthesis);
  limit.on_expiry([stop] { stop->now(); });
  auto plan = co_await patient.planner->connection(stop);
  limit.cancel();
  if (plan.has_error()) {
    auto const said = stop->asked() ? fmt::format("its CDK code runs for more than {} s", kSynthesis.count())
                                    : plan.error().message;
    findings.fail("app", said, "mend the CDK code");
    co_return findings;
  }
  patient.plan = std::move(plan.value());
  findings.ok("app", fmt::format("{} is synthesised: {} stack{}, {} function{} can run live",
                                 patient.target().app.name, patient.plan->stacks.size(),
                                 patient.plan->stacks.size() == 1 ? "" : "s", patient.plan->functions.size(),
                                 patient.plan->functions.size() == 1 ? "" : "s"));
  co_return findings;
}

Async<Findings> check_debug_stack(Patient& patient) {
  Findings findings;
  if (!patient.knows_stage()) co_return findings;
  auto const name = fmt::format("{}-{}-debug-stack", patient.target().stage, patient.target().app.name);
  auto const states = co_await patient.account->stacks().find({name});
  if (states.has_error()) {
    findings.fail("debug stack", states.error().message,
                  "let your identity do cloudformation:DescribeStacks");
    co_return findings;
  }
  auto const& state = states.value().front();
  if (!state.exists) {
    findings.warn("debug stack", "stack " + name + " is not there", patient.again() + ", which deploys it");
    co_return findings;
  }
  auto address = patient.deployment->address_of(state);
  if (address.has_error()) {
    findings.fail("debug stack", address.error().message, patient.again());
    co_return findings;
  }
  auto const said = fmt::format("stack {} is {}", name, state.status);
  if (!is_settled(state)) {
    findings.warn("debug stack", said, "wait until it is done, then " + patient.again());
  } else if (!patient.deployment->is_of_this_version(state)) {
    findings.warn("debug stack", said + ", deployed by another version of live or with other tags",
                  patient.again() + ", which deploys it again");
  } else {
    findings.ok("debug stack", said + ", as this version deploys it");
  }
  patient.debug_stack = std::move(address.value());
  co_await check_websocket(patient, findings);
  co_return findings;
}

// What was changed or deleted by hand: deploying the same template again does not bring it back.
Async<Findings> check_drift(Patient& patient) {
  Findings findings;
  if (!patient.debug_stack) co_return findings;
  auto const about = "drift";
  auto const name = fmt::format("{}-{}-debug-stack", patient.target().stage, patient.target().app.name);
  auto const drifts = co_await patient.account->stacks().drift(name, kDriftPatience);
  if (drifts.has_error()) {
    bool const late = drifts.error().kind == Fault::Kind::timeout;
    findings.warn(about, drifts.error().message,
                  late ? "run `live doctor` again in a minute"
                       : "let your identity do cloudformation:DetectStackDrift, "
                         "cloudformation:DescribeStackDriftDetectionStatus and "
                         "cloudformation:DescribeStackResourceDrifts, and read what is in the stack");
    co_return findings;
  }
  std::vector<std::string> gone, changed;
  for (auto const& one : drifts.value()) {
    auto text = fmt::format("{} {}", one.type, one.logical_id);
    if (!one.properties.empty()) text += fmt::format(" ({})", fmt::join(one.properties, ", "));
    (one.is_deleted ? gone : changed).push_back(std::move(text));
  }
  constexpr const char* kAgain = "put it back as it was, or `live remove` and start again";
  if (!gone.empty())
    findings.fail(about, fmt::format("deleted by hand from stack {}: {}", name, fmt::join(gone, ", ")),
                  kAgain);
  if (!changed.empty())
    findings.warn(about, fmt::format("changed by hand in stack {}: {}", name, fmt::join(changed, ", ")),
                  kAgain);
  if (drifts.value().empty()) findings.ok(about, fmt::format("stack {} is as it was deployed", name));
  co_return findings;
}

Async<Findings> check_connection(Patient& patient) {
  Findings findings;
  if (!patient.debug_stack) co_return findings;
  auto const about = "connection";
  Relay relay(patient.executor, *patient.account, patient.target(), *patient.debug_stack);
  auto const row = co_await relay.mailbox().client();
  if (row.has_error()) {
    findings.fail(
        about, row.error().message,
        "let your identity do dynamodb:GetItem on the table; if it was deleted by hand, `live remove` and "
        "start again");
    co_return findings;
  }
  if (!row.value()) {
    findings.ok(about, "nobody is connected: calls to functions that run live fail until somebody is");
    co_return findings;
  }
  auto const& client = *row.value();
  auto const who = fmt::format("{} is connected since {}", client.who, iso8601(client.since));
  auto const there = co_await relay.has_connection(client.connection);
  if (there.has_value() && there.value()) {
    findings.ok(about, who);
  } else if (there.has_value()) {
    findings.warn(about,
                  fmt::format("{} connected at {} and went without a goodbye: its connection is gone",
                              client.who, iso8601(client.since)),
                  patient.again());
  } else {
    findings.ok(about,
                who + " (whether the connection is still there is not known: " + there.error().message + ")");
  }
  co_return findings;
}

Async<Findings> check_stage_key(Patient& patient) {
  Findings findings;
  if (!patient.debug_stack) co_return findings;
  Relay relay(patient.executor, *patient.account, patient.target(), *patient.debug_stack);
  auto const key = co_await relay.stage_key_there();
  if (key.has_value()) {
    findings.ok("stage key", "it is there");
  } else if (key.error().message.find("NoSuchBucket") != std::string::npos) {
    findings.fail("stage key",
                  fmt::format("the debug stack's bucket {} was deleted by hand", patient.debug_stack->bucket),
                  "`live remove`, then " + patient.again());
  } else if (key.error().kind == Fault::Kind::not_found) {
    findings.ok("stage key", "not yet: the first session makes it");
  } else {
    findings.fail("stage key", key.error().message, "let your identity do s3:GetObject on keys/stage");
  }
  co_return findings;
}

Async<Findings> check_stubs(Patient& patient) {
  Findings findings;
  if (!patient.debug_stack || !patient.plan) co_return findings;
  auto stubs = co_await deployed_stubs(patient);
  if (stubs.has_error()) {
    findings.warn("stubs", "not checked: " + stubs.error().message,
                  "let your identity do lambda:GetFunctionConfiguration");
    co_return findings;
  }
  size_t const count = stubs.value().size();
  if (count == 0) co_return findings;  // check_access says so
  auto const differ = co_await outdated(patient, std::move(stubs.value()));
  if (differ.has_error()) {
    findings.warn("stubs", "not checked: " + differ.error().message, patient.again());
  } else if (differ.value().empty()) {
    findings.ok("stubs",
                fmt::format("{} deployed, as this version makes {}", count, count == 1 ? "it" : "them"));
  } else {
    findings.warn("stubs",
                  fmt::format("of another version of live, or for another debug stack: {}",
                              fmt::join(differ.value(), ", ")),
                  patient.again() + ", which deploys them again");
  }
  co_return findings;
}

}  // namespace live::cli
