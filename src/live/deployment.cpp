#include "live/deployment.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "live/local_source.h"
#include "live/stub_package.h"

namespace live {
namespace {

using Steady = std::chrono::steady_clock;

std::chrono::milliseconds since(Steady::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start);
}

std::string name_of(const json::object& event) {
  std::string construct = string_or(event, "construct");
  constexpr std::string_view kResource = "/Resource";
  if (construct.ends_with(kResource)) construct.resize(construct.size() - kResource.size());
  return construct.empty() ? string_or(event, "logicalId") : construct;
}

std::vector<std::string> names_of(const std::vector<AppStack>& stacks) {
  std::vector<std::string> names;
  for (auto const& stack : stacks) names.push_back(stack.name);
  return names;
}

}  // namespace

Deployment::Deployment(Host& host, Target target, Folders folders, Terminal& terminal, Ask ask)
    : host_(host),
      target_(std::move(target)),
      folders_(std::move(folders)),
      terminal_(terminal),
      ask_(std::move(ask)),
      log_groups_(target_.app.state_folder() / ("log-groups-" + target_.stage)) {}

HostCall Deployment::told(std::string doing) {
  app_error_.clear();
  return HostCall{.deadline = {},
                  .on_event = [this, doing = std::move(doing)](const json::object& event) { tell(event); },
                  .stop = {}};
}

void Deployment::tell(const json::object& event) {
  std::string const kind = string_or(event, "event"), status = string_or(event, "status");
  if (kind == "resource") {
    if (status.ends_with("_FAILED")) {
      terminal_.fail(
          fmt::format("{} {}: {}", name_of(event), string_or(event, "type"), string_or(event, "reason")));
    } else if (status.ends_with("_COMPLETE") && name_of(event) != string_or(event, "stack")) {
      auto const done = find_int(event, "completed"), total = find_int(event, "total");
      terminal_.say(fmt::format("  {:>5} {} {} {}", done && total ? fmt::format("{}/{}", *done, *total) : "",
                                status, string_or(event, "type"), name_of(event)));
    }
  } else if (kind == "line" || kind == "output") {
    terminal_.say("  " + string_or(event, "line", string_or(event, "text")));
  } else if (kind == "warning") {
    terminal_.warn(string_or(event, "message"));
  } else if (kind == "error") {
    std::string const file = string_or(event, "file");
    if (!file.empty()) app_error_ = fmt::format("{}:{}", file, find_int(event, "line").value_or(0));
  }
}

SynthRequest Deployment::request(SynthRequest::Mode mode) const {
  SynthRequest request;
  request.folder = target_.app.folder;
  request.form = target_.app.form == App::Form::main ? "main" : "cdk";
  request.main = target_.app.main;
  request.stage = target_.stage;
  request.app = target_.app.name;
  request.region = target_.region;
  request.account = target_.account;
  request.mode = mode;
  request.outdir =
      target_.app.state_folder() / (mode == SynthRequest::Mode::discover ? "discovered" : "assembly");
  return request;
}

Async<Result<void>> Deployment::ensure_bootstrapped() {
  auto const status = co_await host_.bootstrap_status(target_.identity);
  if (status.has_error()) co_return within("reading the CDK's bootstrap stack", status.error());
  if (status.value().done) co_return outcome::success();
  std::string const place = fmt::format("account {}, region {}", target_.account, target_.region);
  bool const agreed =
      !target_.endpoint.empty() || ask_("The CDK is not yet bootstrapped in " + place + ". Do it now?");
  if (!agreed)
    co_return fault("the CDK is not bootstrapped in " + place + ": run `cdk bootstrap aws://" +
                    target_.account + "/" + target_.region + "`, or `live start` in a terminal and accept");
  auto const started = Steady::now();
  auto how = told("bootstrap");
  LIVE_CO_TRY(co_await host_.bootstrap(target_.account, target_.identity, std::move(how)));
  terminal_.step("CDK bootstrapped in " + place, since(started));
  co_return outcome::success();
}

Async<Result<DebugStackAddress>> Deployment::deploy_debug_stack() {
  auto const started = Steady::now();
  auto wanted = request(SynthRequest::Mode::deploy);
  auto how = told("debug stack");
  auto stack = co_await host_.deploy_debug_stack(std::move(wanted), Tags{{"live:stage", target_.stage}},
                                                 target_.identity, std::move(how));
  if (stack.has_error()) co_return within("deploying the debug stack", stack.error());
  auto const& one = stack.value();
  terminal_.step(
      fmt::format("Debug stack {} {}", one.name, one.status == "unchanged" ? "(no changes)" : "deployed"),
      since(started));
  co_return debug_stack_from(one.name, one.url, one.table, one.bucket, target_.region, target_.account);
}

