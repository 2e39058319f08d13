#include "live/deployment.h"

#include <set>

#include <fmt/format.h>

#include "base/ahead.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "live/env_file.h"
#include "live/local_source.h"
#include "live/readiness.h"
#include "live/stack_choice.h"
#include "live/unchanged.h"

namespace live {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Milliseconds kReadyPatience{60'000};

std::chrono::milliseconds since(Steady::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start);
}

std::string value_of(const Tags& tags, const std::string& key) {
  auto const found = tags.find(key);
  return found == tags.end() ? "" : found->second;
}

}  // namespace

Deployment::Deployment(Host& host, aws::AwsClient& client, Stacks& stacks, const Target& target,
                       std::filesystem::path host_sources, Terminal& terminal, Ask ask)
    : host_(host),
      client_(client),
      stacks_(stacks),
      target_(target),
      host_sources_(std::move(host_sources)),
      terminal_(terminal),
      ask_(std::move(ask)),
      progress_(terminal),
      log_groups_(target_.app.state_folder() / ("log-groups-" + target_.stage)) {}

std::string Deployment::debug_stack_name() const {
  return fmt::format("{}-{}-debug-stack", target_.stage, target_.app.name);
}

// The sources that make the stack stand for its template.
Tags Deployment::debug_stack_tags() const {
  std::string sources;
  for (auto const* file : {"debug-stack.mjs", "main-app.mjs"})
    if (auto const text = read_file(host_sources_ / file); text.has_value()) sources += text.value();
  auto tags = target_.app.config.debug_stack_tags;
  for (auto& [key, value] : app_tags()) tags[key] = value;
  tags["live:debug-stack"] = hex(sha256(sources)).substr(0, 16);
  return tags;
}

bool Deployment::is_of_this_version(const StackState& debug_stack) const {
  for (auto const& [key, value] : debug_stack_tags())
    if (value_of(debug_stack.tags, key) != value) return false;
  return true;
}

Async<Result<Deployment::Ground>> Deployment::survey() {
  std::vector<std::string> names{"CDKToolkit", debug_stack_name()};
  auto found = co_await stacks_.find(std::move(names));
  if (found.has_error()) co_return within("reading which stacks there are", found.error());
  co_return Ground{std::move(found.value()[0]), std::move(found.value()[1])};
}

Async<Result<void>> Deployment::ensure_bootstrapped(StackState found) {
  if (is_bootstrapped(found)) co_return outcome::success();
  std::string const place = fmt::format("account {}, region {}", target_.account, target_.region);
  bool const agreed =
      !target_.endpoint.empty() || ask_("The CDK is not yet bootstrapped in " + place + ". Do it now?");
  if (!agreed)
    co_return fault("the CDK is not bootstrapped in " + place + ": run `cdk bootstrap aws://" +
                    target_.account + "/" + target_.region + "`, or `live start` in a terminal and accept");
  auto const started = Steady::now();
  auto how = progress_.told();
  auto const bootstrapped = co_await host_.bootstrap(target_.account, target_.identity, std::move(how));
  progress_.rest();
  LIVE_CO_TRY(bootstrapped);
  terminal_.step("CDK bootstrapped in " + place, since(started));
  co_return outcome::success();
}

Async<Result<void>> Deployment::bootstrap_other_regions(std::vector<AppStack> stacks) {
  std::set<std::string> regions;
  for (auto const& stack : stacks)
    if (stack.account == target_.account && !is_at_home(stack, target_)) regions.insert(stack.region);
  for (auto const& region : regions) {
    auto identity = target_.identity;
    identity.region = region;
    auto how = progress_.told();
    LIVE_CO_TRY(co_await host_.bootstrap(target_.account, std::move(identity), std::move(how)));
  }
  co_return outcome::success();
}

