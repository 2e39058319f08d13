#include "base/json.h"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Json, WhatIsNotAnObjectOrTooDeepIsAFault) {
  EXPECT_TRUE(parse_json_object("[1]").has_error());
  EXPECT_TRUE(parse_json("{").has_error());
  EXPECT_TRUE(parse_json(std::string(300, '[') + std::string(300, ']')).has_error());
  EXPECT_TRUE(parse_json("[[[]]]", 3).has_value());
}

TEST(Json, ReadersGiveNothingForMissingOrMistypedMembers) {
  auto const object =
      parse_json_object(R"({"text":"a","number":"12","flag":true,"whole":3.0,"part":3.5})").value();
  EXPECT_EQ(find_string(object, "text"), "a");
  EXPECT_FALSE(find_string(object, "flag"));
  EXPECT_EQ(find_int(object, "number"), 12);
  EXPECT_EQ(find_int(object, "whole"), 3);
  EXPECT_FALSE(find_int(object, "part"));
  EXPECT_FALSE(find_int(object, "text"));
  EXPECT_EQ(find_bool(object, "flag"), true);
  EXPECT_EQ(find_object(object, "nothing"), nullptr);
}

TEST(Json, CanonicalTextDoesNotDependOnTheOrderOfKeys) {
  EXPECT_EQ(canonical_json(parse_json(R"({"b":[1,{"d":1,"c":2}],"a":null})").value()),
            R"({"a":null,"b":[1,{"c":2,"d":1}]})");
}

TEST(Json, PrettyTextKeepsTheOrderOfKeys) {
  EXPECT_EQ(pretty_json(parse_json(R"({"b":[1],"a":{}})").value()),
            "{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}\n");
}

TEST(Json, CompactIsOneLineInItsOwnOrder) {
  EXPECT_EQ(compact_json(json::parse(R"({"b": [1, 2.5, {}], "a": "x\ny"})")),
            R"({"b":[1,2.5,{}],"a":"x\ny"})");
}

}  // namespace
}  // namespace live