Async<Result<Synthesis>> Deployment::synth(SynthRequest::Mode mode, std::vector<std::string> swapped,
                                           Sees sees) {
  auto wanted = request(mode);
  wanted.local = sees == Sees::live;
  wanted.swapped = std::move(swapped);
  std::error_code ignored;
  std::filesystem::remove_all(wanted.outdir, ignored);
  auto how = told("synth");
  auto made = co_await host_.synth(std::move(wanted), target_.identity, std::move(how));
  if (made.has_error())
    co_return within(app_error_.empty() ? "synthesising the app" : "synthesising the app, at " + app_error_,
                     made.error());
  co_return made;
}

Async<Result<Deployment::Plan>> Deployment::plan_live(DebugStackAddress debug_stack, std::string stage_key) {
  LIVE_CO_TRY(auto discovered, co_await synth(SynthRequest::Mode::discover, {}));
  SourceTable const sources(discovered.functions, target_.app.state_folder() / "inline");
  SwapOptions options;
  options.debug_stack = arns_of(debug_stack);
  options.skip = [&sources](const SwappedFunction& one) { return sources.cannot_run(one); };
  // The first swap, of what is never deployed, says whose bundling can be skipped.
  options.stubs = {{Architecture::x86_64, {}}, {Architecture::arm64, {}}};
  LIVE_CO_TRY(auto rehearsal, read_assembly(discovered.assembly));
  LIVE_CO_TRY(auto rehearsed, swap_functions(rehearsal, options));
  std::vector<std::string> swapped;
  bool arm64 = false;
  for (auto const& one : rehearsed.functions) {
    swapped.push_back(one.construct_path);
    arm64 |= one.architecture == Architecture::arm64;
  }
  LIVE_CO_TRY(auto made, co_await synth(SynthRequest::Mode::deploy, std::move(swapped)));
  std::string const configuration =
      stub_configuration(debug_stack, target_.endpoint, stage_key, target_.stage, target_.app.name);
  auto const packages = target_.app.state_folder() / "stubs";
  LIVE_CO_TRY(options.stubs[Architecture::x86_64],
              package_stub(folders_.stub_x86_64, configuration, packages));
  options.stubs.erase(Architecture::arm64);
  if (arm64) {
    LIVE_CO_TRY(options.stubs[Architecture::arm64],
                package_stub(folders_.stub_arm64, configuration, packages));
  }
  LIVE_CO_TRY(auto assembly, read_assembly(made.assembly));
  LIVE_CO_TRY(auto swap, swap_functions(assembly, options));
  LIVE_CO_TRY(write_assembly(made.assembly, assembly));
  for (auto const& one : swap.skipped)
    terminal_.say(fmt::format("  {} keeps its deployed code: {}",
                              one.construct_path.empty() ? one.logical_id : one.construct_path, one.reason));
  for (auto const& notice : swap.notices) terminal_.warn(notice);
  Plan plan{
      made.assembly, std::move(made.stacks), {}, std::move(swap.functions), std::move(discovered.inputs)};
  for (auto const& one : plan.functions) {
    LIVE_CO_TRY(auto source, sources.local(one));
    plan.sources.push_back(std::move(source));
  }
  co_return plan;
}

Async<Result<Deployment::Plan>> Deployment::plan_real() {
  LIVE_CO_TRY(auto made, co_await synth(SynthRequest::Mode::deploy, {}, Sees::deployment));
  co_return Plan{made.assembly, std::move(made.stacks), {}, {}, std::move(made.inputs)};
}

Async<Result<std::vector<AppStack>>> Deployment::stacks() {
  LIVE_CO_TRY(auto made, co_await synth(SynthRequest::Mode::discover, {}));
  co_return std::move(made.stacks);
}

// With a plain CDK app the stacks' names do not tell the stage: their tags do.
Result<void> Deployment::refuse_other_stages(const std::vector<StackState>& states) const {
  for (auto const& state : states) {
    if (!state.exists) continue;
    auto const tag = state.tags.find("live:stage");
    if (tag != state.tags.end() && tag->second != target_.stage)
      return fault(
          fmt::format("stack {} belongs to stage {}, not to {}: give the stacks of this stage names of their "
                      "own, or use --stage {}",
                      state.name, tag->second, target_.stage, tag->second));
    if (tag == state.tags.end() &&
        !ask_(fmt::format("Stack {} was deployed without live. Use it for stage {}?", state.name,
                          target_.stage)))
      return fault(
          fmt::format("stack {} was deployed without live and is left alone: run this in a terminal and "
                      "accept, or tag the stack live:stage={}",
                      state.name, target_.stage));
  }
  return outcome::success();
}

