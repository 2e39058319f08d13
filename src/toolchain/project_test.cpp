#include "toolchain/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

struct ProjectTest : testing::Test {
  void write(const std::string& file) { ASSERT_TRUE(write_file(folder.path() / file, "")); }
  std::optional<Project> find(std::string runtime, const std::string& path, json::object options = {}) {
    return find_project({.function = "shop/Fn",
                         .logical_id = "Fn",
                         .runtime = std::move(runtime),
                         .handler = "bootstrap",
                         .path = folder.path() / path,
                         .options = std::move(options)});
  }
  TempDir folder = std::move(TempDir::create("project").value());
};

TEST_F(ProjectTest, APackageInGoBelongsToTheModuleAboveIt) {
  write("api/go.mod");
  write("api/cmd/greet/main.go");
  auto const found = find("provided.al2023", "api/cmd/greet");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tool, Tool::go);
  EXPECT_EQ(found->folder, folder.path() / "api/cmd/greet");
  EXPECT_EQ(found->root, folder.path() / "api");
}

TEST_F(ProjectTest, TheEntryOfTheConstructIsThePackage) {
  write("api/go.mod");
  write("api/cmd/greet/main.go");
  auto const file = (folder.path() / "api/cmd/greet/main.go").string();
  auto const found = find("provided.al2", "api", {{"entry", file}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->folder, folder.path() / "api/cmd/greet");
}

TEST_F(ProjectTest, ABuiltFolderBelowAModuleRunsAsItLies) {
  write("api/go.mod");
  write("api/dist/bootstrap");
  EXPECT_FALSE(find("provided.al2023", "api/dist"));
}

TEST_F(ProjectTest, OfAWorkspaceInGoAllIsWatched) {
  write("go.work");
  write("api/go.mod");
  write("api/main.go");
  EXPECT_EQ(find("provided.al2023", "api")->root, folder.path());
}

TEST_F(ProjectTest, RustAndCppAreKnownByTheirToolsFiles) {
  write("rust/Cargo.toml");
  write("cmake/CMakeLists.txt");
  write("cmake/Makefile");  // CMake's own, of a build in the source's folder
  write("make/Makefile");
  EXPECT_EQ(find("provided.al2023", "rust")->tool, Tool::cargo);
  EXPECT_EQ(find("provided.al2023", "cmake")->tool, Tool::cmake);
  EXPECT_EQ(find("provided.al2023", "make")->tool, Tool::make);
  EXPECT_FALSE(find("nodejs22.x", "rust"));
}

TEST_F(ProjectTest, AJarLeadsToTheProjectThatMadeItAndThatToItsParent) {
  write("pom.xml");
  write("fn/pom.xml");
  write("fn/target/fn.jar");
  auto const found = find("java21", "fn/target/fn.jar");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tool, Tool::maven);
  EXPECT_EQ(found->folder, folder.path() / "fn");
  EXPECT_EQ(found->root, folder.path());
}

TEST_F(ProjectTest, AProjectOfGradleBelongsToItsSettings) {
  write("settings.gradle.kts");
  write("fn/build.gradle.kts");
  auto const found = find("java21", "fn");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tool, Tool::gradle);
  EXPECT_EQ(found->root, folder.path());
}

TEST_F(ProjectTest, AJarWithoutAProjectIsBuiltAlready) {
  write("fn.jar");
  EXPECT_EQ(find("java17", "fn.jar")->tool, Tool::jar);
  EXPECT_FALSE(find("java17", "absent.jar"));
}

TEST_F(ProjectTest, WhatDotnetPublishedLeadsToItsProject) {
  write("fn/Fn.csproj");
  write("fn/bin/Release/net8.0/publish/Fn.dll");
  auto const found = find("dotnet8", "fn/bin/Release/net8.0/publish");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->folder, folder.path() / "fn");
}

TEST_F(ProjectTest, AProgramInDotnetIsKnownByItsProjectOrByLyingInItsBin) {
  write("infra/Infra.csproj");
  write("infra/dist/bootstrap");
  write("infra/fn/Fn.csproj");
  write("infra/fn/bin/Release/net8.0/linux-x64/publish/bootstrap");
  EXPECT_EQ(find("provided.al2023", "infra/fn")->tool, Tool::dotnet);
  EXPECT_EQ(find("provided.al2023", "infra/fn/bin/Release/net8.0/linux-x64/publish")->folder,
            folder.path() / "infra/fn");
  EXPECT_FALSE(find("provided.al2023", "infra/dist")) << "of the app's own project";
}

TEST_F(ProjectTest, WhatDotnetPublishedElsewhereRunsAsItLies) {
  write("published/Fn.dll");
  EXPECT_FALSE(find("dotnet8", "published"));
  write("published/Fn.runtimeconfig.json");
  EXPECT_EQ(find("dotnet8", "published")->tool, Tool::assembly);
}

TEST_F(ProjectTest, AnotherProductHasAnotherIdentity) {
  write("classes/A.class");
  write("bootstrap");
  ToolProduct product{.task_root = {},
                      .executable = folder.path() / "bootstrap",
                      .class_path = {folder.path() / "classes"},
                      .folders = {}};
  auto const before = identity_of(product);
  EXPECT_EQ(identity_of(product), before);
  ASSERT_TRUE(write_file(folder.path() / "classes/A.class", "other"));
  auto const with_class = identity_of(product);
  EXPECT_NE(with_class, before);
  ASSERT_TRUE(write_file(folder.path() / "bootstrap", "other"));
  EXPECT_NE(identity_of(product), with_class);
}

}  // namespace
}  // namespace live
