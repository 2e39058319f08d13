#include "toolchain/dotnet_framework.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct DotnetFrameworkTest : testing::Test {
  std::filesystem::path write(const std::string& file, const std::string& text) {
    EXPECT_TRUE(write_file(folder.path() / file, text));
    return folder.path() / file;
  }
  TempDir folder = std::move(TempDir::create("framework").value());
};

constexpr const char* kSeveral =
    "<Project><PropertyGroup>\n<TargetFrameworks>\n net6.0; "
    "net8.0\n</TargetFrameworks></PropertyGroup></Project>";
constexpr const char* kOne =
    "<Project><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";

TEST_F(DotnetFrameworkTest, AProjectNamesSeveral) {
  EXPECT_THAT(target_frameworks(write("Fn.csproj", kSeveral)), ElementsAre("net6.0", "net8.0"));
}

TEST_F(DotnetFrameworkTest, AProjectForOneNamesNone) {
  EXPECT_THAT(target_frameworks(write("Fn.csproj", kOne)), IsEmpty());
}

TEST_F(DotnetFrameworkTest, TheyAreSharedByAllProjectsBelow) {
  write("Directory.Build.props", kSeveral);
  EXPECT_THAT(target_frameworks(write("src/fn/Fn.csproj", "<Project />")), ElementsAre("net6.0", "net8.0"));
}

TEST_F(DotnetFrameworkTest, TheMachineTellsItsRuntimes) {
  EXPECT_THAT(frameworks_here("Microsoft.AspNetCore.App 8.0.1 [/usr/lib/dotnet]\n"
                              "Microsoft.NETCore.App 3.1.10 [/usr/lib/dotnet]\n"
                              "Microsoft.NETCore.App 8.0.1 [/usr/lib/dotnet]\n"
                              "Microsoft.NETCore.App 8.0.2 [/usr/lib/dotnet]\n"),
              ElementsAre("netcoreapp3.1", "net8.0"));
}

TEST(DotnetFramework, ItsNameHasItsVersion) {
  EXPECT_EQ(major_version("net10.0"), 10);
  EXPECT_EQ(major_version("netcoreapp3.1"), 3);
  for (auto const* none : {"netstandard2.1", "net48", "net8.0-windows", ""})
    EXPECT_EQ(major_version(none), 0);
}

TEST(DotnetFramework, ThatOfTheRuntimeIsBuilt) {
  EXPECT_EQ(framework_for("dotnet8", {"net10.0", "net8.0"}, {"net10.0"}).value(), "net8.0");
  EXPECT_EQ(framework_for("dotnet10", {"net10.0", "net8.0"}, {}).value(), "net10.0");
  EXPECT_EQ(framework_for("dotnetcore3.1", {"netstandard2.1", "netcoreapp3.1"}, {}).value(), "netcoreapp3.1");
}

TEST(DotnetFramework, WhereNoneIsTheRuntimesItSaysSo) {
  auto const none = framework_for("dotnet8", {"net6.0", "net10.0"}, {"net10.0"});
  ASSERT_TRUE(none.has_error());
  EXPECT_EQ(
      none.error().message,
      "the project is for net6.0, net10.0, and the runtime dotnet8 runs net8.0: add it to TargetFrameworks");
}

TEST(DotnetFramework, AProgramOfItsOwnRuntimeTakesTheNewestOfTheMachine) {
  std::vector<std::string> const targets{"netstandard2.1", "net8.0", "net10.0", "net11.0", "net11.0-windows"};
  EXPECT_EQ(framework_for("provided.al2023", targets, {"net8.0", "net10.0"}).value(), "net10.0");
}

TEST(DotnetFramework, WhereTheMachineHasNoneOfThemItSaysSo) {
  auto const none = framework_for("provided.al2023", {"net8.0"}, {"net10.0"});
  ASSERT_TRUE(none.has_error());
  EXPECT_THAT(none.error().message, HasSubstr("is for net8.0, and `dotnet --list-runtimes` has net10.0"));
}

}  // namespace
}  // namespace live
