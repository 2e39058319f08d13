#include "cloud/query.h"

#include <gtest/gtest.h>

namespace live::cloud {
namespace {

std::string decoded(Form form) {
  auto result = decode_form(form);
  return result.has_error() ? "fault: " + result.error().message : canonical_json(result.value());
}

TEST(QueryForm, ScalarsAreStrings) {
  EXPECT_EQ(decoded({{"RoleName", "a"}, {"MaxItems", "5"}, {"Empty", ""}}),
            R"({"Empty":"","MaxItems":"5","RoleName":"a"})");
}

TEST(QueryForm, MembersAreAListInTheOrderOfTheirNumbers) {
  EXPECT_EQ(decoded({{"K.member.10", "j"}, {"K.member.2", "b"}, {"K.member.1", "a"}}),
            R"({"K":["a","b","j"]})");
}

TEST(QueryForm, FlattenedListsNeedNoMember) {
  EXPECT_EQ(decoded({{"Attribute.1.Name", "n"}, {"Attribute.1.Value", "v"}, {"Attribute.2.Name", "m"}}),
            R"({"Attribute":[{"Name":"n","Value":"v"},{"Name":"m"}]})");
}

TEST(QueryForm, EntriesAreAMapWhoseValuesMayBeStructures) {
  EXPECT_EQ(decoded({{"A.entry.1.key", "x.y"},
                     {"A.entry.1.value", "1"},
                     {"A.entry.2.key", "z"},
                     {"A.entry.2.value", ""}}),
            R"({"A":{"x.y":"1","z":""}})");
  EXPECT_EQ(decoded({{"M.entry.1.Name", "k"},
                     {"M.entry.1.Value.DataType", "String"},
                     {"M.entry.1.Value.StringValue", "s"}}),
            R"({"M":{"k":{"DataType":"String","StringValue":"s"}}})");
}

TEST(QueryForm, StructuresNestInListsAndListsInStructures) {
  EXPECT_EQ(decoded({{"P.member.1.ParameterKey", "k"}, {"P.member.1.Values.member.1", "v"}, {"C.D.E", "f"}}),
            R"({"C":{"D":{"E":"f"}},"P":[{"ParameterKey":"k","Values":["v"]}]})");
}

TEST(QueryForm, AValueThatIsAlsoAStructureIsRefused) {
  EXPECT_EQ(decoded({{"A", "1"}, {"A.B", "2"}}),
            "fault: a parameter is given both as a value and as a structure");
}

TEST(QueryForm, EndlessNestingIsRefused) {
  std::string name = "A";
  for (int i = 0; i < 100; ++i) name += ".B";
  EXPECT_NE(decoded({{name, "1"}}).find("nests too deep"), std::string::npos);
}

TEST(QueryAnswer, IsTheActionsResultInItsNamespace) {
  Output output{.value = {{"Name", "a<b&\"c"}, {"Yes", true}, {"Count", 3}, {"None", nullptr}}};
  EXPECT_EQ(render_query("GetIt", "urn:x", output, "r-1"),
            R"(<GetItResponse xmlns="urn:x"><GetItResult><Name>a&lt;b&amp;&quot;c</Name><Yes>true</Yes>)"
            R"(<Count>3</Count></GetItResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>)"
            R"(</GetItResponse>)");
}

TEST(QueryAnswer, ListsHaveMembersAndNamedMapsHaveEntries) {
  Output output{.value = {{"L", {"a", "b"}}, {"M", {{"k", "v"}}}, {"S", {{"k", "v"}}}}, .maps = {"M"}};
  auto text = render_query("X", "urn:x", output, "r");
  EXPECT_NE(text.find("<L><member>a</member><member>b</member></L>"), std::string::npos) << text;
  EXPECT_NE(text.find("<M><entry><key>k</key><value>v</value></entry></M>"), std::string::npos) << text;
  EXPECT_NE(text.find("<S><k>v</k></S>"), std::string::npos) << text;
}

TEST(QueryAnswer, AnErrorSaysWhoseFaultItIs) {
  EXPECT_NE(
      render_query_error("urn:x", api_error(404, "NoSuchEntity", "no <it>"), "r")
          .find(
              "<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no &lt;it&gt;</Message></Error>"),
      std::string::npos);
  EXPECT_NE(
      render_query_error("urn:x", api_error(500, "ServiceFailure", "x"), "r").find("<Type>Receiver</Type>"),
      std::string::npos);
}

}  // namespace
}  // namespace live::cloud
