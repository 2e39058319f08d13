#include "cloud/sns/filter_policy.h"

#include <gtest/gtest.h>

#include "cloud/sns/message.h"

namespace live::cloud::sns {
namespace {

json::object object(std::string_view text) { return parse_json_object(text).value(); }

bool on_attributes(std::string_view policy, std::string_view attributes) {
  EXPECT_TRUE(check_filter_policy(policy, FilterScope::attributes)) << policy;
  return admits(object(policy), FilterScope::attributes, object(attributes), "");
}
bool on_body(std::string_view policy, std::string_view body) {
  EXPECT_TRUE(check_filter_policy(policy, FilterScope::body)) << policy;
  return admits(object(policy), FilterScope::body, {}, body);
}

constexpr auto kOrder = R"({"kind": {"DataType": "String", "StringValue": "order"},
                            "price": {"DataType": "Number", "StringValue": "10.50"},
                            "tags": {"DataType": "String.Array", "StringValue": "[\"a\", \"b\", 3]"}})";

TEST(FilterPolicies, MatchExactlyByPrefixAndByNumber) {
  EXPECT_TRUE(on_attributes(R"({"kind": ["refund", "order"]})", kOrder));
  EXPECT_FALSE(on_attributes(R"({"kind": ["Order"]})", kOrder));
  EXPECT_TRUE(on_attributes(R"({"kind": [{"prefix": "or"}], "price": [10.5]})", kOrder));
  EXPECT_TRUE(on_attributes(R"({"kind": [{"suffix": "der"}]})", kOrder));
  EXPECT_TRUE(on_attributes(R"({"kind": [{"equals-ignore-case": "ORDER"}]})", kOrder));
  EXPECT_TRUE(on_attributes(R"({"price": [{"numeric": [">", 10, "<=", 10.5]}]})", kOrder));
  EXPECT_FALSE(on_attributes(R"({"price": [{"numeric": ["<", 10.5]}]})", kOrder));
  EXPECT_FALSE(on_attributes(R"({"kind": [{"numeric": ["=", 1]}]})", kOrder));
}

TEST(FilterPolicies, EveryKeyMustHold) {
  EXPECT_FALSE(on_attributes(R"({"kind": ["order"], "shop": ["x"]})", kOrder));
  EXPECT_TRUE(on_attributes(R"({"$or": [{"shop": ["x"]}, {"kind": ["order"]}]})", kOrder));
}

TEST(FilterPolicies, AnythingButNeedsAValueThatIsThere) {
  EXPECT_TRUE(on_attributes(R"({"kind": [{"anything-but": "refund"}]})", kOrder));
  EXPECT_FALSE(on_attributes(R"({"kind": [{"anything-but": ["order", "refund"]}]})", kOrder));
  EXPECT_FALSE(on_attributes(R"({"kind": [{"anything-but": {"prefix": "or"}}]})", kOrder));
  EXPECT_FALSE(on_attributes(R"({"shop": [{"anything-but": "x"}]})", kOrder));
}

TEST(FilterPolicies, ExistsLooksAtTheKeyAlone) {
  EXPECT_TRUE(on_attributes(R"({"kind": [{"exists": true}], "shop": [{"exists": false}]})", kOrder));
  EXPECT_FALSE(on_attributes(R"({"kind": [{"exists": false}]})", kOrder));
}

TEST(FilterPolicies, AnyElementOfAnArrayMatches) {
  EXPECT_TRUE(on_attributes(R"({"tags": ["b"]})", kOrder));
  EXPECT_TRUE(on_attributes(R"({"tags": [3]})", kOrder));
  EXPECT_FALSE(on_attributes(R"({"tags": ["c"]})", kOrder));
}

TEST(FilterPolicies, BodiesAreMatchedAtAnyDepth) {
  constexpr auto policy = R"({"order": {"lines": {"kind": ["book"]}, "paid": [true]}})";
  EXPECT_TRUE(on_body(policy, R"({"order": {"lines": [{"kind": "pen"}, {"kind": "book"}], "paid": true}})"));
  EXPECT_FALSE(on_body(policy, R"({"order": {"lines": [{"kind": "pen"}], "paid": true}})"));
  EXPECT_FALSE(on_body(policy, R"({"order": {"lines": {"kind": "book"}}})"));
  EXPECT_FALSE(on_body(policy, "no JSON"));
  EXPECT_TRUE(on_body(R"({"a": [null]})", R"({"a": null})"));
}

TEST(FilterPolicies, MalformedOnesAreRefused) {
  for (auto policy :
       {"", "[]", R"({"a": "b"})", R"({"a": []})", R"({"a": [{"prefix": 1}]})", R"({"a": [{"like": "x"}]})",
        R"({"a": [{"numeric": ["=", "1"]}]})", R"({"a": [{"numeric": ["~", 1]}]})", R"({"a": {"b": ["c"]}})"})
    EXPECT_FALSE(check_filter_policy(policy, FilterScope::attributes)) << policy;
}

TEST(Messages, AStructuredOneHasATextForTheProtocol) {
  auto text = [](std::string_view message) {
    auto out = message_of({{"Message", message}, {"MessageStructure", "json"}}, "lambda");
    return out ? out.value().text : out.error().message;
  };
  EXPECT_EQ(text(R"({"default": "d", "lambda": "l"})"), "l");
  EXPECT_EQ(text(R"({"default": "d"})"), "d");
  EXPECT_EQ(text(R"({"lambda": "l"})"),
            "Invalid parameter: Message Structure - No default entry in JSON message body");
  EXPECT_EQ(text("x"), "Invalid parameter: Message Structure - JSON message body failed to parse");
}

}  // namespace
}  // namespace live::cloud::sns