Async<Result<void>> Deployment::deploy(Plan plan) {
  LIVE_CO_TRY(auto before, co_await host_.describe(names_of(plan.stacks), target_.identity));
  if (target_.app.form == App::Form::cdk) {
    LIVE_CO_TRY(refuse_other_stages(before));
  }
  LIVE_CO_TRY(log_groups_.add(orphaned_log_groups(before)));
  std::map<std::string, Steady::time_point> started;
  auto how = told("deploy");
  auto const tell_resource = how.on_event;
  how.on_event = [this, &started, tell_resource](const json::object& event) {
    if (string_or(event, "event") != "stack") return tell_resource(event);
    std::string const stack = string_or(event, "stack"), status = string_or(event, "status");
    if (status == "deploying") {
      started[stack] = Steady::now();
    } else if (status == "deployed" || status == "unchanged") {
      terminal_.step(fmt::format("Stack {} {}", stack, status == "unchanged" ? "(no changes)" : "deployed"),
                     since(started[stack]));
    } else {
      terminal_.fail(fmt::format("Stack {} {}: {}", stack, status, string_or(event, "reason")));
    }
  };
  LIVE_CO_TRY(auto stacks, co_await host_.deploy(plan.assembly, {}, Tags{{"live:stage", target_.stage}},
                                                 target_.identity, how));
  std::string failed;
  for (auto const& stack : stacks) {
    if (stack.status == "failed" || stack.status == "not deployed")
      failed += (failed.empty() ? "" : ", ") + stack.name;
    for (auto const& [key, value] : stack.outputs)
      terminal_.say(fmt::format("  {}: {}", key, reachable(value, target_.endpoint)));
  }
  if (!failed.empty())
    co_return fault("not deployed: " + failed + "; mend what is said above and run this again");
  co_return outcome::success();
}

Async<Result<FunctionTable>> Deployment::functions(Plan plan, Absent absent) {
  std::set<std::string> names;
  for (auto const& one : plan.functions) names.insert(one.stack_name);
  LIVE_CO_TRY(auto states, co_await host_.describe({names.begin(), names.end()}, target_.identity));
  FunctionTable table;
  for (size_t i = 0; i < plan.functions.size(); ++i) {
    auto const& one = plan.functions[i];
    LocalFunction function = plan.sources[i];
    function.name = physical_name(states, one);
    if (function.name.empty() && absent == Absent::skipped) continue;
    if (function.name.empty())
      co_return fault(fmt::format("{} was not found among the resources of stack {}", one.construct_path,
                                  one.stack_name));
    table[function.name] = std::move(function);
  }
  co_return table;
}

Async<Result<Deployment::Removed>> Deployment::remove(std::vector<AppStack> stacks) {
  LIVE_CO_TRY(auto states, co_await host_.describe(names_of(stacks), target_.identity));
  LIVE_CO_TRY(log_groups_.add(orphaned_log_groups(states)));
  Removed removed{log_groups_.all()};
  std::vector<std::string> order;  // those that need others first
  std::set<std::string> placed;
  while (placed.size() < stacks.size()) {
    size_t const before = placed.size();
    for (auto const& stack : stacks) {
      bool needed = false;
      for (auto const& other : stacks)
        needed |= !placed.contains(other.name) &&
                  std::find(other.dependencies.begin(), other.dependencies.end(), stack.name) !=
                      other.dependencies.end();
      if (!needed && placed.insert(stack.name).second) order.push_back(stack.name);
    }
    if (placed.size() == before) break;  // a cycle cannot be deployed, and so is not there
  }
  auto how = told("remove");
  LIVE_CO_TRY(auto outcomes, co_await host_.destroy(order, target_.identity, std::move(how)));
  for (auto const& one : outcomes) {
    if (one.status == "failed")
      co_return fault(fmt::format("stack {} was not removed: {}", one.name, one.reason));
    terminal_.say(
        fmt::format("  Stack {} {}", one.name, one.status == "absent" ? "was not there" : "removed"));
  }
  co_return removed;
}

Async<Result<void>> Deployment::remove_debug_stack() {
  auto how = told("remove");
  return host_.destroy_debug_stack(target_.stage, target_.app.name, target_.identity, std::move(how));
}

}  // namespace live
