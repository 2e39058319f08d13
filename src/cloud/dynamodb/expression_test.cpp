#include "cloud/dynamodb/expression.h"

#include <gtest/gtest.h>

#include "cloud/dynamodb/attribute.h"
#include "cloud/dynamodb/evaluate.h"

namespace live::cloud::dynamodb {
namespace {

json::object object(std::string_view text) { return parse_json_object(text).value(); }

const json::object& sample() {
  static const auto item =
      object(R"({"pk": {"S": "k"}, "n": {"N": "5"}, "s": {"S": "hello"}, "b": {"B": "AQID"},
    "l": {"L": [{"N": "1"}, {"S": "two"}, {"M": {"deep": {"BOOL": true}}}]}, "m": {"M": {"x": {"M": {"y": {"N": "7"}}}}},
    "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2.5"]}, "z": {"NULL": true}, "u": {"S": "añ😀"}})");
  return item;
}

// True, false, or the message of the error.
std::string check(std::string_view text, std::string_view values = "{}", std::string_view names = "{}") {
  auto placeholders = Placeholders::of(
      {{"ExpressionAttributeValues", object(values)}, {"ExpressionAttributeNames", object(names)}});
  if (!placeholders) return placeholders.error().message;
  auto condition = parse_condition("ConditionExpression", text, placeholders.value());
  if (!condition) return condition.error().message;
  if (auto used = placeholders.value().check_all_used(); !used) return used.error().message;
  return holds(condition.value(), sample()) ? "true" : "false";
}

// The item after the update, or the message of the error.
std::string update(std::string_view text, std::string_view values, std::string_view item) {
  auto placeholders = Placeholders::of({{"ExpressionAttributeValues", object(values)}});
  if (!placeholders) return placeholders.error().message;
  auto updates = parse_update(text, placeholders.value());
  if (!updates) return updates.error().message;
  auto changed = apply_updates(updates.value(), object(item));
  return changed ? canonical_json(changed.value()) : changed.error().message;
}

TEST(Conditions, CompareValuesOfOneType) {
  constexpr auto five = R"({":v": {"N": "5.0"}})";
  EXPECT_EQ(check("n = :v", five), "true");
  EXPECT_EQ(check("n <> :v", five), "false");
  EXPECT_EQ(check("n <= :v AND n >= :v", five), "true");
  EXPECT_EQ(check("n < :v OR n > :v", five), "false");
  EXPECT_EQ(check("s < :v", five), "false");
  EXPECT_EQ(check("b > :v", R"({":v": {"B": "AQI="}})"), "true");
  EXPECT_EQ(check("m.x.y BETWEEN n AND :v", R"({":v": {"N": "1e1"}})"), "true");
  EXPECT_EQ(check("n IN (:a, :b)", R"({":a": {"N": "1"}, ":b": {"N": "5"}})"), "true");
}

TEST(Conditions, SetsAreEqualInAnyOrder) {
  EXPECT_EQ(check("ss = :v", R"({":v": {"SS": ["b", "a"]}})"), "true");
  EXPECT_EQ(check("ns = :v", R"({":v": {"NS": ["2.50", "1"]}})"), "true");
  EXPECT_EQ(check("ss = :v", R"({":v": {"SS": ["b"]}})"), "false");
}

TEST(Conditions, WhatIsMissingIsUnequalAndNothingElse) {
  constexpr auto value = R"({":v": {"N": "1"}})";
  EXPECT_EQ(check("absent = :v", value), "false");
  EXPECT_EQ(check("absent <> :v", value), "true");
  EXPECT_EQ(check("absent < :v", value), "false");
  EXPECT_EQ(check("NOT absent < :v", value), "true");
  EXPECT_EQ(check("l[7] = :v OR m.q.y = :v OR s.x = :v", value), "false");
}

TEST(Conditions, NotBindsStrongerThanAndAndThatThanOr) {
  constexpr auto values = R"({":t": {"N": "5"}, ":f": {"N": "6"}})";
  EXPECT_EQ(check("n = :t OR n = :f AND n = :f", values), "true");
  EXPECT_EQ(check("(n = :t OR n = :f) AND n = :f", values), "false");
  EXPECT_EQ(check("NOT n = :f AND n = :t", values), "true");
  EXPECT_EQ(check("not (n = :t) or n = :f", values), "false");
}

