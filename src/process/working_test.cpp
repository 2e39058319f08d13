#include "process/working.h"

#include <sys/resource.h>

#include <thread>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "process/process.h"

namespace live {
namespace {

struct WorkingTest : testing::Test {
  std::unique_ptr<Process> shell(std::string script) {
    Command command{.arguments = {"sh", "-c", std::move(script)}};
    auto on_line = [this](Process::Stream, std::string_view) { ++lines; };
    auto started = Process::start(context.get_executor(), std::move(command), on_line).value();
    while (lines == 0) context.run_one();
    return started;
  }
  asio::io_context context;
  int lines = 0;  // it says one when it is there
};

TEST_F(WorkingTest, WhoComputesWorks) {
  auto const busy = shell("echo; while :; do :; done");
  EXPECT_TRUE(is_working(busy->pid()));
}

TEST_F(WorkingTest, WhoWaitsOrIsGoneDoesNot) {
  auto const waits = shell("echo; sleep 100");
  while (is_working(waits->pid())) std::this_thread::yield();
  EXPECT_FALSE(is_working(1 << 30));
}

TEST_F(WorkingTest, WhoGivesWayHasALowerPriority) {
  auto const process = shell("echo; while :; do :; done");
  let_others_come_first(process->pid());
  EXPECT_EQ(::getpriority(PRIO_PROCESS, id_t(process->pid())), 10);
}

}  // namespace
}  // namespace live
