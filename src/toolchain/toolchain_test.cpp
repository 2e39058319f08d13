#include "toolchain/toolchain.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Urgency = Toolchain::Urgency;

// Projects of make: every machine that builds us has it.
class ToolchainTest : public testing::Test {
 protected:
  ToolSource project(const std::string& name, const std::string& rule) {
    EXPECT_TRUE(write_file(folder_.path() / name / "Makefile", "bootstrap:\n\t" + rule + "\n"));
    return {.function = name,
            .logical_id = name,
            .runtime = "provided.al2023",
            .handler = "any",
            .path = folder_.path() / name,
            .options = {}};
  }
  std::string makes(const std::string& name) {
    return fmt::format(
        "echo {} >> {} && printf x > $(ARTIFACTS_DIR)/bootstrap && chmod +x $(ARTIFACTS_DIR)/bootstrap", name,
        (folder_.path() / "order").string());
  }
  void begin(const ToolSource& source, Urgency urgency = Urgency::background) {
    auto const ask = [](ToolchainTest& test, ToolSource one, Urgency how) -> Async<void> {
      auto const project = *find_project(one);
      auto const built = co_await test.toolchain_->build(one, project, how);
      test.said_.push_back(built.has_error() ? built.error().message : one.function);
    };
    asio::co_spawn(context_, ask(*this, source, urgency), asio::detached);
  }
  void run() { context_.run_for(std::chrono::seconds(60)); }
  std::string order() { return read_file(folder_.path() / "order").value(); }

  asio::io_context context_;
  TempDir folder_ = std::move(TempDir::create("toolchain").value());
  std::unique_ptr<Toolchain> toolchain_ =
      std::make_unique<Toolchain>(context_.get_executor(), folder_.path() / "made", 1);
  std::vector<std::string> said_;
};

TEST_F(ToolchainTest, WhatACallWaitsForIsBuiltBeforeWhatIsNot) {
  for (auto const* name : {"a", "b", "c", "d"})
    begin(project(name, makes(name)), *name == 'd' ? Urgency::waited_for : Urgency::background);
  asio::post(context_, [this] { toolchain_->hurry("c"); });
  run();
  EXPECT_EQ(order(), "a\nc\nd\nb\n");
  EXPECT_EQ(said_.size(), 4);
}

TEST_F(ToolchainTest, AFaultIsWhatTheToolSaid) {
  begin(project("a", "echo main.x:3: no such thing >&2; exit 1"));
  run();
  ASSERT_EQ(said_.size(), 1);
  EXPECT_THAT(said_.front(), HasSubstr("make --no-print-directory bootstrap failed (exit status 2):"));
  EXPECT_THAT(said_.front(), HasSubstr("main.x:3: no such thing"));
}

TEST_F(ToolchainTest, ALineOfMegabytesIsCut) {
  begin(project("a", "head -c 3000000 /dev/zero | tr '\\0' x; exit 1"));
  run();
  ASSERT_EQ(said_.size(), 1);
  EXPECT_LT(said_.front().size(), 64 * 1024);
  EXPECT_THAT(said_.front(), HasSubstr("xxx…"));
}

TEST_F(ToolchainTest, WhatMakesNoProgramIsToldSo) {
  begin(project("a", "true"));
  run();
  EXPECT_THAT(said_.front(), HasSubstr("made no executable bootstrap, neither in $ARTIFACTS_DIR nor in "));
}

TEST_F(ToolchainTest, TheEndOfTheSessionEndsWhoWaits) {
  begin(project("a", "sleep 30"));
  begin(project("b", makes("b")));
  asio::post(context_, [this] { toolchain_.reset(); });
  context_.run_for(std::chrono::seconds(1));
  EXPECT_THAT(said_, ElementsAre("the session ends"));
}

}  // namespace
}  // namespace live
