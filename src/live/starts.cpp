#include "live/starts.h"

#include <algorithm>
#include <deque>
#include <thread>

#include "base/timer.h"

namespace live {

struct Starts::Turn {
  explicit Turn(const Executor& executor) : timer(executor) {}
  Timer timer;
  bool has_come = false;
};

struct Starts::State {
  State(Executor executor, size_t most, std::chrono::milliseconds longest)
      : executor(std::move(executor)), most(most), longest(longest) {}

  void leave() {  // who waits longest has the place now
    if (waiting.empty()) {
      --starting;
      return;
    }
    auto const next = waiting.front();
    waiting.pop_front();
    next->has_come = true;
    next->timer.cancel();
  }

  Executor executor;
  size_t most, starting = 0;
  std::chrono::milliseconds longest;
  std::deque<std::shared_ptr<Turn>> waiting;
};

struct Starts::Held {
  explicit Held(std::shared_ptr<State> in) : state(std::move(in)), limit(state->executor) {}
  ~Held() { leave(); }
  void leave() {
    if (!std::exchange(left, true)) state->leave();
  }

  std::shared_ptr<State> state;
  Timer limit;
  bool left = false;
};

Starts::Starts(Executor executor, size_t most, std::chrono::milliseconds longest)
    : state_(std::make_shared<State>(std::move(executor), most, longest)) {}

size_t Starts::for_this_machine() { return std::max<size_t>(4, 2 * std::thread::hardware_concurrency()); }

Async<Starts::Place> Starts::enter(std::chrono::nanoseconds patience) {
  auto const state = state_;
  if (state->starting < state->most) {
    ++state->starting;
  } else {
    auto const turn = std::make_shared<Turn>(state->executor);
    turn->timer.expires_after(patience);
    state->waiting.push_back(turn);
    co_await turn->timer.wait();
    if (!turn->has_come) {
      std::erase(state->waiting, turn);
      co_return nullptr;
    }
  }
  auto const held = std::make_shared<Held>(state);
  held->limit.expires_after(state->longest);
  held->limit.on_expiry([weak = std::weak_ptr(held)] {
    if (auto const one = weak.lock()) one->leave();
  });
  co_return held;
}

}  // namespace live