TEST(Conditions, FunctionsFollowPaths) {
  EXPECT_EQ(check("attribute_exists(l[2].deep)"), "true");
  EXPECT_EQ(check("attribute_not_exists(#a.#b)", "{}", R"({"#a": "m", "#b": "x.y"})"), "true");
  EXPECT_EQ(check("attribute_type(z, :t)", R"({":t": {"S": "NULL"}})"), "true");
  EXPECT_EQ(check("begins_with(s, :p)", R"({":p": {"S": "he"}})"), "true");
  EXPECT_EQ(check("begins_with(b, :p)", R"({":p": {"B": "AQ=="}})"), "true");
  EXPECT_EQ(check("contains(s, :p)", R"({":p": {"S": "ell"}})"), "true");
  EXPECT_EQ(check("contains(ns, :p)", R"({":p": {"N": "2.50"}})"), "true");
  EXPECT_EQ(check("contains(l, :p)", R"({":p": {"S": "two"}})"), "true");
  EXPECT_EQ(check("size(u) = :p", R"({":p": {"N": "3"}})"), "true");
  EXPECT_EQ(check("size(l) = size(b)"), "true");
}

TEST(Conditions, ErrorsAreInTheWordsOfAws) {
  constexpr auto value = R"({":v": {"N": "1"}})";
  constexpr auto prefix = "Invalid ConditionExpression: ";
  auto fails = [&](std::string_view text, std::string_view values, std::string message) {
    EXPECT_EQ(check(text, values), prefix + message) << text;
  };
  fails("n = ", "{}", R"(Syntax error; token: "<EOF>", near: "= ")");
  fails("n == :v", value, R"(Syntax error; token: "=", near: "== :v")");
  fails("", "{}", "The expression can not be empty;");
  fails("status = :v", value, "Attribute name is a reserved keyword; reserved keyword: status");
  fails("#x = :v", value,
        "An expression attribute name used in the document path is not defined; attribute name: #x");
  fails("nope(n)", "{}", "Invalid function name; function: nope");
  fails("contains(n)", "{}",
        "Incorrect number of operands for operator or function; operator or function: contains, "
        "number of operands: 1");
  fails("n < :v", R"({":v": {"BOOL": true}})",
        "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL");
  EXPECT_EQ(check("n = :v", R"({":v": {"N": "1"}, ":w": {"N": "1"}})"),
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}");
}

TEST(Conditions, NestingHasAnEnd) {
  std::string deep(2000, '(');
  EXPECT_NE(check(deep + "n = s"), "true");
}

TEST(Updates, ReadTheItemAsItWas) {
  EXPECT_EQ(update("SET a = b, b = a", "{}", R"({"a": {"N": "1"}, "b": {"N": "2"}})"),
            R"({"a":{"N":"2"},"b":{"N":"1"}})");
  EXPECT_EQ(update("REMOVE l[0], l[1] SET l[9] = :x", R"({":x": {"S": "x"}})",
                   R"({"l": {"L": [{"S": "a"}, {"S": "b"}, {"S": "c"}]}})"),
            R"({"l":{"L":[{"S":"c"},{"S":"x"}]}})");
}

TEST(Updates, CalculateExactly) {
  EXPECT_EQ(update("SET n = n + :v", R"({":v": {"N": "0.2"}})", R"({"n": {"N": "0.1"}})"),
            R"({"n":{"N":"0.3"}})");
  EXPECT_EQ(update("ADD n :v", R"({":v": {"N": "-3"}})", "{}"), R"({"n":{"N":"-3"}})");
  EXPECT_EQ(update("SET n = if_not_exists(n, :z) - :v", R"({":z": {"N": "1"}, ":v": {"N": "1"}})", "{}"),
            R"({"n":{"N":"0"}})");
}

TEST(Updates, ASetThatWouldBeEmptyGoes) {
  EXPECT_EQ(
      update("DELETE s :v", R"({":v": {"SS": ["a", "b"]}})", R"({"s": {"SS": ["a"]}, "t": {"N": "1"}})"),
      R"({"t":{"N":"1"}})");
}

TEST(Updates, ErrorsAreInTheWordsOfAws) {
  constexpr auto value = R"({":v": {"N": "1"}})";
  EXPECT_EQ(update("SET a = :v SET b = :v", value, "{}"),
            R"(Invalid UpdateExpression: The "SET" section can only be used once in an update expression;)");
  EXPECT_EQ(update("SET a.b = :v", value, "{}"),
            "The document path provided in the update expression is invalid for update");
  EXPECT_EQ(update("SET a = b + :v", value, "{}"),
            "The provided expression refers to an attribute that does not exist in the item");
  EXPECT_EQ(update("ADD a :v", value, R"({"a": {"S": "x"}})"),
            "An operand in the update expression has an incorrect data type");
  EXPECT_EQ(update("DELETE a :v", value, "{}"),
            "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE, "
            "operand type: N");
}

TEST(Projections, KeepTheShapeAroundWhatTheyTake) {
  Placeholders none;
  auto paths = parse_projection("m.x, l[2].deep, l[0], absent.x", none).value();
  EXPECT_EQ(canonical_json(project(sample(), paths)),
            R"({"l":{"L":[{"N":"1"},{"M":{"deep":{"BOOL":true}}}]},"m":{"M":{"x":{"M":{"y":{"N":"7"}}}}}})");
}

TEST(Projections, OverlappingPathsAreRefused) {
  Placeholders none;
  auto paths = parse_projection("a.b, a", none).value();
  EXPECT_EQ(check_overlap("ProjectionExpression", paths).error().message,
            "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
            "rewrite one of "
            "these paths; path one: [a, b], path two: [a]");
}

TEST(AttributeValues, AreCheckedAndBroughtToNormalForm) {
  auto normal = [](std::string_view text) {
    auto value = normal_value(object(text));
    return value ? json::serialize(value.value()) : value.error().message;
  };
  EXPECT_EQ(normal(R"({"NS": ["1.0", "2"]})"), R"({"NS":["1","2"]})");
  EXPECT_EQ(normal(R"({"NS": ["1.0", "1"]})"),
            "One or more parameter values were invalid: Input collection [1.0, 1] contains duplicates.");
  EXPECT_EQ(normal(R"({"SS": []})"),
            "One or more parameter values were invalid: An string set  may not be empty");
  EXPECT_EQ(normal(R"({"S": "a", "N": "1"})"),
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
            "supported datatypes");
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += R"({"L": [)";
  deep += R"({"S": "x"})";
  for (int i = 0; i < 40; ++i) deep += "]}";
  EXPECT_NE(normal(deep).find("Nesting Levels"), std::string::npos);
}

}  // namespace
}  // namespace live::cloud::dynamodb
