#include "live/known_app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using namespace std::chrono_literals;

class KnownAppTest : public testing::Test {
 protected:
  KnownAppTest() {
    app.folder = folder.path();
    EXPECT_TRUE(write_file(input, "export default 1"));
    fs::last_write_time(input, now - 1h);
    made.inputs.files = {input};
    made.stacks = {{.id = "api", .name = "dev-shop-api"}};
    AppFunction function;
    function.construct_path = "api/Orders";
    function.stack = "dev-shop-api";
    function.logical_id = "Orders1";
    function.nested_in = "Nested";
    function.skip = "it belongs to the CDK";
    made.functions = {function};
    EXPECT_TRUE(remember_app(app, "dev", made, now - 1min));
  }

  bool is_known() { return recall_app(app, "dev").has_value(); }

  TempDir folder = TempDir::create().value();
  fs::path input = folder.path() / "index.js";
  fs::file_time_type now = fs::file_time_type::clock::now();
  App app;
  Synthesis made;
};

TEST_F(KnownAppTest, WhatASynthesisFoundIsKnownOfThatStage) {
  auto const known = recall_app(app, "dev");
  ASSERT_TRUE(known);
  EXPECT_THAT(known->stacks, ElementsAre("dev-shop-api"));
  ASSERT_EQ(known->functions.size(), 1);
  auto const& one = known->functions.front();
  EXPECT_EQ(one.construct_path, "api/Orders");
  EXPECT_EQ(one.nested_in, "Nested");
  EXPECT_EQ(one.logical_id, "Orders1");
  EXPECT_EQ(one.skip, "it belongs to the CDK");
  EXPECT_FALSE(recall_app(app, "prod"));
  EXPECT_THAT(stages_worked_on(app.state_folder()), ElementsAre("dev"));
}

TEST_F(KnownAppTest, AnInputThatWasSavedSinceTheSynthesisBeganMakesItUnknown) {
  fs::last_write_time(input, now);
  EXPECT_FALSE(is_known());
  EXPECT_TRUE(recall_app_as_it_was(app.state_folder(), "dev"));
}

TEST_F(KnownAppTest, SoDoesOneThatIsGone) {
  fs::remove(input);
  EXPECT_FALSE(is_known());
}

TEST_F(KnownAppTest, AndANewSettingsFile) {
  EXPECT_TRUE(write_file(folder.path() / "cdk.json", "{}"));
  EXPECT_FALSE(is_known());
}

TEST_F(KnownAppTest, AnAppWhoseInputsAreNotKnownIsSynthesisedEachTime) {
  made.inputs.files.clear();
  EXPECT_TRUE(remember_app(app, "dev", made, now));
  EXPECT_FALSE(is_known());
}

TEST_F(KnownAppTest, SoIsOneWhoseLanguageDoesNotTellWhichFilesItHas) {
  made.inputs.sources =
      Inputs::Sources{.folder = folder.path(), .names = {"*.py"}, .ignore = {}, .except = {}};
  EXPECT_TRUE(remember_app(app, "dev", made, now));
  EXPECT_FALSE(is_known());
}

}  // namespace
}  // namespace live
