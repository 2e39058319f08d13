#include "runtime/debug_board.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace live {

namespace {

// An IDE whose process has ended comes back by itself, after a second or so.
constexpr auto kComesBack = std::chrono::seconds(5);
constexpr auto kAttaches = std::chrono::seconds(15);  // an IDE by itself, on a slow machine
constexpr auto kFarewell = std::chrono::seconds(1);
constexpr auto kSettles = std::chrono::seconds(3);  // an IDE that reads a large source map
constexpr auto kAsksAgain = std::chrono::milliseconds(50);
constexpr size_t kMostWhileWaiting = 16 * 1024 * 1024;  // bytes of a debugger that has no process yet

}  // namespace

struct DebugBoard::Debugger {  // one connection
  Debugger(const Executor& executor, DebugWirePtr near, std::unique_ptr<DebugTalk> talk)
      : near(std::move(near)), talk(std::move(talk)), led(executor), parting(executor), settled(executor) {
    led.never_expire();
  }
  DebugWirePtr near, far;
  std::unique_ptr<DebugTalk> talk;
  std::weak_ptr<Debugged> process;
  std::deque<std::string> unsent;  // while there is no process
  size_t unsent_bytes = 0;
  bool is_through = false;  // what it says goes on at once
  bool paused = false, gone = false, settles = false;
  bool left = false;  // its process is told in its place to go on
  Timer led;          // cancelled when there is a process, or it hangs up
  Timer parting;      // until it is hung up on, though it has not read the farewell
  Timer settled;      // until it is asked again whether it has
};

DebugBoard::Debugged::Debugged(const Executor& executor, std::string id, DebugPort::OnHold on_hold)
    : id(std::move(id)), on_hold(std::move(on_hold)), found(executor) {
  found.never_expire();
}

void DebugBoard::Debugged::judge() {
  bool const paused = std::ranges::any_of(debuggers, [](auto const& one) { return one->paused; });
  bool const settles = std::ranges::any_of(debuggers, [](auto const& one) { return one->settles; });
  auto const now = paused    ? DebugPort::Hold::paused
                   : awaited ? DebugPort::Hold::attaching
                   : settles ? DebugPort::Hold::settling
                             : DebugPort::Hold::none;
  if (std::exchange(hold, now) != now && on_hold) on_hold(now);
}

void DebugBoard::Debugged::go_on() {
  goes_on = true;
  awaited = false;
  judge();
}

DebugBoard::DebugBoard(Executor executor, std::shared_ptr<const DebugProtocol> protocol,
                       DebugPort::Options options)
    : executor_(std::move(executor)),
      protocol_(std::move(protocol)),
      options_(std::move(options)),
      time_(executor_) {}

void DebugBoard::spawn(Async<void> task) { asio::co_spawn(executor_, std::move(task), asio::detached); }

DebugBoard::DebuggedPtr DebugBoard::add(std::string id, DebugPort::OnHold on_hold) {
  auto one = std::make_shared<Debugged>(executor_, std::move(id), std::move(on_hold));
  processes_.push_front(one);
  bool const comes_back = expected_until_ && time_.now() < *expected_until_;
  one->has_to_wait = options_.waits || comes_back || !waiting_.empty();
  one->awaited = one->has_to_wait || options_.ide_attaches;
  one->hold = one->awaited ? DebugPort::Hold::attaching : DebugPort::Hold::none;
  lead_who_waits(one);
  if (one->awaited && !options_.waits) spawn(let_go_in_the_end(shared_from_this(), one));
  return one;
}

void DebugBoard::remove(const DebuggedPtr& one) {
  one->gone = true;
  one->on_hold = {};
  one->found.cancel();
  if (std::ranges::any_of(one->debuggers, [](auto const& debugger) { return !debugger->left; })) expect();
  for (auto const& debugger : std::exchange(one->debuggers, {})) part(*debugger);
  std::erase(processes_, one);
}

void DebugBoard::close() {
  for (auto const& debugger : std::exchange(waiting_, {})) hang_up(*debugger);
  while (!processes_.empty()) {
    auto const one = processes_.front();
    for (auto const& debugger : one->debuggers) hang_up(*debugger);
    remove(one);
  }
}

void DebugBoard::settle(const DebuggedPtr& one) {
  for (auto const& debugger : one->debuggers) {
    if (!debugger->is_through || debugger->left) continue;
    auto question = debugger->talk->ask_whether_settled();
    debugger->settles = !question.empty();
    if (debugger->settles) spawn(ask_until_settled(shared_from_this(), debugger, std::move(question)));
  }
  one->judge();
}

