#include "live/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "template/permission.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AccessTest : public testing::Test {
 protected:
  DebugStackAddress const stack =
      debug_stack_from("dev-shop-debug-stack", "wss://abc.execute-api.eu-west-1.amazonaws.com/live",
                       "dev-shop-Connections", "dev-shop-payloads", "eu-west-1", "111122223333")
          .value();
  Principal role{.arn = "arn:aws:iam::111122223333:role/r", .functions = {"dev-Hello"}};

  static PolicyText policy(std::string name, std::string_view statements) {
    return {std::move(name), parse_json_object(fmt::format(R"({{"Statement":{}}})", statements)).value()};
  }
  void SetUp() override { role.policies.push_back({"live-lambda-stub", stub_policy(arns_of(stack))}); }
  std::vector<std::string> more() {
    std::vector<std::string> words;
    for (auto const& one : abilities_of(role, stack, Role::function).more)
      words.push_back(one.words + " by " + one.policy);
    return words;
  }
};

TEST_F(AccessTest, TheStubsPolicyIsAllThatAFunctionNeedsAndNothingElse) {
  auto const found = abilities_of(role, stack, Role::function);
  EXPECT_THAT(found.lacks, IsEmpty());
  EXPECT_THAT(found.more, IsEmpty());
  EXPECT_EQ(in_words(found, "dev"),
            "connect to the WebSocket API, post to connections of stage dev, read the client row, "
            "read/write/delete payloads/*; nothing else on the debug stack");
}

TEST_F(AccessTest, WhatIsMissingIsNamed) {
  role.policies[0].document["Statement"].as_array().pop_back();
  auto const found = abilities_of(role, stack, Role::function);
  EXPECT_THAT(found.lacks, ElementsAre("read payloads/*", "write payloads/*", "delete payloads/*"));
}

TEST_F(AccessTest, WhatIsWiderThanNeededIsNamedWithThePolicyThatAllowsIt) {
  role.policies.push_back(
      policy("Reads", R"({"Effect":"Allow","Action":"S3:Get*","Resource":"arn:aws:s3:::*"})"));
  EXPECT_THAT(more(), ElementsAre("read the stage key by Reads", "read other stages' keys by Reads",
                                  "read other stages' payloads by Reads"));
  role.policies.back() =
      policy("Itself", R"([{"Effect":"Allow","Action":["lambda:GetFunction"],"Resource":"*"}])");
  EXPECT_THAT(more(), ElementsAre("read the package of dev-Hello, which holds the stage key by Itself"));
  EXPECT_THAT(in_words(abilities_of(role, stack, Role::function), "dev"),
              HasSubstr("; more than that: read the package"));
}

TEST_F(AccessTest, AFunctionsOwnResourcesAreNotTheDebugStacks) {
  role.policies.push_back(policy(
      "Own", R"([{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:*:*:table/orders*"},
    {"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::pictures","arn:aws:s3:::pictures/*"]}])"));
  EXPECT_THAT(more(), IsEmpty());
}

TEST_F(AccessTest, DeniesAndBoundariesTakeAway) {
  role.policies.push_back(policy("All", R"({"Effect":"Allow","Action":"*","Resource":"*"})"));
  EXPECT_GT(more().size(), 15u);
  role.policies.push_back(policy("No", R"({"Effect":"Deny","NotAction":"dynamodb:Scan","Resource":"*"})"));
  EXPECT_THAT(more(), ElementsAre("scan the table by All"));
  role.boundary = policy("Boundary", R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})");
  EXPECT_THAT(more(), IsEmpty());
}

TEST_F(AccessTest, WhoMayIsNeverSaidToMayNot) {
  role.policies = {
      policy("If", R"([{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a":"true"}}},
    {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"b":"true"}}}])")};
  EXPECT_TRUE(allowed_by(role, "s3:GetObject", "arn:aws:s3:::b/k"));
  role.policies = {policy(
      "Var", R"({"Effect":"Allow","Action":"s3:?etObject","Resource":"arn:aws:s3:::b/${aws:username}/*"})")};
  EXPECT_TRUE(allowed_by(role, "s3:GetObject", "arn:aws:s3:::b/ann/k"));
  EXPECT_FALSE(allowed_by(role, "s3:GetObject", "arn:aws:s3:::c/ann/k"));
}

TEST_F(AccessTest, TheAccountsRootMayAll) {
  Principal const root{.arn = "arn:aws:iam::111122223333:root", .root = true};
  EXPECT_THAT(abilities_of(root, stack, Role::developer).lacks, IsEmpty());
}

}  // namespace
}  // namespace live
