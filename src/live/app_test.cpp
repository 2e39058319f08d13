#include "live/app.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

class AppFolder : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file(folder_.path() / name, text).has_value());
  }
  Result<App> find() { return find_app(folder_.path()); }
  TempDir folder_ = TempDir::create().value();
  static std::string no_prompt(std::string_view) {
    ADD_FAILURE() << "asked";
    return "";
  }
};

TEST_F(AppFolder, WithNeitherLibIndexNorCdkJsonSaysBoth) {
  auto const app = find();
  ASSERT_TRUE(app.has_error());
  EXPECT_NE(app.error().message.find("lib/index"), std::string::npos);
  EXPECT_NE(app.error().message.find("cdk.json"), std::string::npos);
}

TEST_F(AppFolder, LibIndexIsTheMainForm) {
  write("lib/index.js", "");
  write("package.json", R"({"name":"@acme/orders.api"})");
  auto const app = find().value();
  EXPECT_EQ(app.form, App::Form::main);
  EXPECT_EQ(app.main.filename(), "index.js");
  EXPECT_EQ(app.name, "orders-api");
}

TEST_F(AppFolder, CdkJsonWinsOverALibraryIndex) {
  write("lib/index.ts", "");
  write("cdk.json", R"({"app":"node app.js"})");
  EXPECT_EQ(find().value().form, App::Form::cdk);
  write("live.json", R"({"main":"lib/index.ts","name":"mine"})");
  EXPECT_EQ(find().value().form, App::Form::main);
  EXPECT_EQ(find().value().name, "mine");
}

TEST_F(AppFolder, LiveJsonLimitsTheWorkers) {
  write("lib/index.js", "");
  EXPECT_EQ(find().value().config.workers, 0u);
  write("live.json", R"({"live":{"workers":32,"workersPerFunction":8}})");
  EXPECT_EQ(find().value().config.workers, 32u);
  EXPECT_EQ(find().value().config.workers_per_function, 8u);
}

TEST_F(AppFolder, AnotherConfigurationIsOfTheAppInItsFolder) {
  write("lib/index.js", "");
  write("live.json", R"({"name":"usual"})");
  write("live.other.json", R"({"name":"other","stage":"next"})");
  auto const app = find_app_of(folder_.path() / "live.other.json").value();
  EXPECT_EQ(app.name, "other");
  EXPECT_EQ(app.config.stage, "next");
  EXPECT_EQ(app.folder, std::filesystem::canonical(folder_.path()));
  auto const absent = find_app_of(folder_.path() / "absent.json");
  ASSERT_TRUE(absent.has_error());
  EXPECT_NE(absent.error().message.find("absent.json"), std::string::npos);
}

TEST_F(AppFolder, AnUnknownSettingAndAMissingMainAreNamed) {
  write("lib/index.js", "");
  write("live.json", R"({"nmae":"x"})");
  EXPECT_NE(find().error().message.find("live.json:1: \"nmae\""), std::string::npos);
  write("live.json", R"({"main":"no.js"})");
  EXPECT_NE(find().error().message.find("no.js"), std::string::npos);
  write("live.json", "{");
  EXPECT_NE(find().error().message.find("live.json"), std::string::npos);
}

TEST_F(AppFolder, TheStageIsAskedForOnceAndThenRemembered) {
  write("lib/index.js", "");
  auto const app = find().value();
  auto const accept = [](std::string_view suggestion) { return std::string(suggestion); };
  EXPECT_EQ(choose_stage(app, "", "john.doe", accept).value().stage, "john-doe");
  auto const again = choose_stage(app, "", "other", no_prompt).value();
  EXPECT_EQ(again.stage, "john-doe");
  EXPECT_TRUE(again.remembered);
  EXPECT_EQ(choose_stage(app, "prod", "other", no_prompt).value().stage, "prod");
}

TEST_F(AppFolder, ADeploymentOfAnotherStageDoesNotBecomeTheOneToWorkOn) {
  write("lib/index.js", "");
  auto const app = find().value();
  auto const accept = [](std::string_view suggestion) { return std::string(suggestion); };
  EXPECT_EQ(choose_stage(app, "prod", "jane", no_prompt, Remember::answers).value().stage, "prod");
  EXPECT_EQ(choose_stage(app, "", "jane", accept, Remember::answers).value().stage, "jane");
  EXPECT_EQ(choose_stage(app, "prod", "jane", no_prompt, Remember::answers).value().stage, "prod");
  EXPECT_EQ(choose_stage(app, "", "jane", no_prompt).value().stage, "jane");
}

TEST_F(AppFolder, TheStateFolderIsItsOwnersAloneAndNeverCommitted) {
  write("lib/index.js", "");
  auto const app = find().value();
  ASSERT_TRUE(choose_stage(app, "dev", "jane", no_prompt).has_value());
  auto const folder = app.state_folder();
  EXPECT_EQ(std::filesystem::status(folder).permissions(), std::filesystem::perms::owner_all);
  EXPECT_EQ(read_file(folder / ".gitignore").value(), "*\n");
}

}  // namespace
}  // namespace live
