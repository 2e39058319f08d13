#include "runtime/starts.h"

#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include "process/process.h"

namespace live {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

struct StartsTest : testing::Test {
  asio::io_context context;
  std::vector<int> entered;
  std::vector<Starts::Turn> places;
  std::chrono::milliseconds patience = 1h;

  Async<void> start(Starts& starts, int who) {
    auto place = co_await starts.enter(patience);
    entered.push_back(who);
    places.push_back(std::move(place));
  }
  void ask(Starts& starts, int who) { asio::co_spawn(context, start(starts, who), asio::detached); }
  void settle() {
    context.restart();
    context.poll();
  }
};

TEST_F(StartsTest, WhoComesWhenAllPlacesAreTakenWaitsItsTurn) {
  Starts starts(context.get_executor(), 2, 1h);
  for (int who = 1; who <= 4; ++who) ask(starts, who);
  settle();
  EXPECT_THAT(entered, ElementsAre(1, 2));
  places[1].reset();
  settle();
  EXPECT_THAT(entered, ElementsAre(1, 2, 3));
  places[0].reset();
  settle();
  EXPECT_THAT(entered, ElementsAre(1, 2, 3, 4));
  places.clear();
  settle();
  ask(starts, 5);
  settle();
  EXPECT_EQ(entered.back(), 5);
}

TEST_F(StartsTest, WhoTakesLongKeepsNobodyWaiting) {
  Starts starts(context.get_executor(), 1, 1ms);
  for (int who = 1; who <= 3; ++who) ask(starts, who);
  while (entered.size() < 3) context.run_one();
  EXPECT_THAT(entered, ElementsAre(1, 2, 3));
}

TEST_F(StartsTest, WhoStillWorksKeepsItsPlace) {
  Starts starts(context.get_executor(), 1, 1ms);
  Command const busy{.arguments = {"sh", "-c", "while :; do :; done"}};
  auto const process =
      Process::start(context.get_executor(), busy, [](Process::Stream, std::string_view) {}).value();
  for (int who = 1; who <= 2; ++who) ask(starts, who);
  settle();
  places[0]->runs_in(process->pid());
  context.restart();
  context.run_for(400ms);
  EXPECT_THAT(entered, ElementsAre(1));
  process->signal(SIGKILL);
  while (entered.size() < 2) context.run_one();
  EXPECT_THAT(entered, ElementsAre(1, 2));
}

TEST_F(StartsTest, WhoIsOneOfManyGivesWay) {
  Starts starts(context.get_executor(), 2, 1h);
  Command const sleeps{.arguments = {"sleep", "100"}};
  auto const process =
      Process::start(context.get_executor(), sleeps, [](Process::Stream, std::string_view) {}).value();
  ask(starts, 1);
  settle();
  auto const priority = [&] { return ::getpriority(PRIO_PROCESS, id_t(process->pid())); };
  auto const before = priority();
  places[0]->runs_in(process->pid(), Starts::for_this_machine());
  EXPECT_EQ(priority(), before);
  places[0]->runs_in(process->pid(), Starts::for_this_machine() + 1);
  EXPECT_EQ(priority(), 10);
}

TEST_F(StartsTest, WhoseTimeIsOverLeavesTheQueueWithoutAPlace) {
  Starts starts(context.get_executor(), 1, 1h);
  ask(starts, 1);
  settle();
  patience = 1ms;
  ask(starts, 2);
  while (entered.size() < 2) context.run_one();
  EXPECT_EQ(places[1], nullptr);
  patience = 1h;
  ask(starts, 3);
  settle();
  places[0].reset();
  settle();
  EXPECT_THAT(entered, ElementsAre(1, 2, 3));
  EXPECT_NE(places[2], nullptr);
}

}  // namespace
}  // namespace live
