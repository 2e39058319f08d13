#include "live/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "live/schema.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class LiveJson : public testing::Test {
 protected:
  Result<Config> read(std::string_view text) {
    auto const file = folder_.path() / "live.json";
    EXPECT_TRUE(write_file(file, text).has_value());
    return read_config(file);
  }
  std::string why(std::string_view text) {
    auto const config = read(text);
    if (config.has_value()) return "no fault";
    auto const folder = folder_.path().string() + "/";
    return config.error().message.starts_with(folder) ? config.error().message.substr(folder.size())
                                                      : "unplaced: " + config.error().message;
  }
  TempDir folder_ = TempDir::create().value();
};

TEST_F(LiveJson, EverySettingIsTaken) {
  auto const read_text = R"({
    "$schema": "schema/live.schema.json",
    "name": "shop", "stage": "dev", "region": "eu-west-1", "profile": "work", "main": "app.js",
    "live": {"only": ["Api*"], "except": ["Cron", "Slow"], "workers": 32, "workersPerFunction": 8,
             "limits": false, "privateTmp": false, "vpc": "keep"},
    "debugStack": {"tags": {"team": "blue"}},
    "accounts": {"prod": "123456789012", "john.doe": "000000000000"},
    "takeover": "ask", "typeCheck": false, "lint": false,
    "env": {"dev": "dev.env", "prod": ["a.env", "b.env"]}})";
  auto const config = read(read_text);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  auto const& is = config.value();
  EXPECT_EQ(is.name, "shop");
  EXPECT_EQ(is.stage, "dev");
  EXPECT_EQ(is.region, "eu-west-1");
  EXPECT_EQ(is.profile, "work");
  EXPECT_EQ(is.main, "app.js");
  EXPECT_THAT(is.only, ElementsAre("Api*"));
  EXPECT_THAT(is.except, ElementsAre("Cron", "Slow"));
  EXPECT_EQ(is.workers, 32u);
  EXPECT_EQ(is.workers_per_function, 8u);
  EXPECT_FALSE(is.limits);
  EXPECT_FALSE(is.private_tmp);
  EXPECT_TRUE(is.keeps_vpc);
  EXPECT_THAT(is.debug_stack_tags, ElementsAre(Pair("team", "blue")));
  EXPECT_THAT(is.accounts, ElementsAre(Pair("john-doe", "000000000000"), Pair("prod", "123456789012")));
  EXPECT_EQ(is.takeover, Config::Takeover::ask);
  EXPECT_FALSE(is.type_check);
  EXPECT_FALSE(is.lint);
  EXPECT_THAT(is.env_files,
              ElementsAre(Pair("dev", ElementsAre("dev.env")), Pair("prod", ElementsAre("a.env", "b.env"))));
}

TEST_F(LiveJson, AllOfItIsOptional) {
  auto const config = read("{}");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config.value().takeover, Config::Takeover::take);
  EXPECT_EQ(config.value().workers, 0u);
  EXPECT_TRUE(config.value().limits);
  EXPECT_TRUE(config.value().private_tmp);
  EXPECT_FALSE(config.value().keeps_vpc);
}

TEST_F(LiveJson, AnUnknownSettingIsToldWithItsLineAndTheOneThatIsClose) {
  EXPECT_EQ(why("{\n  \"stage\": \"dev\",\n  \"nmae\": \"x\"\n}"),
            "live.json:3: \"nmae\" is no setting (did you mean \"name\"?); there are name, stage, region, "
            "profile, main, live, debugStack, accounts, takeover, typeCheck, lint, env");
  EXPECT_EQ(
      why(R"({"live": {"wokers": 3}})"),
      "live.json:1: \"live.wokers\" is no setting (did you mean \"live.workers\"?); there are live.only, "
      "live.except, live.functions, live.inspect, live.workers, live.workersPerFunction, live.limits, "
      "live.privateTmp, "
      "live.vpc");
  EXPECT_THAT(why(R"({"workers": 3})"), HasSubstr("did you mean \"live.workers\"?"));
  EXPECT_THAT(why(R"({"colour": 3})"), HasSubstr("\"colour\" is no setting; there are name"));
}

