// Work that goes on while something else is done, and is awaited later.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/timer.h"

namespace live {

// Begins at once. What the task borrows must live until it has ended: await it before letting go.
template <class T>
class Ahead {
 public:
  Ahead(const Executor& executor, Async<T> task) : state_(std::make_shared<State>(executor)) {
    asio::co_spawn(executor, run(state_, std::move(task)), asio::detached);
  }

  Async<T> get() { return end(state_); }  // once

 private:
  struct State {
    explicit State(const Executor& executor) : ended(executor) { ended.never_expire(); }
    Timer ended;
    std::optional<T> value;
  };
  static Async<void> run(std::shared_ptr<State> state, Async<T> task) {
    state->value.emplace(co_await std::move(task));
    state->ended.cancel();
  }
  static Async<T> end(std::shared_ptr<State> state) {
    if (!state->value) co_await state->ended.wait();
    co_return std::move(*state->value);
  }

  std::shared_ptr<State> state_;
};

// All at once; the results in the tasks' order.
template <class T>
Async<std::vector<T>> together(std::vector<Async<T>> tasks) {
  auto const executor = co_await asio::this_coro::executor;
  std::vector<Ahead<T>> begun;
  begun.reserve(tasks.size());
  for (auto& task : tasks) begun.emplace_back(executor, std::move(task));
  std::vector<T> results;
  results.reserve(tasks.size());
  for (auto& one : begun) results.push_back(co_await one.get());
  co_return results;
}

}  // namespace live
