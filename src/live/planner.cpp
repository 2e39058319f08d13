#include "live/planner.h"

#include <algorithm>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "live/env_file.h"
#include "live/host_json.h"
#include "live/known_app.h"
#include "live/stack_choice.h"
#include "live/stub_package.h"

namespace live {
namespace {

constexpr int kMostSyntheses = 3;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

std::set<std::string> construct_paths(const std::vector<SwappedFunction>& functions) {
  std::set<std::string> paths;
  for (auto const& one : functions) paths.insert(one.construct_path);
  return paths;
}

// Of those that may run live: handlers of the CDK's own are of arm64 in many apps.
bool needs_arm64(const Synthesis& made, const Choice& choice) {
  return std::any_of(made.functions.begin(), made.functions.end(), [&choice](const AppFunction& one) {
    return one.architecture == "arm64" && one.skip.empty() &&
           !choice.leaves_out({one.construct_path, one.logical_id});
  });
}

}  // namespace

SynthRequest synth_request(const Target& target, SynthRequest::Mode mode) {
  SynthRequest request;
  request.folder = target.app.folder;
  request.form = target.app.form == App::Form::main ? "main" : "cdk";
  request.main = target.app.main;
  request.stage = target.stage;
  request.app = target.app.name;
  request.region = target.region;
  request.account = target.account;
  request.mode = mode;
  return request;
}

SynthRequest Planner::request(SynthRequest::Mode mode) const {
  auto request = synth_request(target_, mode);
  request.outdir = folder_.of(mode == SynthRequest::Mode::discover ? "discovered" : "assembly");
  return request;
}

Async<Result<Synthesis>> Planner::synth(SynthRequest wanted, std::shared_ptr<Stop> stop) {
  auto const began = std::filesystem::file_time_type::clock::now();
  LIVE_CO_TRY(auto env, read_env_files(target_.app, target_.stage));
  wanted.environment.insert(env.variables.begin(), env.variables.end());
  std::error_code ignored;
  std::filesystem::remove_all(wanted.outdir, ignored);
  auto how = progress_.told();
  how.stop = std::move(stop);
  how.on_event = [this, tell = std::move(how.on_event)](const json::object& event) {
    if (string_or(event, "event") == "error") inputs_ = host_json::inputs_of(event);
    tell(event);
  };
  wanted.again = more_expected_;
  auto made = co_await host_.synth(std::move(wanted), target_.identity, std::move(how));
  if (made.has_value()) {
    inputs_ = made.value().inputs;
    app_took_ = made.value().app_took;
  }
  inputs_.files.insert(inputs_.files.end(), env.files.begin(), env.files.end());
  if (made.has_error()) co_return progress_.explained(made.error());
  made.value().inputs = inputs_;
  LIVE_CO_TRY(apply(target_.app.config.functions, target_.app.folder, made.value().functions));
  LIVE_CO_TRY(remember_app(target_.app, target_.stage, made.value(), began));
  co_return made;
}

Async<Result<Synthesis>> Planner::discover(std::shared_ptr<Stop> stop) {
  return synth(request(SynthRequest::Mode::discover), std::move(stop));
}

// A swap of what is never deployed says whose bundling can be left out.
Async<Result<void>> Planner::rehearse(std::shared_ptr<Stop> stop) {
  LIVE_CO_TRY(auto discovered, co_await synth(request(SynthRequest::Mode::discover), std::move(stop)));
  SwapOptions options;
  options.stubs = {{Architecture::x86_64, {}}, {Architecture::arm64, {}}};
  LIVE_CO_TRY(auto swapped, swap(discovered, std::move(options), target_.choice));
  co_return remember(swapped.bundling.left_out());
}

std::filesystem::path Planner::memory() const {
  return target_.app.state_folder() / ("swapped-" + target_.stage);
}

Result<void> Planner::remember(std::vector<std::string> unbundled) {
  unbundled_ = std::move(unbundled);
  return write_file(memory(), fmt::format("{}\n", fmt::join(unbundled_, "\n")));
}

bool Planner::knows_stage() const {
  std::error_code absent;
  return std::filesystem::exists(memory(), absent);
}

void Planner::forget() const {
  std::error_code absent;
  std::filesystem::remove(memory(), absent);
}

Async<Result<Synthesis>> Planner::synthesise(Validate validate, std::shared_ptr<Stop> stop) {
  if (auto const last = read_file(memory()); last.has_value()) {
    unbundled_ = lines_of(last.value());
  } else {
    LIVE_CO_TRY(co_await rehearse(stop));
  }
  auto made = co_await synthesise_unbundled(validate, stop);
  if (made.has_value() || made.error().kind != Fault::Kind::not_found) co_return made;
  // Docker is not there: what is new in the app may run live, too.
  auto const before = unbundled_;
  LIVE_CO_TRY(co_await rehearse(stop));
  if (unbundled_ == before) co_return made;
  co_return co_await synthesise_unbundled(validate, std::move(stop));
}

Async<Result<Synthesis>> Planner::synthesise_unbundled(Validate validate, std::shared_ptr<Stop> stop) {
  auto wanted = request(SynthRequest::Mode::deploy);
  wanted.swapped = unbundled_;
  wanted.validate = validate == Validate::yes;
  if (!wanted.validate) wanted.outdir = folder_.of("draft");
  auto const began = std::chrono::steady_clock::now();
  LIVE_CO_TRY(auto made, co_await synth(std::move(wanted), std::move(stop)));
  if (!more_expected_)
    terminal_.step(made.is_validated ? "App synthesised, templates validated" : "App synthesised",
                   std::chrono::round<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began),
                   {{"type", "synthesis"}, {"app_ms", app_took_.count()}});
  co_return made;
}

