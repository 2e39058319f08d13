#include "cloud/logs/filter_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::cloud {
namespace {

constexpr std::string_view kTrail = R"({"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111",
  "arrayKey":["value","another value"],"objectList":[{"name":"a","id":1},{"name":"b","id":2}],
  "SomeObject":null,"cluster.name":"c","latency":49.5,"count":1000,"error":true,"text":"100"})";
constexpr std::string_view kRequest =
    R"(127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534)";

bool matches(std::string_view pattern, std::string_view message) {
  auto const parsed = FilterPattern::parse(pattern);
  EXPECT_TRUE(parsed.has_value()) << pattern << ": " << parsed.error().message;
  return parsed.has_value() && parsed.value().matches(message);
}
std::string refusal(std::string_view pattern) {
  auto const parsed = FilterPattern::parse(pattern);
  EXPECT_FALSE(parsed.has_value()) << pattern;
  return parsed.has_value() ? "" : parsed.error().message;
}
bool of_trail(std::string_view pattern) { return matches(pattern, kTrail); }
bool of_request(std::string_view pattern) { return matches(pattern, kRequest); }

TEST(FilterPattern, TermsAreAllWantedOptionalOnesOnlyAloneAndExcludedOnesNot) {
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("\" \"", "anything"));
  EXPECT_TRUE(matches("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS"));
  EXPECT_FALSE(matches("ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST"));
  EXPECT_FALSE(matches("error", "[ERROR 400] BAD REQUEST"));
  EXPECT_TRUE(matches("?ERROR ?ARGUMENTS", "[ERROR 400] BAD REQUEST"));
  EXPECT_FALSE(matches("?ERROR ?ARGUMENTS", "[INFO] REQUEST"));
  EXPECT_TRUE(matches("?ERROR ?ARGUMENTS REQUEST", "[INFO] REQUEST FAILED"));
  EXPECT_TRUE(matches("\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR"));
  EXPECT_FALSE(matches("\"INTERNAL ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR"));
  EXPECT_FALSE(matches("ERROR -\"BAD REQUEST\"", "[ERROR 400] BAD REQUEST"));
}

TEST(FilterPattern, MembersOfAJsonEventAreCompared) {
  EXPECT_TRUE(of_trail(R"({ $.eventType = "UpdateTrail" })"));
  EXPECT_TRUE(of_trail(R"({$.eventType=UpdateTrail})"));
  EXPECT_FALSE(of_trail(R"({ $.eventType = "Update" })"));
  EXPECT_TRUE(of_trail(R"({ $.eventType = "*Trail" })"));
  EXPECT_TRUE(of_trail(R"({ $.sourceIPAddress != 123.123.* })"));
  EXPECT_FALSE(of_trail(R"({ $.sourceIPAddress != 111.111.* })"));
  EXPECT_TRUE(of_trail(R"({ $.arrayKey[0] = "value" })"));
  EXPECT_TRUE(of_trail(R"({ $.objectList[1].id = 2 })"));
  EXPECT_TRUE(of_trail(R"({ $.['cluster.name'] = "c" })"));
  EXPECT_FALSE(of_trail(R"({ $.objectList = "*" })")) << "an array is no value";
  EXPECT_FALSE(of_trail(R"({ $.absent != "x" })"));
  EXPECT_FALSE(matches(R"({ $.a = 1 })", "a = 1"));
  EXPECT_TRUE(matches(R"({ $[0] = 1 })", "[1]"));
}

TEST(FilterPattern, NumbersAreComparedAsNumbers) {
  EXPECT_TRUE(of_trail("{ $.latency < 50 }"));
  EXPECT_FALSE(of_trail("{ $.latency >= 50 }"));
  EXPECT_TRUE(of_trail("{ $.count = 1e+3 }"));
  EXPECT_TRUE(of_trail("{ $.count != 1e-3 }"));
  EXPECT_TRUE(of_trail("{ $.count <= +1000 && $.count >= 1000.0 }"));
  EXPECT_FALSE(of_trail("{ $.text > 1 }")) << "a text is no number";
  EXPECT_TRUE(of_trail("{ $.count = 1* }"));
}

TEST(FilterPattern, WhatIsNullTrueFalseOrAbsentIsFound) {
  EXPECT_TRUE(of_trail("{ $.SomeObject IS NULL }"));
  EXPECT_FALSE(of_trail("{ $.eventType IS NULL }"));
  EXPECT_TRUE(of_trail("{ $.error IS TRUE }"));
  EXPECT_FALSE(of_trail("{ $.error IS FALSE }"));
  EXPECT_TRUE(of_trail("{ $.SomeOtherObject NOT EXISTS }"));
  EXPECT_FALSE(of_trail("{ $.SomeObject NOT EXISTS }"));
}

TEST(FilterPattern, AWildcardSelectsAnyElementOrMember) {
  EXPECT_TRUE(of_trail("{ $.arrayKey[*] = %val.{2}% }"));
  EXPECT_TRUE(of_trail(R"({ $.* = %111\.111\.111\.1[0-9]{1,2}% })"));
  EXPECT_TRUE(of_trail(R"({ $.objectList[*].name = "b" })"));
  EXPECT_THAT(refusal("{ $.a[*].b[*] = 1 }"), testing::HasSubstr("one \"*\" in a selector"));
}

