#include "base/ahead.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/result.h"

namespace live {
namespace {

using namespace std::chrono_literals;

Async<Result<int>> after(std::chrono::milliseconds time, int value, std::vector<int>& order) {
  Timer timer(co_await asio::this_coro::executor);
  timer.expires_after(time);
  co_await timer.wait();
  order.push_back(value);
  co_return value;
}

TEST(Ahead, WhatWasBegunGoesOnWhileSomethingElseIsAwaited) {
  asio::io_context io;
  std::vector<int> order;
  int sum = 0;
  auto const work = [&]() -> Async<void> {
    Ahead<Result<int>> first(io.get_executor(), after(1ms, 1, order));
    auto const second = co_await after(20ms, 2, order);
    auto const one = co_await first.get();
    sum = one.value() + second.value();
  };
  asio::co_spawn(io, work(), asio::detached);
  io.run();
  EXPECT_EQ(order, (std::vector{1, 2}));
  EXPECT_EQ(sum, 3);
}

TEST(Ahead, ResultsOfMoreTasksComeInTheirOrder) {
  asio::io_context io;
  std::vector<int> order, results;
  auto const work = [&]() -> Async<void> {
    std::vector<Async<Result<int>>> tasks;
    tasks.push_back(after(20ms, 1, order));
    tasks.push_back(after(1ms, 2, order));
    auto const all = co_await together(std::move(tasks));
    for (auto const& one : all) results.push_back(one.value());
  };
  asio::co_spawn(io, work(), asio::detached);
  io.run();
  EXPECT_EQ(order, (std::vector{2, 1}));
  EXPECT_EQ(results, (std::vector{1, 2}));
}

}  // namespace
}  // namespace live
