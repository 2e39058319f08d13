#include "live/named_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::HasSubstr;

struct NamedSourcesTest : testing::Test {
  NamedSourcesTest() {
    EXPECT_TRUE(write_file(app.path() / "go/main.go", ""));
    EXPECT_TRUE(write_file(app.path() / "src/api.ts", ""));
    EXPECT_TRUE(write_file(app.path() / "target/fn.jar", ""));
    AppFunction one;
    one.construct_path = "shop/Api";
    one.kind = "unknown";
    one.skip = "its code is not an asset of this app";
    functions = {one};
  }
  const AppFunction& named(const std::string& path) {
    EXPECT_TRUE(apply({{"Api", path}}, app.path(), functions));
    return functions.front();
  }
  std::string why(const NamedSources& sources) {
    auto const applied = apply(sources, app.path(), functions);
    return applied.has_error() ? applied.error().message : "";
  }

  TempDir app = std::move(TempDir::create("named").value());
  std::vector<AppFunction> functions;
};

TEST_F(NamedSourcesTest, AFolderAnEntryFileOrAnArchive) {
  EXPECT_EQ(named("go").kind, "folder");
  EXPECT_EQ(functions.front().folder, app.path() / "go");
  EXPECT_EQ(functions.front().skip, "");
  EXPECT_EQ(named("./src/api.ts").kind, "bundle");
  EXPECT_EQ(functions.front().entry, app.path() / "src/api.ts");
  EXPECT_EQ(named("target/fn.jar").kind, "archive");
}

TEST_F(NamedSourcesTest, WhatIsNotThereIsToldWithTheNextStep) {
  EXPECT_THAT(why({{"Api", "nowhere"}}), HasSubstr("the source of \"Api\" is not there: "));
  EXPECT_THAT(why({{"Aip", "go"}}), HasSubstr("\"Aip\" names no function (did you mean \"Api\"?)"));
}

TEST_F(NamedSourcesTest, AnImageStaysOne) {
  functions.front().kind = "image";
  EXPECT_EQ(named("go").kind, "image");
  EXPECT_EQ(functions.front().skip, "its code is not an asset of this app");
}

}  // namespace
}  // namespace live
