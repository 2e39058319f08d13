#include "runtime/places.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

namespace live {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

struct PlacesTest : testing::Test {
  asio::io_context context;
  std::vector<std::string> entered;  // names, as they come in
  std::map<std::string, Places::Place> held;
  std::chrono::milliseconds patience = 1h;

  Async<void> enter(Places& places, std::string name) {
    auto place = co_await places.enter(name.substr(0, 1), patience);
    entered.push_back(name);
    held[name] = std::move(place);
  }
  // "a1": the first of function a.
  void ask(Places& places, std::string name) {
    asio::co_spawn(context, enter(places, std::move(name)), asio::detached);
    settle();
  }
  void leave(const std::string& name) {
    held.erase(name);
    settle();
  }
  void settle() {
    context.restart();
    context.poll();
  }
};

TEST_F(PlacesTest, WhoComesWhenAllAreTakenComesInInTheOrderOfAsking) {
  Places places(context.get_executor(), {2, 2});
  for (auto const* name : {"a1", "b1", "c1", "a2"}) ask(places, name);
  EXPECT_THAT(entered, ElementsAre("a1", "b1"));
  EXPECT_EQ(places.waiting(), 2u);
  leave("a1");
  EXPECT_THAT(entered, ElementsAre("a1", "b1", "c1"));
  leave("b1");
  EXPECT_THAT(entered, ElementsAre("a1", "b1", "c1", "a2"));
  held.clear();
  EXPECT_EQ(places.taken(), 0u);
}

TEST_F(PlacesTest, AFunctionAtItsOwnLimitHoldsUpNobodyElse) {
  Places places(context.get_executor(), {3, 1});
  for (auto const* name : {"a1", "a2", "b1", "c1", "d1"}) ask(places, name);
  EXPECT_THAT(entered, ElementsAre("a1", "b1", "c1"));
  leave("b1");
  EXPECT_THAT(entered, ElementsAre("a1", "b1", "c1", "d1"));
  leave("a1");
  EXPECT_EQ(entered.back(), "a2");
}

TEST_F(PlacesTest, APlaceIsWantedWhereLeavingItLetsSomebodyIn) {
  Places places(context.get_executor(), {3, 2});
  for (auto const* name : {"a1", "a2", "b1"}) ask(places, name);
  EXPECT_FALSE(places.wanted("a"));
  EXPECT_TRUE(places.function_is_full("a"));
  ask(places, "a3");
  EXPECT_TRUE(places.wanted("a"));
  EXPECT_FALSE(places.wanted("b"));
  ask(places, "c1");
  EXPECT_TRUE(places.wanted("b"));
}

TEST_F(PlacesTest, WhoseTimeIsOverLeavesTheQueueWithoutAPlace) {
  Places places(context.get_executor(), {1, 1});
  ask(places, "a1");
  patience = 1ms;
  asio::co_spawn(context, enter(places, "a2"), asio::detached);
  context.restart();
  while (entered.size() < 2) context.run_one();
  EXPECT_EQ(held["a2"], nullptr);
  EXPECT_EQ(places.waiting(), 0u);
  leave("a1");
  ask(places, "a3");
  EXPECT_NE(held["a3"], nullptr);
}

}  // namespace
}  // namespace live
