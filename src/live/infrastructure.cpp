#include "live/infrastructure.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "base/hash.h"
#include "live/diff_view.h"
#include "live/swap_diff.h"

namespace live {
namespace {

constexpr auto kSettled = 3s;        // after the start: calls that waited for it come first
constexpr auto kKeptLoaded = 10min;  // the toolkit, after its last use

Result<std::string> digest_of(const Plan& plan) {
  std::string all;
  for (auto const& stack : plan.stacks) {
    LIVE_TRY(auto text, read_file(stack.template_file));
    all += stack.name + sha256(text);
  }
  return sha256(all);
}

// Beside the files that the app's process read.
constexpr const char* kSettings[] = {"cdk.json", "cdk.context.json", "live.json", "package.json"};

Fact infrastructure(std::string_view status) { return {{"type", "infrastructure"}, {"status", status}}; }

}  // namespace

Infrastructure::Infrastructure(Parts parts)
    : parts_(std::move(parts)),
      inputs_(*parts_.watch),
      woken_(parts_.executor),
      settled_(parts_.executor),
      idle_(parts_.executor) {
  Inputs settings;
  for (auto const* name : kSettings) settings.files.push_back(parts_.target.app.folder / name);
  inputs_.add(settings);
  inputs_.add(parts_.planner.inputs());
  parts_.planner.expect_more();
}

Infrastructure::~Infrastructure() = default;

Async<void> Infrastructure::run() {
  asio::co_spawn(parts_.executor, watch(), asio::detached);
  begin_checks();
  prepare_later();
  while (!ended_) {
    if (dirty_) {
      co_await look();
    } else if (wanted_ && shown_) {
      co_await redeploy();
    } else {
      wanted_ = false;
      woken_.never_expire();
      co_await woken_.wait();
    }
  }
}

void Infrastructure::begin_checks() {
  auto const& app = parts_.target.app;
  auto watch = Watch::create(parts_.executor);
  if (watch.has_error()) return parts_.terminal.warn("checking types: " + watch.error().message);
  checks_ = std::make_unique<Checks>(Checks::Parts{parts_.executor, parts_.host, parts_.terminal, app.folder,
                                                   std::move(watch.value()), app.config.type_check,
                                                   app.config.lint});
}

bool Infrastructure::end() {
  checks_.reset();
  ended_ = true;
  parts_.terminal.withdraw_offer();
  if (looking_) looking_->now();
  settled_.cancel();
  woken_.cancel();
  return deploying_;
}

Async<void> Infrastructure::watch() {
  for (;;) {
    auto const changes = co_await parts_.watch->next();
    if (changes.has_error() || ended_) co_return;
    if (!concern(changes.value())) continue;
    saved();
    if (checks_) checks_->saved();
  }
}

bool Infrastructure::concern(Changes changes) {
  std::erase_if(changes.paths, [this](auto const& path) {
    return !inputs_.concern({.paths = {path}}) || own_writes_.hold(path);
  });
  return changes.everything || !changes.paths.empty();
}

void Infrastructure::saved() {
  dirty_ = true;
  saved_at_ = std::chrono::steady_clock::now();
  if (looking_) looking_->now();  // what it sees is old already
  woken_.cancel();
}

void Infrastructure::enter() {
  if (deploying_ && !wanted_) parts_.terminal.say("Queued: what has changed is deployed after this.");
  wanted_ = deploying_ || shown_.has_value();
  woken_.cancel();
}

Async<Result<Plan>> Infrastructure::draft(Planner::Validate validate, std::shared_ptr<Stop> stop) {
  using Clock = OwnWrites::Time::clock;
  own_writes_.began(Clock::now());
  auto synthesis = co_await parts_.planner.synthesise(validate, stop);
  bool const cancelled = stop && stop->asked();
  if (!cancelled && own_writes_.ended(Clock::now())) saved();
  inputs_.add(parts_.planner.inputs());  // of one that failed too: what mends it may be new
  LIVE_CO_TRY(auto made, std::move(synthesis));
  co_return co_await parts_.planner.live(std::move(made), validate, parts_.debug_stack, parts_.stage_key);
}

Async<void> Infrastructure::look() {
  dirty_ = false;
  settled_.cancel();  // what it asks for, this does
  shown_.reset();
  parts_.terminal.withdraw_offer();
  parts_.terminal.say("Rebuilding infrastructure...", infrastructure("rebuilding"));
  auto const stop = looking_ = std::make_shared<Stop>();
  auto plan = co_await draft(Planner::Validate::no, stop);
  looking_.reset();
  rest_later();
  if (stop->asked()) co_return;  // a newer save
  took_ = std::chrono::round<std::chrono::milliseconds>(std::chrono::steady_clock::now() - saved_at_);
  if (plan.has_value()) co_return co_await show(std::move(plan.value()));
  parts_.terminal.fail(plan.error().message);
}

Async<void> Infrastructure::show(Plan plan) {
  shown_.reset();
  auto diffs = co_await parts_.host.diff(plan.stacks, parts_.target.identity);
  if (diffs.has_error())
    co_return parts_.terminal.fail("comparing with what is deployed: " + diffs.error().message);
  if (is_empty(diffs.value()))
    co_return parts_.terminal.step("No infrastructure changes", took_, fact("unchanged"));
  take_stub_permissions_out(diffs.value(), parts_.debug_stack);
  show_diffs(diffs.value(), parts_.terminal);
  auto changed = fact("changed");
  changed["stacks"] = to_json(diffs.value());
  auto digest = digest_of(plan);
  if (digest.has_error()) co_return parts_.terminal.fail(digest.error().message);
  shown_ = std::move(digest.value());
  changes_ = count_of_changes(diffs.value());
  offer("deploy", std::move(changed));
}

void Infrastructure::offer(std::string_view to, Fact fact) {
  auto const& terminal = parts_.terminal;
  parts_.terminal.offer(
      fmt::format("{} ({})", terminal.tint(Terminal::Tint::bold, fmt::format("Press ENTER to {}", to)),
                  changes_),
      std::move(fact));
}

Async<void> Infrastructure::redeploy() {
  wanted_ = false;
  deploying_ = true;
  parts_.terminal.withdraw_offer();
  parts_.terminal.say("Deploying...", infrastructure("deploying"));
  auto const deployed = co_await deploy();
  deploying_ = false;
  rest_later();
  if (deployed.has_error()) {
    parts_.terminal.fail(deployed.error().message);
    offer("try again", infrastructure("failed"));
  } else if (deployed.value()) {
    shown_.reset();
  }
}

// What is deployed is validated, which takes longer than a look.
Async<Result<bool>> Infrastructure::deploy() {
  LIVE_CO_TRY(auto plan, co_await draft(Planner::Validate::yes, {}));
  LIVE_CO_TRY(auto const digest, digest_of(plan));
  if (digest != shown_) {
    co_await show(std::move(plan));
    co_return false;
  }
  LIVE_CO_TRY(co_await parts_.deployment.deploy(plan, Host::Pace::express));
  LIVE_CO_TRY(auto table, co_await parts_.deployment.functions(plan));
  co_await parts_.deployment.until_ready(table);
  size_t const count = table.size();
  parts_.on_deployed(std::move(table));
  parts_.terminal.good(fmt::format("Live: {} function{} run here", count, count == 1 ? "" : "s"),
                       {{"type", "listening"}, {"functions", count}, {"stage", parts_.target.stage}});
  co_return true;
}

Fact Infrastructure::fact(std::string_view status) const {
  auto fact = infrastructure(status);
  fact["took_ms"] = took_.count();
  fact["app_ms"] = parts_.planner.app_took().count();
  return fact;
}

// The first save is then synthesised as quickly as those after it.
void Infrastructure::prepare_later() {
  settled_.expires_after(kSettled);
  settled_.on_expiry([this] {
    auto const prepare = [](Host& host) -> Async<void> { (void)co_await host.prepare_synth(); };
    asio::co_spawn(parts_.executor, prepare(parts_.host), asio::detached);
  });
  rest_later();
}

void Infrastructure::rest_later() {
  idle_.expires_after(kKeptLoaded);
  idle_.on_expiry([this] { parts_.host.toolkit().rest(); });
}

}  // namespace live