// An answer comes when the process has heeded what was said to it before.
Async<void> DebugBoard::ask_until_settled(Self self, DebuggerPtr debugger, std::string question) {
  auto& timer = debugger->settled;
  for (auto const until = timer.now() + kSettles; timer.now() < until;) {
    timer.expires_after(kAsksAgain);
    co_await say(debugger, std::move(question));
    if (debugger->settles) co_await timer.wait();
    if (!debugger->settles || debugger->gone) break;
    question = debugger->talk->ask_whether_settled();
  }
  if (std::exchange(debugger->settles, false) && !debugger->gone) debugger->talk->has_not_settled();
  if (auto const process = debugger->process.lock()) process->judge();
}

DebugBoard::DebuggedPtr DebugBoard::undebugged() const {
  auto const found = std::ranges::find_if(processes_, [](auto const& one) { return one->debuggers.empty(); });
  return found == processes_.end() ? nullptr : *found;
}

void DebugBoard::expect() { expected_until_ = time_.now() + kComesBack; }

Async<void> DebugBoard::serve(Self self, DebugWirePtr near, DebuggedPtr wanted) {
  auto const debugger = std::make_shared<Debugger>(self->executor_, std::move(near), self->protocol_->talk());
  if (wanted)
    self->lead(debugger, wanted);
  else
    self->waiting_.push_back(debugger);
  self->spawn(hear_process(self, debugger));
  co_await hear_debugger(self, debugger);
  self->leave(debugger);
}

void DebugBoard::lead_who_waits(const DebuggedPtr& process) {
  while (!waiting_.empty() && (protocol_->is_shared() || process->debuggers.empty())) {
    auto const debugger = waiting_.front();
    waiting_.pop_front();
    lead(debugger, process);
  }
}

void DebugBoard::lead(const DebuggerPtr& debugger, const DebuggedPtr& process) {
  expected_until_.reset();
  debugger->process = process;
  process->debuggers.push_back(debugger);
  debugger->led.cancel();
}

void DebugBoard::leave(const DebuggerPtr& debugger) {
  if (take_over(debugger)) return;
  auto const process = debugger->process.lock();
  bool const has_lost_it = process ? process->gone : debugger->far != nullptr;
  if (!debugger->gone && !has_lost_it) debugger->talk->leaves();
  hang_up(*debugger);
  std::erase(waiting_, debugger);
  if (!process) return;
  std::erase(process->debuggers, debugger);
  process->judge();
  if (process->awaited && !process->gone && !options_.waits && process->debuggers.empty())
    spawn(let_go_in_the_end(shared_from_this(), process));
  if (!process->gone) lead_who_waits(process);
}

bool DebugBoard::take_over(const DebuggerPtr& debugger) {
  auto const process = debugger->process.lock();
  if (!process || process->gone || debugger->gone || !debugger->is_through) return false;
  auto words = debugger->talk->take_over();
  if (words.empty()) return false;
  process->left = debugger->left = true;
  debugger->near->drop();
  heed(debugger, {.paused = false});
  spawn(say(debugger, std::move(words)));
  return true;
}

Async<void> DebugBoard::say(DebuggerPtr debugger, std::string words) {
  (void)co_await debugger->far->write(std::move(words));
}

void DebugBoard::hang_up(Debugger& debugger) {
  debugger.gone = true;
  debugger.led.cancel();
  debugger.near->drop();
  if (debugger.far) debugger.far->drop();
}

// Its process is gone: it may have to be told so. Who has said nothing to it waits for the next one.
void DebugBoard::part(Debugger& debugger) {
  if (debugger.far && !debugger.is_through) return hang_up(debugger);
  if (debugger.far) debugger.far->drop();
}

// What cannot be given on is dropped: its process has ended, and who hears that one hangs up.
Async<void> DebugBoard::hear_debugger(Self self, DebuggerPtr debugger) {
  for (;;) {
    auto message = co_await debugger->near->read();
    if (!message) co_return;
    if (debugger->is_through) {
      (void)co_await give(self, debugger, std::move(message.value()));
    } else {
      debugger->unsent_bytes += message.value().size();
      if (debugger->unsent_bytes > kMostWhileWaiting) co_return;
      debugger->unsent.push_back(std::move(message.value()));
    }
  }
}

Async<bool> DebugBoard::give(Self self, DebuggerPtr debugger, std::string message) {
  auto const says = debugger->talk->debugger_says(message);
  message = debugger->talk->translated(std::move(message));
  auto const written = co_await debugger->far->write(std::move(message));
  self->heed(debugger, says);
  co_return written.has_value();
}

