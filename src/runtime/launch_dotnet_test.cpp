#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "runtime/launchers.h"

namespace live {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;

struct LaunchDotnetTest : testing::Test {
  void write(const std::string& file) { ASSERT_TRUE(write_file(folder.path() / file, "{}")); }
  Program program(std::string handler) {
    Program one;
    one.function = "Greeter";
    one.runtime = "dotnet8";
    one.handler = std::move(handler);
    one.task_root = folder.path();
    one.memory_mb = 512;
    return one;
  }
  Program library() {
    auto one = program("Greeter::Greeter::Greet");
    one.executable = "/made/LiveBootstrap.dll";
    return one;
  }
  std::string in(const char* file) const { return (folder.path() / file).string(); }
  TempDir folder = std::move(TempDir::create("dotnet").value());
};

TEST_F(LaunchDotnetTest, AClassLibraryRunsByAwssClientWithItsOwnDependencies) {
  write("Greeter.deps.json");
  write("Greeter.runtimeconfig.json");
  auto const made = launch(library(), "127.0.0.1:1/x");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(
      made.value().command.arguments,
      ElementsAre("dotnet", "exec", "--depsfile", in("Greeter.deps.json"), "--runtimeconfig",
                  in("Greeter.runtimeconfig.json"), "/made/LiveBootstrap.dll", "Greeter::Greeter::Greet"));
  EXPECT_THAT(made.value().command.environment, Contains(Pair("LAMBDA_RUNTIME_NAME", "dotnet8")));
}

TEST_F(LaunchDotnetTest, AVariableNamesTheMainAssembly) {
  for (auto const* file :
       {"Shop.deps.json", "Shop.runtimeconfig.json", "Other.deps.json", "Other.runtimeconfig.json"})
    write(file);
  auto one = library();
  EXPECT_FALSE(launch(one, "127.0.0.1:1/x"));
  one.variables.emplace_back("LAMBDA_DOTNET_MAIN_ASSEMBLY", "Shop.dll");
  auto const made = launch(one, "127.0.0.1:1/x");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made.value().command.arguments, Contains(in("Shop.deps.json")));
}

TEST_F(LaunchDotnetTest, AProgramThatWasCompiledAheadRunsAsItIs) {
  write("Greeter");
  auto const none = launch(program("Greeter"), "127.0.0.1:1/x");
  ASSERT_TRUE(none.has_error());
  EXPECT_THAT(none.error().message, HasSubstr("Greeter.dll is not there"));
  std::filesystem::permissions(folder.path() / "Greeter", std::filesystem::perms::owner_all);
  auto const made = launch(program("Greeter"), "127.0.0.1:1/x");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made.value().command.arguments, ElementsAre(in("Greeter")));
}

TEST_F(LaunchDotnetTest, WithoutLimitsAwssClientSetsNoneEither) {
  write("Greeter.dll");
  auto one = program("Greeter");
  auto const limited = launch(one, "127.0.0.1:1/x").value().command.environment;
  EXPECT_THAT(limited, Contains(Pair("DOTNET_GCHeapHardLimit", "20000000")));
  one.limits = Limits::lifted;
  auto const free = launch(one, "127.0.0.1:1/x").value().command.environment;
  EXPECT_THAT(free, Contains(Pair("AWS_LAMBDA_DOTNET_DISABLE_MEMORY_LIMIT_CHECK", "true")));
  EXPECT_THAT(free, Not(Contains(Key("DOTNET_GCHeapHardLimit"))));
}

TEST_F(LaunchDotnetTest, WhatTellsOfTheDebuggerIsLoadedBeforeTheFunctionsOwnHooks) {
  write("Greeter.dll");
  auto one = program("Greeter");
  one.init_waits = true;
  EXPECT_FALSE(launch(one, "127.0.0.1:1/x").value().is_probed);
  EXPECT_FALSE(launch(one, "127.0.0.1:1/x").value().init_waits);
  one.debugger = "/made/LiveDebugger.dll";
  one.variables.emplace_back("DOTNET_STARTUP_HOOKS", "/own/Hook.dll");
  auto const made = launch(one, "127.0.0.1:1/x").value();
  EXPECT_TRUE(made.is_probed);
  EXPECT_TRUE(made.init_waits);
  EXPECT_THAT(made.command.environment,
              Contains(Pair("DOTNET_STARTUP_HOOKS", "/made/LiveDebugger.dll:/own/Hook.dll")));
}

}  // namespace
}  // namespace live
