#include "aws/renewed_credentials.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/timer.h"

namespace live::aws {
namespace {

using testing::ElementsAre;

class RenewedCredentialsTest : public testing::Test {
 protected:
  // Keys "1", "2", … that live so long; or the fault that is set. Each takes two turns of the loop.
  Async<Result<Credentials>> fetch() {
    ++fetched_;
    Timer timer(io_.get_executor());
    timer.expires_after(1ms);
    co_await timer.wait();
    if (fault_) co_return *fault_;
    auto const number = std::to_string(fetched_);
    co_return Credentials{number, "secret", "token", clock_.now() + life_};
  }

  // The keys that `count` requests at once are signed with, or why not.
  std::vector<std::string> keys(int count = 1) {
    std::vector<std::string> got(static_cast<size_t>(count));
    for (auto& one : got) {
      asio::co_spawn(
          io_,
          [&]() -> Async<void> {
            auto const found = co_await credentials_.get();
            one = found.has_error() ? found.error().message : found.value().access_key;
          },
          asio::detached);
    }
    run();
    return got;
  }
  void run() {
    io_.restart();
    io_.run();
  }

  asio::io_context io_;
  ManualClock clock_;
  std::chrono::seconds life_ = 1h;
  std::optional<Fault> fault_;
  int fetched_ = 0;
  RenewedCredentials credentials_{io_.get_executor(), clock_, [this] { return fetch(); }};
};

TEST_F(RenewedCredentialsTest, AreAskedForOnceByManyRequests) {
  EXPECT_THAT(keys(3), ElementsAre("1", "1", "1"));
  EXPECT_THAT(keys(2), ElementsAre("1", "1"));
  EXPECT_EQ(fetched_, 1);
}

TEST_F(RenewedCredentialsTest, AreRenewedBesideARequestThatGoesOnWithTheOldOnes) {
  keys();
  clock_.advance(54min);
  EXPECT_THAT(keys(), ElementsAre("1"));
  EXPECT_EQ(fetched_, 1);
  clock_.advance(2min);
  EXPECT_THAT(keys(2), ElementsAre("1", "1"));  // and renews
  EXPECT_EQ(fetched_, 2);
  EXPECT_THAT(keys(), ElementsAre("2"));
}

TEST_F(RenewedCredentialsTest, OfAMinuteAreRenewedOnceInAMinute) {
  life_ = 60s;
  keys();
  for (int second = 0; second < 58; second += 2) {
    clock_.advance(2s);
    keys();
  }
  EXPECT_EQ(fetched_, 2);
}

TEST_F(RenewedCredentialsTest, ThatEndedWhileTheMachineSleptAreWaitedFor) {
  keys();
  clock_.advance(8h);
  EXPECT_THAT(keys(2), ElementsAre("2", "2"));
}

TEST_F(RenewedCredentialsTest, ThatCannotBeRenewedServeUntilTheyEndAndTheUserIsToldOnce) {
  std::vector<std::string> told;
  credentials_.on_trouble([&](const Fault* why, TimePoint end) {
    told.push_back((why ? why->message : "renewed") + " " + std::to_string((end - clock_.now()) / 1min));
  });
  keys();
  fault_ = fault("sign in again");
  clock_.advance(56min);
  EXPECT_THAT(keys(), ElementsAre("1"));
  clock_.advance(1min);
  EXPECT_THAT(keys(), ElementsAre("1"));
  EXPECT_THAT(told, ElementsAre("sign in again 4"));
  EXPECT_EQ(fetched_, 3);

  fault_.reset();  // signed in, on another screen
  clock_.advance(1min);
  keys();
  EXPECT_THAT(keys(), ElementsAre("4"));
  EXPECT_THAT(told, ElementsAre("sign in again 4", "renewed 60"));
}

TEST_F(RenewedCredentialsTest, ThatEndedAndCannotBeRenewedFailWithTheReason) {
  keys();
  fault_ = fault("sign in again");
  clock_.advance(2h);
  EXPECT_THAT(keys(2), ElementsAre("sign in again", "sign in again"));
  fault_.reset();
  EXPECT_THAT(keys(), ElementsAre("3"));
}

TEST_F(RenewedCredentialsTest, ThatCameWithACodeAreUsedFirst) {
  credentials_.start_with({"code", "secret", "token", clock_.now() + 1h});
  EXPECT_THAT(keys(), ElementsAre("code"));
  EXPECT_EQ(fetched_, 0);
}

TEST_F(RenewedCredentialsTest, ThatDoNotEndAreNeverAskedForAgain) {
  credentials_.start_with({"user", "secret", "", std::nullopt});
  clock_.advance(1000h);
  EXPECT_THAT(keys(), ElementsAre("user"));
  EXPECT_EQ(fetched_, 0);
}

}  // namespace
}  // namespace live::aws