void DebugBoard::heed(const DebuggerPtr& debugger, DebugTalk::Says says) {
  auto const process = debugger->process.lock();
  if (!process || process->gone) return;
  if (says.paused) debugger->paused = *says.paused;
  if (says.has_settled && std::exchange(debugger->settles, false)) debugger->settled.cancel();
  if (says.goes_on && process->awaited)
    process->go_on();
  else if (says.paused)
    process->judge();
  if (says.lets_go && process->awaited) spawn(let_go(shared_from_this(), process));
}

Async<void> DebugBoard::hear_process(Self self, DebuggerPtr debugger) {
  bool const reached = co_await reach(self, debugger);
  while (reached && !debugger->gone) {
    auto message = co_await debugger->far->read();
    if (!message) break;
    auto const says = debugger->talk->process_says(message.value());
    self->heed(debugger, says);
    if (debugger->left) {
      co_await answer(self, debugger, message.value());
      continue;
    }
    if (says.is_withheld) continue;
    auto const written = co_await debugger->near->write(std::move(message.value()));
    if (!written) break;
  }
  bool const is_there = !debugger->gone && !debugger->left;
  if (is_there) self->expect();
  if (reached && is_there)
    co_await say_farewell(self, debugger);
  else
    hang_up(*debugger);
}

Async<void> DebugBoard::answer(Self self, DebuggerPtr debugger, const std::string& message) {
  auto words = debugger->talk->answer(message);
  if (words.empty()) co_return;
  self->heed(debugger, debugger->talk->debugger_says(words));
  co_await say(debugger, std::move(words));
}

// It hangs up once it has read it, or is hung up on.
Async<void> DebugBoard::say_farewell(Self self, DebuggerPtr debugger) {
  auto last_words = debugger->talk->farewell();
  if (!last_words.empty()) {
    debugger->parting.expires_after(kFarewell);
    debugger->parting.on_expiry([debugger] { debugger->near->drop(); });
    (void)co_await debugger->near->write(std::move(last_words));
    if (!debugger->gone) debugger->near->end();
    while (!debugger->gone) co_await debugger->led.wait();
    debugger->parting.cancel();
  }
  hang_up(*debugger);
}

// Until it is led to a process that has what it said meanwhile.
Async<bool> DebugBoard::reach(Self self, DebuggerPtr debugger) {
  while (!debugger->far) {
    while (!debugger->gone && debugger->process.expired()) co_await debugger->led.wait();
    auto const process = debugger->process.lock();
    if (!process || debugger->gone) co_return false;
    auto far = co_await dial(self, process);
    if (debugger->gone || (!far && !process->gone)) co_return false;
    debugger->far = std::move(far);
    if (!debugger->far) self->wait_for_another(debugger);
  }
  while (!debugger->unsent.empty()) {
    auto message = std::move(debugger->unsent.front());
    debugger->unsent.pop_front();
    bool const given = co_await give(self, debugger, std::move(message));
    if (!given) co_return false;
  }
  debugger->is_through = true;
  co_return true;
}

void DebugBoard::wait_for_another(const DebuggerPtr& debugger) {
  debugger->process.reset();
  if (auto const next = undebugged())
    lead(debugger, next);
  else
    waiting_.push_back(debugger);
}

Async<DebugWirePtr> DebugBoard::dial(Self self, DebuggedPtr process) {
  if (!co_await found(process)) co_return nullptr;
  auto wire = co_await self->protocol_->dial(self->executor_, *process->where);
  if (wire) co_return std::move(wire.value());
  if (!process->gone && self->options_.warn) self->options_.warn(wire.error().message);
  co_return nullptr;
}

Async<bool> DebugBoard::found(DebuggedPtr process) {
  while (!process->where && !process->gone) co_await process->found.wait();
  co_return !process->gone;
}

// Nobody came back: it goes on without a debugger.
Async<void> DebugBoard::let_go_in_the_end(Self self, DebuggedPtr process) {
  Timer patience(self->executor_);
  patience.expires_after(self->options_.ide_attaches ? kAttaches : kComesBack);
  co_await patience.wait();
  if (process->gone || !process->awaited || !process->debuggers.empty()) co_return;
  self->expected_until_.reset();
  co_await let_go(self, process);
}

Async<void> DebugBoard::let_go(Self self, DebuggedPtr process) {
  if (!co_await found(process)) co_return;
  std::function<bool()> const still_waits = [process] { return process->awaited && !process->gone; };
  bool const goes_on = co_await self->protocol_->let_go(self->executor_, *process->where, still_waits);
  if (goes_on && still_waits()) process->go_on();
}

}  // namespace live