Async<Result<std::optional<DebugStackAddress>>> Deployment::debug_stack_as_it_is(StackState found,
                                                                                 const Synthesis& app) {
  auto wanted = debug_stack_tags();
  if (app.debug_stack) wanted.insert(app.debug_stack->tags.begin(), app.debug_stack->tags.end());
  if (!is_settled(found) || found.tags != wanted) co_return std::nullopt;
  if (app.debug_stack) {
    LIVE_CO_TRY(auto const deployed, co_await stacks_.template_of(found.name));
    if (!same_template(app.debug_stack->template_text, deployed)) co_return std::nullopt;
  }
  auto address = address_of(found);
  if (address.has_error()) co_return std::nullopt;
  terminal_.good(fmt::format("Debug stack {} (no changes)", found.name),
                 {{"type", "debug-stack"}, {"stack", found.name}, {"status", "unchanged"}});
  co_return std::move(address.value());
}

Result<DebugStackAddress> Deployment::address_of(const StackState& debug_stack) const {
  auto const output = [&debug_stack](const char* key) { return value_of(debug_stack.outputs, key); };
  return debug_stack_from(debug_stack.name, output("Url"), output("Table"), output("Bucket"), target_.region,
                          target_.account);
}

Async<Result<DebugStackAddress>> Deployment::deploy_debug_stack() {
  auto const started = Steady::now();
  LIVE_CO_TRY(auto env, read_env_files(target_.app, target_.stage));
  auto wanted = synth_request(target_, SynthRequest::Mode::deploy);
  wanted.environment.insert(env.variables.begin(), env.variables.end());
  auto how = progress_.told();
  auto stack = co_await host_.deploy_debug_stack(std::move(wanted), debug_stack_tags(), target_.identity,
                                                 std::move(how));
  if (stack.has_error()) co_return within("deploying the debug stack", stack.error());
  auto const& one = stack.value();
  terminal_.step(
      fmt::format("Debug stack {} {}", one.name, one.status == "unchanged" ? "(no changes)" : "deployed"),
      since(started), {{"type", "debug-stack"}, {"stack", one.name}, {"status", one.status}});
  co_return debug_stack_from(one.name, one.url, one.table, one.bucket, target_.region, target_.account);
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

Async<Result<bool>> Deployment::is_deployed(AppStack stack, StackState state) {
  if (!is_settled(state)) co_return false;
  LIVE_CO_TRY(auto const ours, read_file(stack.template_file));
  LIVE_CO_TRY(auto const theirs, co_await stacks_.template_of(stack.name));
  co_return is_unchanged(stack, ours, app_tags(), state, theirs);
}

Async<Result<std::vector<AppStack>>> Deployment::not_deployed(Plan plan) {
  LIVE_CO_TRY(auto states, co_await stacks_.find(names_of(plan.stacks)));
  std::vector<Async<Result<bool>>> tasks;
  for (size_t i = 0; i < states.size(); ++i) tasks.push_back(is_deployed(plan.stacks[i], states[i]));
  auto const same = co_await together(std::move(tasks));
  std::vector<AppStack> changed;
  for (size_t i = 0; i < same.size(); ++i) {
    LIVE_CO_TRY(bool const is_same, same[i]);
    if (!is_same || !is_at_home(plan.stacks[i], target_)) changed.push_back(std::move(plan.stacks[i]));
  }
  co_return changed;
}

Async<Result<bool>> Deployment::is_deployed(Plan plan) {
  auto const began = Steady::now();
  for (auto const& stack : plan.stacks)
    if (!is_at_home(stack, target_)) co_return false;
  LIVE_CO_TRY(auto states, co_await stacks_.find(names_of(plan.stacks)));
  std::vector<Async<Result<bool>>> tasks;
  for (size_t i = 0; i < states.size(); ++i) tasks.push_back(is_deployed(plan.stacks[i], states[i]));
  for (auto const& one : co_await together(std::move(tasks))) {
    LIVE_CO_TRY(bool const same, one);
    if (!same) co_return false;
  }
  for (auto const& state : states)
    terminal_.step(fmt::format("Stack {} (no changes)", state.name), since(began),
                   {{"type", "stack"}, {"stack", state.name}, {"status", "unchanged"}});
  LIVE_CO_TRY(tell_outputs(outputs_of(states)));
  co_return true;
}

std::map<std::string, Tags> Deployment::outputs_of(const std::vector<StackState>& states) {
  std::map<std::string, Tags> outputs;
  for (auto const& state : states) outputs[state.name] = state.outputs;
  return outputs;
}

Result<void> Deployment::tell_outputs(const std::map<std::string, Tags>& outputs) {
  json::object written;
  for (auto const& [stack, values] : outputs) {
    if (values.empty()) continue;
    written[stack] = json::value_from(values);
    for (auto const& [key, value] : values) {
      auto const url = reachable(value, target_.endpoint);
      terminal_.result(
          fmt::format("  {}: {}", key, url),
          {{"type", "output"}, {"stack", stack}, {"key", key}, {"value", value}, {"reachable", url}});
    }
  }
  if (target_.outputs_file.empty()) return outcome::success();
  auto const done = write_file(target_.outputs_file, pretty_json(written));
  if (done.has_error()) return within("writing the stacks' outputs (--outputs-file)", done.error());
  return outcome::success();
}

void Deployment::tell_stack(const json::object& event) {
  std::string const stack = string_or(event, "stack"), status = string_or(event, "status");
  Fact fact{{"type", "stack"}, {"stack", stack}, {"status", status}};
  if (status == "deploying") {
    begun_[stack] = Steady::now();
  } else if (status == "deployed" || status == "unchanged") {
    terminal_.step(fmt::format("Stack {} {}", stack, status == "unchanged" ? "(no changes)" : "deployed"),
                   since(begun_[stack]), std::move(fact));
  } else {
    fact["reason"] = string_or(event, "reason");
    auto const why = progress_.has_told_why(stack) ? "the reason is above" : string_or(event, "reason");
    terminal_.fail(fmt::format("Stack {} {}: {}", stack, status, why), std::move(fact));
  }
}

Async<Result<void>> Deployment::deploy(Plan plan, Host::Pace pace) {
  LIVE_CO_TRY(auto before, co_await stacks_.describe(names_of(plan.stacks)));
  if (target_.app.form == App::Form::cdk) {
    LIVE_CO_TRY(refuse_other_stages(before));
  }
  LIVE_CO_TRY(log_groups_.add(orphaned_log_groups(before)));
  if (!target_.endpoint.empty()) {  // on AWS that is the developer's to decide, and the CDK names the command
    LIVE_CO_TRY(co_await bootstrap_other_regions(plan.stacks));
  }
  auto how = progress_.told();
  how.on_event = [this](const json::object& event) {
    progress_.tell(event);
    if (string_or(event, "event") == "stack") tell_stack(event);
  };
  LIVE_CO_TRY(auto stacks, co_await host_.deploy(plan.assembly, names_of(plan.stacks), app_tags(), pace,
                                                 target_.identity, how));
  std::string failed;
  std::map<std::string, Tags> outputs;
  for (auto const& stack : stacks) {
    if (stack.status == "failed" || stack.status == "not deployed")
      failed += (failed.empty() ? "" : ", ") + stack.name;
    outputs[stack.name] = stack.outputs;
  }
  LIVE_CO_TRY(tell_outputs(outputs));
  if (!failed.empty())
    co_return fault("not deployed: " + failed + "; mend what is said above and run this again");
  co_return outcome::success();
}

Async<void> Deployment::until_ready(const FunctionTable& table) {
  std::vector<std::string> names;
  for (auto const& [name, function] : table) names.push_back(name);
  for (auto const& one : co_await until_functions_are_ready(client_, std::move(names), kReadyPatience))
    terminal_.warn(fmt::format("function {} is not ready yet: {}", one.function, one.why));
}

Async<Result<FunctionTable>> Deployment::functions(Plan plan, Absent absent) {
  std::set<std::string> names;
  for (auto const& one : plan.functions) names.insert(one.stack_name);
  std::vector<std::string> wanted(names.begin(), names.end());
  LIVE_CO_TRY(auto states, co_await stacks_.describe(std::move(wanted)));
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

}  // namespace live