TEST_F(LiveJson, AWrongTypeIsToldWithItsLineAndWhatIsWanted) {
  EXPECT_EQ(why("{\n\"name\":\n3}"), "live.json:2: \"name\" must be a text that is not empty");
  EXPECT_EQ(why(R"({"name": ""})"), "live.json:1: \"name\" must be a text that is not empty");
  for (auto const* wrong : {"0", "1025", "-1", "1.5", "\"3\"", "true", "18446744073709551615"})
    EXPECT_EQ(why(fmt::format("{{\"live\":{{\"workers\":{}}}}}", wrong)),
              "live.json:1: \"live.workers\" must be a whole number from 1 to 1024");
  EXPECT_EQ(why(R"({"live": []})"), "live.json:1: \"live\" must be an object");
  EXPECT_EQ(why(R"({"live": {"only": "Api"}})"), "live.json:1: \"live.only\" must be a list of globs");
  EXPECT_EQ(why("{\"live\": {\"only\": [\n\"Api\",\n7]}}"),
            "live.json:3: \"live.only[1]\" must be a text that is not empty");
  EXPECT_EQ(why(R"({"takeover": "never"})"), "live.json:1: \"takeover\" must be \"take\" or \"ask\"");
  EXPECT_EQ(why(R"({"lint": "no"})"), "live.json:1: \"lint\" must be true or false");
  EXPECT_EQ(why(R"({"accounts": {"prod": 123456789012}})"),
            "live.json:1: \"accounts.prod\" must be a text of an account's 12 digits");
  EXPECT_EQ(why(R"({"accounts": {"prod": "12345"}})"),
            "live.json:1: \"accounts.prod\" must be a text of an account's 12 digits");
  EXPECT_EQ(why(R"({"accounts": {"7": "123456789012"}})"),
            "live.json:1: \"7\" in \"accounts\" is not a stage's name");
  EXPECT_EQ(why(R"({"env": {"dev": 1}})"), "live.json:1: \"env.dev\" must be a path or a list of paths");
  EXPECT_EQ(why("[]"), "live.json:1: the whole must be an object");
}

TEST_F(LiveJson, WhatIsNoJsonIsToldWithItsLineAndColumn) {
  EXPECT_THAT(why("{\n  \"name\": \"x\"\n  \"stage\": \"y\"\n}"), HasSubstr("live.json:3:3: not JSON"));
  EXPECT_EQ(why("{\"name\":\"a\",\n\"name\":\"b\"}"), "live.json:2: \"name\" is there twice");
}

TEST(LiveSchema, IsExplainedSettingBySetting) {
  auto const page = read_file(std::string(LIVE_SOURCE_DIR) + "/docs/configuration.md");
  ASSERT_TRUE(page.has_value());
  auto const settings = Schema::of_live_json().settings();
  EXPECT_THAT(settings, testing::Contains("live.workersPerFunction"));
  for (auto const& setting : settings) EXPECT_THAT(page.value(), HasSubstr("`" + setting + "`"));
}

TEST(StageName, IsMadeOfLettersDigitsAndHyphens) {
  EXPECT_EQ(stage_name("john.doe").value(), "john-doe");
  EXPECT_EQ(stage_name("John.Doe").value(), "John-Doe");
  EXPECT_EQ(stage_name("root").value(), "root");
  EXPECT_EQ(stage_name("a b__c").value(), "a-b-c");
  EXPECT_TRUE(stage_name("").has_error());
  EXPECT_TRUE(stage_name("42").has_error());
  EXPECT_TRUE(stage_name(std::string(65, 'a')).has_error());
}

}  // namespace
}  // namespace live