TEST(FilterPattern, AndBindsCloserThanOrAndParenthesesCloserThanBoth) {
  constexpr std::string_view kUser = R"({"a":1,"b":2})";
  EXPECT_TRUE(matches("{ $.a = 1 || $.b = 9 && $.b = 9 }", kUser));
  EXPECT_FALSE(matches("{ ($.a = 1 || $.b = 9) && $.b = 9 }", kUser));
  EXPECT_TRUE(matches("{ ($.a = 1) && (($.b = 2)) }", kUser));
}

TEST(FilterPattern, FieldsAreComparedInTheirOrder) {
  EXPECT_TRUE(of_request(
      R"([ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes])"));
  EXPECT_TRUE(of_request("[..., request =*.html*, status_code = 4*, bytes]"));
  EXPECT_FALSE(of_request("[..., status_code = 5*, bytes]"));
  EXPECT_TRUE(of_request("[ip, ..., bytes > 1500]"));
  EXPECT_FALSE(of_request("[ip, ..., bytes > 1534]"));
  EXPECT_TRUE(of_request("[ip, a, b, c, d, status = 404 || status = 410, bytes]"));
  EXPECT_TRUE(of_request("[ip, a, b, c, d, (status >= 400 && status != 410), bytes]"));
  EXPECT_FALSE(of_request("[a, b, c, d, e, f, g, h]")) << "it has seven";
}

TEST(FilterPattern, TheLastFieldHasTheRestOfTheLine) {
  constexpr std::string_view kError = "ERROR 09/25/2014 12:00:02 Failed to process request";
  EXPECT_TRUE(matches("[w1=ERROR, w2]", kError));
  EXPECT_TRUE(matches("[w1=ERROR || w1=WARNING, w2]", kError));
  EXPECT_FALSE(matches("[w1!=ERROR && w1!=WARNING, w2]", kError));
  EXPECT_TRUE(matches("[w1, w2=*process*]", kError));
}

TEST(FilterPattern, RegularExpressionsAreCloudWatchs) {
  EXPECT_TRUE(matches("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST"));
  EXPECT_TRUE(matches("%^[hc]at%", "hat"));
  EXPECT_FALSE(matches("%^[hc]at%", "that"));
  EXPECT_FALSE(matches("%[hc]at$%", "hats"));
  EXPECT_TRUE(matches("%colou?r%", "color"));
  EXPECT_TRUE(matches("%^a{3,5}$%", "aaaa"));
  EXPECT_FALSE(matches("%^a{3,5}$%", "aaaaaa"));
  EXPECT_TRUE(matches("%^a{,2}$%", ""));
  EXPECT_TRUE(matches("%^a{2,}$%", "aaaaaa"));
  EXPECT_TRUE(matches("%^starting|^shutting down%", "shutting down now"));
  EXPECT_TRUE(matches("%abcc|ab[^c]$%", "aba"));
  EXPECT_FALSE(matches("%abcc|ab[^c]$%", "aac"));
  EXPECT_TRUE(matches(R"(%\[.\]%)", "[7]"));
  EXPECT_TRUE(matches(R"(%\d\D\s\S\w\W%)", "1a b_!"));
  EXPECT_TRUE(matches(R"(%\x28%)", "f("));
  for (auto const* refused : {"%a(b)%", "%a!%", "%[b-a]%", "%[a%", R"(%\q%)", "%a{9,1}%", "%*a%", "%\u00e4%"})
    EXPECT_THAT(refusal(refused), testing::HasSubstr("regular expression")) << refused;
}

TEST(FilterPattern, AnExpressionThatWouldCostAnothersExponentialTimeCostsLittle) {
  EXPECT_FALSE(matches("%^a*a*a*a*a*a*a*a*a*a*a*a*a*a*b$%", std::string(100'000, 'a')));
  EXPECT_THAT(refusal("%a{1000}b{1000}c{1000}%"), testing::HasSubstr("regular expression"));
}

TEST(FilterPattern, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_EQ(refusal("{ $.a == 1 }"), "Invalid filter pattern: a value is expected at character 8");
  EXPECT_EQ(refusal("{ a = 1 }"),
            R"(Invalid filter pattern: a selector that begins with "$" is expected at character 3)");
  EXPECT_EQ(refusal("{ $.a IS NOT NULL }"),
            "Invalid filter pattern: NULL, TRUE or FALSE is expected at character 10");
  EXPECT_EQ(refusal("{ $.a = 1"), R"(Invalid filter pattern: "}", && or || is expected at character 10)");
  EXPECT_EQ(refusal("[a, b = 1 || c = 2]"),
            "Invalid filter pattern: a condition of the field b is expected at character 15");
  EXPECT_EQ(refusal("[..., a, ...]"), R"(Invalid filter pattern: "..." may stand there once)");
  EXPECT_EQ(refusal("\"open"), "Invalid filter pattern: the closing \" is missing");
  EXPECT_THAT(refusal(std::string(1025, 'a')), testing::HasSubstr("more than 1024"));
  EXPECT_THAT(refusal("{" + std::string(500, '(') + "$.a = 1}"), testing::HasSubstr("parenthesis"));
}

}  // namespace
}  // namespace live::cloud
