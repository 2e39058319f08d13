// For tests: runs coroutines to their end on a loop of their own.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/async.h"
#include "base/result.h"

namespace live::net {

// The coroutine's result. Other coroutines on the loop go on meanwhile. Throws what it throws, and when it
// takes longer than 30 s or waits for something that cannot come.
template <class T>
T run(asio::io_context& loop, Async<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  bool done = false;
  asio::co_spawn(
      loop,
      [](Async<T> work, std::optional<T>& result) -> Async<void> {
        result.emplace(co_await std::move(work));
      }(std::move(work), result),
      [&](std::exception_ptr thrown) {
        failure = thrown;
        done = true;
      });
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  loop.restart();
  while (!done && loop.run_one_until(limit) > 0) {
  }
  if (!done) throw std::runtime_error("the coroutine under test did not end");
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

inline void run(asio::io_context& loop, Async<void> work) {
  run(loop, [](Async<void> work) -> Async<bool> {
    co_await std::move(work);
    co_return true;
  }(std::move(work)));
}

}  // namespace live::net
