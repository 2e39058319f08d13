#include "template/compare.h"

#include <gtest/gtest.h>

namespace live::cfn {
namespace {

std::vector<std::string> differences(const char* before, const char* after) {
  std::vector<std::string> lines;
  for (const auto& change : compare_values(json::parse(before), json::parse(after), "Properties")) {
    const char* kind = change.kind == Difference::added     ? "+"
                       : change.kind == Difference::removed ? "-"
                                                            : "~";
    lines.push_back(kind + change.path);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Compare, NamesThePathOfEachDifference) {
  EXPECT_EQ(
      differences(R"({"a":1,"b":{"c":[1,2]},"d":1})", R"({"a":2,"b":{"c":[1,3,4]},"e":1})"),
      (Lines{"~Properties.a", "~Properties.b.c.1", "+Properties.b.c.2", "-Properties.d", "+Properties.e"}));
}

TEST(Compare, KeysInAnotherOrderAndNumbersAsTextAreEqual) {
  EXPECT_EQ(differences(R"({"a":1,"b":true})", R"({"b":"true","a":"1"})"), Lines{});
}

TEST(Compare, TagsAreASetAndOtherListsAreNot) {
  EXPECT_EQ(differences(R"({"Tags":[{"Key":"a","Value":1},{"Key":"b","Value":2}]})",
                        R"({"Tags":[{"Key":"b","Value":2},{"Key":"a","Value":1}]})"),
            Lines{});
  EXPECT_EQ(differences(R"({"L":[1,2]})", R"({"L":[2,1]})"), (Lines{"~Properties.L.0", "~Properties.L.1"}));
}

TEST(Compare, ResourcesAreAddedRemovedAndModified) {
  auto before = read_template(
      R"(Resources: {A: {Type: T}, B: {Type: T, Properties: {x: 1}, DependsOn: [A, D]}, D: {Type: T}})");
  auto after = read_template(
      R"(Resources: {B: {Type: T, Properties: {x: 2}, DependsOn: [D, C]}, C: {Type: U}, D: {Type: T}})");
  auto changes = compare_resources(before.value(), after.value());
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].id, "A");
  EXPECT_EQ(changes[0].kind, Difference::removed);
  EXPECT_EQ(changes[1].id, "B");
  ASSERT_FALSE(changes[1].changes.empty());
  EXPECT_EQ(changes[1].changes[0].path, "Properties.x");
  EXPECT_EQ(changes[2].kind, Difference::added);
}

TEST(Compare, TheOrderOfDependsOnDoesNotCount) {
  auto before = read_template("Resources: {A: {Type: T}, B: {Type: T}, C: {Type: T, DependsOn: [A, B]}}");
  auto after = read_template("Resources: {C: {Type: T, DependsOn: [B, A]}, B: {Type: T}, A: {Type: T}}");
  EXPECT_TRUE(compare_resources(before.value(), after.value()).empty());
}

}  // namespace
}  // namespace live::cfn
