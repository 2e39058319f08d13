#include "cli/leaving.h"

#include <set>

#include <fmt/format.h>

#include "base/ahead.h"

namespace live::cli {
namespace {

std::string counted(size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

json::array in_json(const std::vector<Pollers::Mapping>& mappings) {
  json::array list;
  for (auto const& one : mappings)
    list.push_back({{"mapping", one.id}, {"source", one.source}, {"name", one.function}});
  return list;
}

}  // namespace

Async<int> Leaving::leave(Interruption::By by, Infrastructure* infrastructure) {
  begun_ = true;
  auto& terminal = parts_.terminal;
  bool const undeployed = infrastructure && infrastructure->has_undeployed();
  if (infrastructure && infrastructure->end())
    terminal.warn("Interrupted while deploying: CloudFormation finishes the stack that it is at.");
  auto const executor = co_await asio::this_coro::executor;
  Ahead<Result<std::vector<Pollers::Mapping>>> asked(executor,
                                                     parts_.pollers.of(parts_.answering.fleet.functions()));
  if (!parts_.options.pause_pollers) co_await finish_calls();
  auto polling = co_await asked.get();
  if (polling.has_value()) polling_ = std::move(polling.value());
  if (polling.has_error())
    terminal.warn("which queues and streams are polled is not known: " + polling.error().message);
  if (parts_.options.pause_pollers) {
    co_await pause();
    co_await finish_calls();
  }
  bool const given = parts_.options.restore;
  if (given && wants_restore(by, undeployed)) co_return co_await restore(infrastructure);
  say_goodbye();
  bool const wanted = !given && !polling_.empty() && wants_restore(by, undeployed);
  if (wanted) co_return co_await restore(infrastructure);
  co_return 0;
}

Async<bool> Leaving::still_ours() {
  auto const row = co_await parts_.relay.mailbox().client();
  if (row.has_error()) co_return true;  // whoever comes next looks for what is paused
  co_return row.value() && row.value()->session == parts_.answering.session.id();
}

// While the session still answers: an event that is under way is not lost.
Async<void> Leaving::pause() {
  if (polling_.empty()) co_return;
  at_ = At::pausing;
  auto const ours = [this] { return still_ours(); };
  paused_ = co_await parts_.pollers.pause(polling_, ours);
  std::set<std::string> ids;
  for (auto const& one : paused_) ids.insert(one.id);
  std::erase_if(polling_, [&ids](auto const& one) { return ids.contains(one.id); });
}

Async<void> Leaving::finish_calls() {
  auto& session = parts_.answering.session;
  if (size_t const running = session.running(); running > 0)
    parts_.terminal.say(fmt::format("Finishing {}, up to {} s. Ctrl-C again leaves now.",
                                    counted(running, "running call"), kGrace.count()));
  co_await session.stop(kGrace);
  at_ = At::stubs;
}

std::string Leaving::stubs_in_words() const {
  return counted(parts_.answering.fleet.functions().size(), "function") + " of this stage";
}

void Leaving::say_goodbye() {
  auto& terminal = parts_.terminal;
  if (size_t const dropped = parts_.answering.session.dropped(); dropped > 0)
    terminal.say(fmt::format("{} dropped: repeated, late or not for this session. --verbose shows each.",
                             dropped == 1 ? "1 message was" : fmt::format("{} messages were", dropped)));
  Fact fact{{"type", "ended"}, {"functions", parts_.answering.fleet.functions().size()}};
  if (!polling_.empty()) fact["polling"] = in_json(polling_);
  if (!paused_.empty()) fact["paused"] = in_json(paused_);
  terminal.say(fmt::format("Session ended. {} stay deployed as stubs: calls to them fail until somebody runs "
                           "`live start` again.",
                           stubs_in_words()),
               std::move(fact));
  auto const list = [&terminal](const std::vector<Pollers::Mapping>& mappings) {
    for (auto const& one : mappings)
      terminal.say(fmt::format("  {} ← {}", one.function, source_in_words(one.source)));
  };
  if (!paused_.empty()) {
    terminal.say("Paused until the next `live start` or `live deploy`:");
    list(paused_);
  }
  if (!polling_.empty()) {
    terminal.warn("These go on being polled, and what they bring fails meanwhile:");
    list(polling_);
    terminal.say("`live start --pause-pollers` pauses them at the end, `--restore` puts the real code back.");
  }
  terminal.say("`live deploy` puts the real code back; `live remove` takes the app away.");
}

// Nobody is asked who is not there; and what was shown but not deployed is not deployed by the way.
bool Leaving::wants_restore(Interruption::By by, bool has_undeployed) {
  auto const& options = parts_.options;
  bool const there = by == Interruption::By::hand;
  if (has_undeployed) {
    auto const question =
        "The app has changes that are not deployed, and they would go with it. Deploy it with its real code?";
    if (options.yes || (there && ask(options, question, Enter::means_no))) return true;
    if (options.restore)
      parts_.terminal.warn(
          "Not restored: the app has changes that are not deployed; `live deploy` deploys both.");
    return false;
  }
  if (options.restore) return true;
  return there && can_ask(options) && ask(options, "Put the real code back now?", Enter::means_no);
}

Async<int> Leaving::restore(Infrastructure* infrastructure) {
  auto& terminal = parts_.terminal;
  at_ = At::restoring;
  Timer timer(co_await asio::this_coro::executor);
  while (infrastructure && infrastructure->is_deploying()) {  // in the same folders, and stacks
    timer.expires_after(100ms);
    co_await timer.wait();
  }
  terminal.say("Deploying the real code. Ctrl-C again leaves it to CloudFormation.",
               {{"type", "restoring"}, {"stage", parts_.target.stage}});
  auto const put_back = [](Starting& starting) -> Async<Result<void>> {
    LIVE_CO_TRY(auto plan, co_await starting.planner.real());
    LIVE_CO_TRY(plan.stacks, co_await starting.deployment.not_deployed(plan));
    if (plan.stacks.empty()) co_return outcome::success();
    co_return co_await starting.deployment.deploy(std::move(plan), Host::Pace::standard);
  };
  auto const done = co_await put_back(parts_.starting);
  if (done.has_error()) {
    terminal.fail("the real code is not back: " + done.error().message + "; `live deploy` tries again");
    say_goodbye();
    co_return 1;
  }
  at_ = At::real_code;
  co_await parts_.pollers.resume(Pollers::Which::of_real_code);
  terminal.result("Session ended. The real code is back: every function runs its own.",
                  {{"type", "restored"}, {"stage", parts_.target.stage}});
  co_return 0;
}

std::string Leaving::state() const {
  switch (at_) {
    case At::calls:
      return "Left at once: calls that ran here are lost. " + stubs_in_words() + " stay deployed as stubs.";
    case At::pausing:
      return "Left while pausing: the next `live start` enables what is paused. " + stubs_in_words() +
             " stay deployed as stubs.";
    case At::stubs:
      return "Left: " + stubs_in_words() + " stay deployed as stubs.";
    case At::restoring:
      return "Left while the real code is deployed: CloudFormation finishes the stack that it is at; other "
             "functions may still be stubs. `live deploy` does the rest.";
    case At::real_code:
      return "Left: the real code is back.";
  }
  return {};
}

}  // namespace live::cli
