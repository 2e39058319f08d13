#include "process/run_to_end.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Async<void> keep(Async<Result<Finished>> work, std::optional<Result<Finished>>& result) {
  result.emplace(co_await std::move(work));
}

Result<Finished> shell(std::string script, std::chrono::milliseconds limit) {
  asio::io_context context;
  std::optional<Result<Finished>> result;
  Command command{.arguments = {"sh", "-c", std::move(script)}, .inherits_environment = true};
  asio::co_spawn(context, keep(run_to_end(context.get_executor(), std::move(command), limit), result),
                 asio::detached);
  context.run();
  return *result;
}

TEST(RunToEnd, GivesWhatACommandSaidAndHowItEnded) {
  auto const finished = shell("echo one; echo two >&2; exit 3", 10s);
  ASSERT_TRUE(finished);
  EXPECT_THAT(finished.value().out, ElementsAre("one"));
  EXPECT_THAT(finished.value().err, ElementsAre("two"));
  EXPECT_EQ(finished.value().status.code, 3);
}

TEST(RunToEnd, ACommandThatNeverEndsIsEnded) {
  auto const finished = shell("while :; do :; done", 50ms);
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind, Fault::Kind::timeout);
}

}  // namespace
}  // namespace live
