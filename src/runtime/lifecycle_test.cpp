#include "runtime/lifecycle.h"

#include <gtest/gtest.h>

namespace live {
namespace {

using State = Lifecycle::State;

struct LifecycleTest : testing::Test {
  Lifecycle life;
  void give(std::string id) {
    ASSERT_FALSE(life.next());
    life.begin(std::move(id));
  }
};

TEST_F(LifecycleTest, ARuntimeAsksAnswersAndAsksAgain) {
  EXPECT_FALSE(life.initialised());
  give("a");
  EXPECT_TRUE(life.initialised());
  EXPECT_FALSE(life.answer("a"));
  EXPECT_EQ(life.state(), State::answered);
  give("b");
  EXPECT_FALSE(life.answer("b"));
}

TEST_F(LifecycleTest, AnAnswerForAnotherRequestIsA400) {
  EXPECT_EQ(life.answer("a")->status, 400);
  give("a");
  EXPECT_EQ(life.answer("b")->type, "InvalidRequestID");
  EXPECT_EQ(life.answer("")->status, 400);
  EXPECT_FALSE(life.answer("a"));
}

TEST_F(LifecycleTest, ASecondAnswerIsA403) {
  give("a");
  EXPECT_FALSE(life.answer("a"));
  EXPECT_EQ(life.answer("a")->status, 403);
  EXPECT_EQ(life.answer("a")->type, "InvalidStateTransition");
  ASSERT_FALSE(life.next());
  EXPECT_EQ(life.answer("a")->status, 403);
}

TEST_F(LifecycleTest, AskingForWorkBeforeAnsweringIsA403) {
  give("a");
  EXPECT_EQ(life.next()->status, 403);
  EXPECT_FALSE(life.answer("a"));
}

TEST_F(LifecycleTest, AskingAgainWhileWaitingIsAllowed) {
  EXPECT_FALSE(life.next());
  EXPECT_FALSE(life.next());
  EXPECT_EQ(life.state(), State::idle);
}

TEST_F(LifecycleTest, InitFailsOnceAndOnlyBeforeTheFirstAsking) {
  EXPECT_FALSE(life.init_error());
  EXPECT_FALSE(life.alive());
  EXPECT_EQ(life.init_error()->status, 403);
  EXPECT_EQ(life.next()->status, 403);
  Lifecycle other;
  EXPECT_FALSE(other.next());
  EXPECT_EQ(
      other.init_error()->message,
      "State transition from Ready to InitError failed for runtime. Error: State transition is not allowed");
}

TEST_F(LifecycleTest, NothingIsAllowedAfterTheEnd) {
  give("a");
  life.end();
  EXPECT_EQ(life.answer("a")->status, 403);
  EXPECT_EQ(life.next()->status, 403);
  EXPECT_FALSE(life.alive());
}

}  // namespace
}  // namespace live
