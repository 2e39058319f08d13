#include "runtime/places.h"

#include <algorithm>
#include <deque>
#include <map>

#include "base/timer.h"

namespace live {

struct Places::Turn {
  Turn(const Executor& executor, std::string of) : function(std::move(of)), timer(executor) {}
  std::string function;
  Timer timer;
  bool has_come = false;
};

struct Places::State {
  State(Executor executor, Limits limits) : executor(std::move(executor)), limits(limits) {}

  size_t of(std::string_view function) const {
    auto const found = by_function.find(function);
    return found == by_function.end() ? 0 : found->second;
  }
  bool admits(std::string_view function) const {
    return taken < limits.overall && of(function) < limits.of_one_function;
  }
  void take(const std::string& function) {
    ++taken;
    ++by_function[function];
  }
  void leave(const std::string& function) {
    --taken;
    if (auto const at = by_function.find(function); --at->second == 0) by_function.erase(at);
    auto const next = std::find_if(waiting.begin(), waiting.end(),
                                   [this](auto const& turn) { return admits(turn->function); });
    if (next == waiting.end()) return;
    auto const turn = *next;
    waiting.erase(next);
    take(turn->function);
    turn->has_come = true;
    turn->timer.cancel();
  }

  Executor executor;
  Limits limits;
  size_t taken = 0;
  std::map<std::string, size_t, std::less<>> by_function;
  std::deque<std::shared_ptr<Turn>> waiting;
};

struct Places::Held {
  Held(std::shared_ptr<State> in, std::string of) : state(std::move(in)), function(std::move(of)) {}
  ~Held() { state->leave(function); }
  std::shared_ptr<State> state;
  std::string function;
};

Places::Places(Executor executor, Limits limits)
    : state_(std::make_shared<State>(std::move(executor), limits)) {}

Async<Places::Place> Places::enter(std::string function, std::chrono::nanoseconds patience) {
  auto const state = state_;
  if (state->admits(function)) {
    state->take(function);
    co_return std::make_shared<Held>(state, std::move(function));
  }
  auto const turn = std::make_shared<Turn>(state->executor, function);
  turn->timer.expires_after(patience);
  state->waiting.push_back(turn);
  co_await turn->timer.wait();
  if (turn->has_come) co_return std::make_shared<Held>(state, std::move(function));
  std::erase(state->waiting, turn);
  co_return nullptr;
}

bool Places::free_for(std::string_view function) const { return state_->admits(function); }

bool Places::wanted(std::string_view function) const {
  auto const& state = *state_;
  return std::any_of(state.waiting.begin(), state.waiting.end(), [&](auto const& turn) {
    bool const same = turn->function == function;
    return state.taken - 1 < state.limits.overall &&
           state.of(turn->function) - size_t(same) < state.limits.of_one_function;
  });
}

bool Places::function_is_full(std::string_view function) const {
  return state_->of(function) >= state_->limits.of_one_function;
}

size_t Places::taken() const { return state_->taken; }
size_t Places::waiting() const { return state_->waiting.size(); }

}  // namespace live
