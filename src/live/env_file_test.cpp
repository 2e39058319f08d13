#include "live/env_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class EnvFile : public testing::Test {
 protected:
  EnvFile() { app_.folder = folder_.path(); }
  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file(folder_.path() / name, text).has_value());
  }
  Result<EnvFiles> read(const std::string& stage = "dev") {
    return read_env_files(app_, stage, [this](const std::string& name) -> std::optional<std::string> {
      auto const found = shell_.find(name);
      return found == shell_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  Environment variables(std::string_view text) {
    write(".env", text);
    auto const found = read();
    EXPECT_TRUE(found.has_value()) << found.error().message;
    return found.has_value() ? found.value().variables : Environment();
  }
  std::string why(std::string_view text) {
    write(".env", text);
    auto const found = read();
    return found.has_value() ? "no fault" : found.error().message.substr(folder_.path().string().size() + 1);
  }
  TempDir folder_ = TempDir::create().value();
  App app_;
  std::map<std::string, std::string> shell_;
};

TEST_F(EnvFile, OfAStageComesBeforeThatOfAllAndALocalOneBeforeThatOfTheTeam) {
  write(".env", "A=1\nB=1\nC=1\nD=1\n");
  write(".env.local", "B=2\nC=2\nD=2\n");
  write(".env.dev", "C=3\nD=3\n");
  write(".env.dev.local", "D=4\n");
  write(".env.prod", "A=prod\n");
  auto const found = read().value();
  EXPECT_THAT(found.variables, ElementsAre(Pair("A", "1"), Pair("B", "2"), Pair("C", "3"), Pair("D", "4")));
  EXPECT_THAT(found.files, ElementsAre(folder_.path() / ".env.dev.local", folder_.path() / ".env.dev",
                                       folder_.path() / ".env.local", folder_.path() / ".env"));
}

TEST_F(EnvFile, WithoutOneThereAreNoVariables) {
  EXPECT_TRUE(read().value().variables.empty());
  EXPECT_EQ(read().value().files.size(), 4u);  // one may come
}

TEST_F(EnvFile, WhatTheShellHasIsNotReplaced) {
  shell_ = {{"A", "shell"}};
  EXPECT_THAT(variables("A=file\nB=\"$A and more\"\n"), ElementsAre(Pair("B", "shell and more")));
}

TEST_F(EnvFile, ThatLiveJsonNamesStandsInThePlaceOfTheUsualOnes) {
  write(".env", "A=usual\nB=usual\n");
  write("config/a", "A=a\n");
  write("config/b", "A=b\nC=b\n");
  app_.config.env_files = {{"dev", {"config/a", "config/b"}}, {"prod", {"absent"}}};
  EXPECT_THAT(read().value().variables, ElementsAre(Pair("A", "a"), Pair("C", "b")));
  EXPECT_THAT(read("next").value().variables, ElementsAre(Pair("A", "usual"), Pair("B", "usual")));
  EXPECT_THAT(read("prod").error().message,
              HasSubstr("absent, which \"env\" in live.json names for stage prod"));
}

TEST_F(EnvFile, HasCommentsQuotesAndExports) {
  EXPECT_THAT(variables("# a comment\n\n  A = plain text  # a comment\r\nexport B='single # "
                        "$A'\nC=a#b\nD=\nE=\"a\\n\\\"b\\\" \\x\"\n"
                        "F=`back \"tick\"` # a comment\nG=\"two\nlines\"\nH=x=y\n"),
              ElementsAre(Pair("A", "plain text"), Pair("B", "single # $A"), Pair("C", "a#b"), Pair("D", ""),
                          Pair("E", "a\n\"b\" \\x"), Pair("F", "back \"tick\""), Pair("G", "two\nlines"),
                          Pair("H", "x=y")));
}

TEST_F(EnvFile, AVariableMayStandInAValue) {
  EXPECT_THAT(
      variables("URL=http://$HOST:${PORT}/${PATHS:-v1}\nHOST=localhost\nPORT=80\nPRICE=5\\$\nCUR=$ 5 $1\n"),
      ElementsAre(Pair("CUR", "$ 5 $1"), Pair("HOST", "localhost"), Pair("PORT", "80"), Pair("PRICE", "5$"),
                  Pair("URL", "http://localhost:80/v1")));
}

TEST_F(EnvFile, WhatIsWrongIsToldWithItsLine) {
  EXPECT_EQ(why("A=1\nnonsense\n"), ".env:2: this is not NAME=value");
  EXPECT_EQ(why("A=1\n1A=1\n"), ".env:2: this is not NAME=value");
  EXPECT_EQ(why("A=\"1\nB=2\n"), ".env:1: the \" that begins here does not end");
  EXPECT_EQ(why("A='1\nB=2\n"), ".env:1: the ' that begins here does not end");
  EXPECT_EQ(why("A='1' 2\n"), ".env:1: nothing but a comment may stand behind the closing quote");
  EXPECT_EQ(
      why("\nA=pa$word\n"),
      ".env:2: there is no variable word; for a plain dollar sign write \\$, or the value in single quotes");
  EXPECT_EQ(why("A=${B\n"), ".env:1: the ${ of B does not end with }");
  EXPECT_EQ(why("A=$B\nB=$A\n"), ".env:1: A is made of itself");
}

}  // namespace
}  // namespace live
