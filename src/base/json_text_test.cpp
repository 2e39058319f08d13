#include "base/json_text.h"

#include <gtest/gtest.h>

namespace live {
namespace {

std::string why(std::string_view text) {
  auto const parsed = JsonText::parse("a.json", text);
  return parsed.has_error() ? parsed.error().message : "no fault";
}

TEST(JsonText, AMemberHasTheLineOfItsKey) {
  auto const text = JsonText::parse("a.json", R"({
  "one": 1, "two": {
    "deep/er":
      ["x",
       {"y": "}\"{"}]
  },
  "three": -1.5e3})");
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_EQ(text.value().place(""), "a.json:1");
  EXPECT_EQ(text.value().place("/two"), "a.json:2");
  EXPECT_EQ(text.value().place("/two/deep~1er"), "a.json:3");
  EXPECT_EQ(text.value().place("/two/deep~1er/0"), "a.json:4");
  EXPECT_EQ(text.value().place("/two/deep~1er/1/y"), "a.json:5");
  EXPECT_EQ(text.value().place("/three"), "a.json:7");
}

TEST(JsonText, WhatIsNoJsonHasALineAndAColumn) {
  EXPECT_TRUE(why("{\n  \"a\": 1\n  \"b\": 2\n}").starts_with("a.json:3:3: not JSON: "))
      << why("{\n  \"a\": 1\n  \"b\": 2\n}");
  EXPECT_TRUE(why("{\n  \"a\": tru\n}").starts_with("a.json:2:")) << why("{\n  \"a\": tru\n}");
  EXPECT_TRUE(why("{").starts_with("a.json:1:2: not JSON: ")) << why("{");
  EXPECT_TRUE(why("").starts_with("a.json:1:1: not JSON: ")) << why("");
  EXPECT_TRUE(why("{}\n }").starts_with("a.json:2:2: not JSON: ")) << why("{}\n }");
  EXPECT_TRUE(why("// no\n{}").starts_with("a.json:1:1: not JSON: ")) << why("// no\n{}");
}

TEST(JsonText, AMemberThatIsThereTwiceIsRefused) {
  EXPECT_EQ(why("{\"a\": 1,\n \"b\": {\"a\": 1},\n \"a\": 2}"), "a.json:3: \"a\" is there twice");
}

TEST(JsonText, EmptyContainersAndScalarsAreRead) {
  for (auto const* text : {"{}", "[]", " [ ] ", "1", "\"a\"", "[[],{}]", "null"})
    EXPECT_EQ(why(text), "no fault") << text;
}

}  // namespace
}  // namespace live