SourceTable Planner::sources_of(const Synthesis& made) const {
  return SourceTable(made.functions, target_.app.state_folder() / "inline", target_.app.folder);
}

Result<SwapOptions> Planner::options_for(const Synthesis& made, const DebugStackAddress& debug_stack,
                                         const std::string& stage_key) const {
  SwapOptions options;
  options.debug_stack = arns_of(debug_stack);
  options.timeout_seconds = target_.timeout_seconds;
  options.has_longer = [this](const SwappedFunction& one) {
    return !target_.longer.leaves_out({one.construct_path, one.logical_id});
  };
  options.keep_vpc = target_.app.config.keeps_vpc;
  LIVE_TRY(options.stubs, stub_packages(needs_arm64(made, target_.choice), debug_stack, stage_key));
  return options;
}

Result<Planner::Packages> Planner::stub_packages(bool arm64, const DebugStackAddress& debug_stack,
                                                 const std::string& stage_key) const {
  auto const configuration =
      stub_configuration(debug_stack, target_.endpoint, stage_key, target_.stage, target_.app.name);
  auto const folder = target_.app.state_folder() / "stubs";
  Packages packages;
  LIVE_TRY(packages[Architecture::x86_64], package_stub(stubs_.x86_64, configuration, folder));
  if (arm64) {
    LIVE_TRY(packages[Architecture::arm64], package_stub(stubs_.arm64, configuration, folder));
  }
  return packages;
}

Result<void> Planner::check_choice(const std::vector<AppFunction>& functions) const {
  std::vector<Choice::Function> all;
  for (auto const& one : functions)
    if (!belongs_to_cdk(one)) all.push_back({one.construct_path, one.logical_id});
  if (target_.inspected) {
    LIVE_TRY(target_.inspected->check(all));
  }
  return target_.choice.check(all);
}

// The debug stack is in one region, and so are the names of the functions that it knows.
std::optional<std::string> Planner::is_elsewhere(const std::vector<AppStack>& stacks,
                                                 const SwappedFunction& function) const {
  auto const stack = std::find_if(stacks.begin(), stacks.end(),
                                  [&function](const AppStack& one) { return one.id == function.stack; });
  if (stack == stacks.end() || is_at_home(*stack, target_)) return std::nullopt;
  return fmt::format("its stack is in {}, account {}, and this session in {}, account {}", stack->region,
                     stack->account, target_.region, target_.account);
}

