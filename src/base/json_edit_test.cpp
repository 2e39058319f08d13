#include "base/json_edit.h"

#include <gtest/gtest.h>

namespace live {
namespace {

std::string with(std::string_view text, std::string_view parent, std::string_view key,
                 std::string_view value) {
  auto const made = with_member(text, parent, key, json::value(value));
  return made.has_error() ? made.error().message : made.value();
}

TEST(JsonEdit, AMemberIsAddedAsTheOthersAre) {
  EXPECT_EQ(with("{\n    \"name\": \"shop\",\n    \"scripts\": {\n        \"test\" : \"a, b}\"\n    }\n}\n",
                 "scripts", "start", "live start"),
            "{\n    \"name\": \"shop\",\n    \"scripts\": {\n        \"test\" : \"a, b}\",\n        "
            "\"start\": \"live start\"\n    }\n}\n");
  EXPECT_EQ(with("{\r\n\t\"scripts\": {\r\n\t\t\"a\": \"b\"\r\n\t}\r\n}", "scripts", "c", "d"),
            "{\r\n\t\"scripts\": {\r\n\t\t\"a\": \"b\",\r\n\t\t\"c\": \"d\"\r\n\t}\r\n}");
  EXPECT_EQ(with(R"({"scripts":{"a":"b"},"x":[1,{"y":2}]})", "scripts", "c", "d"),
            R"({"scripts":{"a":"b","c": "d"},"x":[1,{"y":2}]})");
}

TEST(JsonEdit, AParentThatIsNotThereIsAdded) {
  EXPECT_EQ(with("{\n  \"name\": \"shop\"\n}\n", "scripts", "start", "x"),
            "{\n  \"name\": \"shop\",\n  \"scripts\": {\n    \"start\": \"x\"\n  }\n}\n");
  EXPECT_EQ(with("{}\n", "scripts", "start", "x"), "{\n  \"scripts\": {\n    \"start\": \"x\"\n  }\n}\n");
  EXPECT_EQ(with(R"({"name":"shop"})", "scripts", "start", "x"),
            R"({"name":"shop","scripts": {"start": "x"}})");
}

TEST(JsonEdit, AnEmptyParentGetsItsFirst) {
  EXPECT_EQ(with("{\n  \"scripts\": {}\n}", "scripts", "start", "x"),
            "{\n  \"scripts\": {\n    \"start\": \"x\"\n  }\n}");
}

TEST(JsonEdit, WhatIsThereIsReplacedWhereItStands) {
  EXPECT_EQ(with("{ \"scripts\": { \"start\" :  \"node \\\"x\\\"\" , \"b\": 1 } }", "scripts", "start",
                 "live start"),
            "{ \"scripts\": { \"start\" :  \"live start\" , \"b\": 1 } }");
  EXPECT_EQ(with("{\"a\": {\"deep\": [1, \"]\"]}, \"b\": 2}", "", "a", "x"), "{\"a\": \"x\", \"b\": 2}");
}

TEST(JsonEdit, WhatIsNoObjectIsAFault) {
  EXPECT_EQ(with("{\"scripts\": []}", "scripts", "a", "b"), "\"scripts\" is not an object");
  EXPECT_TRUE(with_member("[]", "scripts", "a", "b").has_error());
  EXPECT_TRUE(with_member("{\"a\": }", "", "a", "b").has_error());
}

std::string with_one_more(std::string_view text) {
  auto const made = with_element(text, "configurations", {{"name", "Live"}});
  return made.has_error() ? made.error().message : made.value();
}

TEST(JsonEdit, AnElementIsAddedAndCommentsStay) {
  EXPECT_EQ(with_one_more(
                "// mine\n{\n  \"configurations\": [\n    { \"name\": \"a\" /* ] */ } // \"last\n  ]\n}\n"),
            "// mine\n{\n  \"configurations\": [\n    { \"name\": \"a\" /* ] */ }, // \"last\n    {\n      "
            "\"name\": \"Live\"\n    }\n  ]\n}\n");
}

TEST(JsonEdit, AnElementIsAddedBehindATrailingComma) {
  EXPECT_EQ(with_one_more("{\n\t\"configurations\": [\n\t\t{},\n\t],\n}"),
            "{\n\t\"configurations\": [\n\t\t{},\n\t\t{\n\t\t  \"name\": \"Live\"\n\t\t}\n\t],\n}");
}

TEST(JsonEdit, AnArrayThatIsEmptyOrNotThereGetsItsFirstElement) {
  constexpr const char* kMade = "{\n  \"configurations\": [\n    {\n      \"name\": \"Live\"\n    }\n  ]\n}";
  EXPECT_EQ(with_one_more("{\n  \"configurations\": []\n}"), kMade);
  EXPECT_EQ(with_one_more("{}"), kMade);
  EXPECT_EQ(
      with_one_more("{\n  \"version\": \"1\" // of it\n}"),
      "{\n  \"version\": \"1\", // of it\n  \"configurations\": [\n    {\n      \"name\": \"Live\"\n    "
      "}\n  ]\n}");
}

TEST(JsonEdit, WhatIsNoArrayIsToldAndSoIsWhatIsNoJson) {
  EXPECT_EQ(with_one_more(R"({"configurations": 3})"), "\"configurations\" is not an array");
  EXPECT_TRUE(with_one_more("{").starts_with("not JSON"));
}

}  // namespace
}  // namespace live