Result<Planner::Swapped> Planner::swap(const Synthesis& made, SwapOptions options,
                                       const Choice& choice) const {
  auto const sources = sources_of(made);
  options.skip = [&](const SwappedFunction& one) {
    auto reason = choice.leaves_out({one.construct_path, one.logical_id});
    if (!reason) reason = is_elsewhere(made.stacks, one);
    return reason ? reason : sources.cannot_run(one);
  };
  LIVE_TRY(auto assembly, read_assembly(made.assembly));
  LIVE_TRY(auto result, swap_functions(assembly, options));
  auto bundling = bundling_of(made.functions, construct_paths(result.functions));
  return Swapped{std::move(assembly), std::move(result), std::move(bundling)};
}

Async<Result<Plan>> Planner::live(Synthesis made, Validate validate, DebugStackAddress debug_stack,
                                  std::string stage_key) {
  LIVE_CO_TRY(check_choice(made.functions));
  for (int syntheses = 1; syntheses <= kMostSyntheses; ++syntheses) {
    LIVE_CO_TRY(auto options, options_for(made, debug_stack, stage_key));
    LIVE_CO_TRY(auto swapped, swap(made, std::move(options), target_.choice));
    bool const is_sound = swapped.bundling.allows(unbundled_);
    LIVE_CO_TRY(remember(swapped.bundling.left_out()));
    if (is_sound) {
      LIVE_CO_TRY(write_assembly(made.assembly, swapped.assembly));
      tell_kept(swapped.result, sources_of(made));
      tell_placeholders(swapped.bundling);
      co_return plan_of(std::move(made), std::move(swapped.result));
    }
    LIVE_CO_TRY(made, co_await synthesise(validate));
  }
  co_return fault(
      "the app's functions change from one synthesis to the next: make what they are depend on its "
      "files alone");
}

void Planner::tell_kept(const Swap& swap, const SourceTable& sources) {
  for (auto const& one : swap.skipped) {
    auto const line =
        fmt::format("  {} keeps its deployed code: {}",
                    one.construct_path.empty() ? one.logical_id : one.construct_path, one.reason);
    if (!told_.insert(line).second) continue;
    terminal_.say(line, {{"type", "function-kept"},
                         {"function", one.construct_path},
                         {"logical_id", one.logical_id},
                         {"stack", one.stack_name},
                         {"reason", one.reason}});
  }
  auto notices = swap.notices;
  for (auto const& one : swap.functions)
    if (auto const handler = sources.handler_here(one); handler != one.handler)
      notices.push_back(
          fmt::format("{}: its wrapper in a layer, {}, is left out while it runs live; {} runs here",
                      one.construct_path, one.handler, handler));
  for (auto const& notice : notices)
    if (told_.insert(notice).second) terminal_.warn(notice);
}

void Planner::tell_placeholders(const Bundling& bundling) {
  for (auto const& layer : bundling.layers) {
    auto const line = fmt::format(
        "  {} is deployed as a placeholder, since only functions that run live have it: live deploy bundles "
        "it",
        layer);
    if (told_.insert(line).second) terminal_.say(line, {{"type", "layer-placeholder"}, {"layer", layer}});
  }
}

Result<Plan> Planner::plan_of(Synthesis made, Swap swap) const {
  auto const sources = sources_of(made);
  Plan plan{made.assembly, std::move(made.stacks), {}, std::move(swap.functions)};
  for (auto const& one : plan.functions) {
    LIVE_TRY(auto source, sources.local(one));
    plan.sources.push_back(std::move(source));
  }
  return plan;
}

Async<Result<Plan>> Planner::connection(std::shared_ptr<Stop> stop) {
  LIVE_CO_TRY(auto made, co_await discover(std::move(stop)));
  SwapOptions options;
  options.stubs = {{Architecture::x86_64, {}}, {Architecture::arm64, {}}};
  LIVE_CO_TRY(auto swapped, swap(made, std::move(options), {}));
  co_return plan_of(std::move(made), std::move(swapped.result));
}

Async<Result<Plan>> Planner::real(std::string stack, Validate validate) {
  auto wanted = request(SynthRequest::Mode::deploy);
  wanted.local = false;
  wanted.validate = validate == Validate::yes;
  LIVE_CO_TRY(auto made, co_await synth(std::move(wanted)));
  if (!stack.empty()) {
    LIVE_CO_TRY(auto one, find_stack(made.stacks, stack, target_.stage, target_.app.name));
    made.stacks = with_needs(made.stacks, one);
  }
  co_return Plan{made.assembly, std::move(made.stacks), {}, {}};
}

}  // namespace live
