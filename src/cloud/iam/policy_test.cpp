#include "cloud/iam/policy.h"

#include <map>

#include <gtest/gtest.h>

namespace live::cloud {
namespace {

class Fields final : public Context {
 public:
  Fields() = default;
  Fields(std::initializer_list<std::pair<const std::string, std::vector<std::string>>> given) : all_(given) {}
  std::vector<std::string> values(std::string_view key) const override {
    for (auto& [name, values] : all_)
      if (same_letters(name, key)) return values;
    return {};
  }

 private:
  std::map<std::string, std::vector<std::string>> all_;
};

const Principal mary{Principal::Kind::user, "1", "arn:aws:iam::1:user/mary", "", ""};
const Principal worker{Principal::Kind::session, "1", "arn:aws:sts::1:assumed-role/worker/s",
                       "arn:aws:iam::1:role/app/worker", ""};
const Principal topics{Principal::Kind::service, "1", "", "", "sns.amazonaws.com"};
const Principal nobody{};

Verdict judge(std::string_view statement, std::string_view action, std::string_view resource,
              const Fields& fields = {}, const Principal& who = mary, PolicyUse use = PolicyUse::identity,
              std::string_view version = "2012-10-17") {
  auto policy = Policy::parse(fmt::format(R"({{"Version":"{}","Statement":[{}]}})", version, statement), use);
  EXPECT_TRUE(policy.has_value()) << statement << (policy ? "" : policy.error().message);
  if (!policy) return {};
  return policy.value().judge(Question{who, action, resource, fields});
}

bool allows(std::string_view statement, std::string_view action, std::string_view resource,
            const Fields& fields = {}) {
  return judge(statement, action, resource, fields).allowed != Grant::none;
}

// Whether a condition lets a statement that allows everything apply.
bool holds(std::string_view condition, const Fields& fields) {
  auto statement =
      fmt::format(R"({{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}})", condition);
  return allows(statement, "s3:GetObject", "arn:aws:s3:::b/k", fields);
}

Grant named(std::string_view principal, const Principal& who, std::string_view element = "Principal") {
  auto statement =
      fmt::format(R"({{"Effect":"Allow","{}":{},"Action":"*","Resource":"*"}})", element, principal);
  return judge(statement, "s3:GetObject", "arn:aws:s3:::b/k", {}, who, PolicyUse::resource).allowed;
}

std::string refusal(std::string_view document, PolicyUse use = PolicyUse::identity) {
  auto policy = Policy::parse(document, use);
  return policy ? "" : policy.error().message;
}

TEST(Policy, ActionsMatchWithoutCaseAndWithWildcards) {
  auto statement = R"({"Effect":"Allow","Action":["s3:Get*","dynamodb:?etItem"],"Resource":"*"})";
  EXPECT_TRUE(allows(statement, "s3:GetObject", "*"));
  EXPECT_TRUE(allows(statement, "S3:getobject", "*"));
  EXPECT_TRUE(allows(statement, "dynamodb:GetItem", "*"));
  EXPECT_FALSE(allows(statement, "s3:PutObject", "*"));
  EXPECT_FALSE(allows(statement, "dynamodb:BatchGetItem", "*"));
}

TEST(Policy, NotActionIsEveryOtherAction) {
  auto statement = R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})";
  EXPECT_TRUE(allows(statement, "s3:GetObject", "*"));
  EXPECT_FALSE(allows(statement, "iam:CreateUser", "*"));
}

TEST(Policy, ResourcesMatchPartByPartAndWithCase) {
  auto statement = [](std::string_view resource) {
    return fmt::format(R"({{"Effect":"Allow","Action":"*","Resource":"{}"}})", resource);
  };
  EXPECT_TRUE(
      allows(statement("arn:aws:s3:::bucket/keys/*"), "s3:GetObject", "arn:aws:s3:::bucket/keys/a/b"));
  EXPECT_FALSE(allows(statement("arn:aws:s3:::bucket/keys/*"), "s3:GetObject", "arn:aws:s3:::bucket/Keys/a"));
  EXPECT_FALSE(allows(statement("arn:aws:s3:::bucket"), "s3:GetObject", "arn:aws:s3:::bucket/a"));
  EXPECT_TRUE(allows(statement("arn:aws:sns:*:1:t"), "sns:Publish", "arn:aws:sns:eu-west-1:1:t"));
  EXPECT_FALSE(allows(statement("arn:aws:sns:*:t"), "sns:Publish", "arn:aws:sns:eu-west-1:1:t"));
  EXPECT_TRUE(allows(statement("arn:aws:sns:*"), "sns:Publish", "arn:aws:sns:eu-west-1:1:t"));
  EXPECT_TRUE(allows(statement("arn:aws:logs:*:*:*"), "logs:PutLogEvents",
                     "arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/f:log-stream:x"));
  EXPECT_FALSE(allows(statement("arn:aws:sns:eu-west-1:1:t"), "sns:Publish", "*"));
}

TEST(Policy, NotResourceIsEveryOtherResource) {
  auto statement =
      R"({"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::hr/*","arn:aws:s3:::hr"]})";
  EXPECT_TRUE(judge(statement, "s3:GetObject", "arn:aws:s3:::payroll/a").denied);
  EXPECT_FALSE(judge(statement, "s3:GetObject", "arn:aws:s3:::hr/a").denied);
}

TEST(Policy, VariablesHoldTheCallersOwnValuesLiterally) {
  auto statement = R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::home/${aws:username}/*"})";
  EXPECT_TRUE(allows(statement, "s3:GetObject", "arn:aws:s3:::home/mary/x", {{"aws:username", {"mary"}}}));
  EXPECT_FALSE(allows(statement, "s3:GetObject", "arn:aws:s3:::home/john/x", {{"aws:username", {"mary"}}}));
  EXPECT_FALSE(allows(statement, "s3:GetObject", "arn:aws:s3:::home/john/x", {{"aws:username", {"*"}}}));
  EXPECT_FALSE(allows(statement, "s3:GetObject", "arn:aws:s3:::home//x"));
  EXPECT_FALSE(allows(statement, "s3:GetObject", "arn:aws:s3:::home/${aws:username}/x"));
}

TEST(Policy, AVariableWithoutValueTakesItsDefault) {
  auto statement =
      R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::t/${aws:PrincipalTag/team, 'a:b'}"})";
  EXPECT_TRUE(allows(statement, "s3:GetObject", "arn:aws:s3:::t/a:b"));
  EXPECT_TRUE(allows(statement, "s3:GetObject", "arn:aws:s3:::t/x", {{"aws:PrincipalTag/team", {"x"}}}));
}

TEST(Policy, EscapedWildcardsAreThemselves) {
  auto statement = R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${*}${?}${$}"})";
  EXPECT_TRUE(allows(statement, "s3:GetObject", "arn:aws:s3:::b/*?$"));
  EXPECT_FALSE(allows(statement, "s3:GetObject", "arn:aws:s3:::b/ab$"));
}

TEST(Policy, TheOldVersionKnowsNoVariables) {
  auto statement = R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"})";
  auto old = judge(statement, "s3:GetObject", "arn:aws:s3:::b/mary", {{"aws:username", {"mary"}}}, mary,
                   PolicyUse::identity, "2008-10-17");
  EXPECT_EQ(old.allowed, Grant::none);
}

TEST(Policy, ManyWildcardsDoNotExplode) {
  std::string resource = "arn:aws:s3:::", key = "arn:aws:s3:::";
  for (int i = 0; i < 60; ++i) resource += "a*";
  key.append(5'000, 'a');
  auto statement = fmt::format(R"({{"Effect":"Allow","Action":"*","Resource":"{}b"}})", resource);
  EXPECT_FALSE(allows(statement, "s3:GetObject", key));
}

TEST(Policy, PrincipalsAreNamedMoreOrLessExactly) {
  EXPECT_EQ(named(R"("*")", mary), Grant::everyone);
  EXPECT_EQ(named(R"({"AWS":"*"})", nobody), Grant::everyone);
  EXPECT_EQ(named(R"({"AWS":"1"})", mary), Grant::account);
  EXPECT_EQ(named(R"({"AWS":["2","arn:aws:iam::1:root"]})", worker), Grant::account);
  EXPECT_EQ(named(R"({"AWS":"arn:aws:iam::1:role/app/worker"})", worker), Grant::role);
  EXPECT_EQ(named(R"({"AWS":"arn:aws:sts::1:assumed-role/worker/s"})", worker), Grant::principal);
  EXPECT_EQ(named(R"({"AWS":"arn:aws:sts::1:assumed-role/worker/t"})", worker), Grant::none);
  EXPECT_EQ(named(R"({"AWS":"arn:aws:iam::1:user/mary"})", mary), Grant::principal);
  EXPECT_EQ(named(R"({"AWS":"arn:aws:iam::1:user/mary"})", worker), Grant::none);
  EXPECT_EQ(named(R"({"Service":"sns.amazonaws.com"})", topics), Grant::principal);
  EXPECT_EQ(named(R"({"Service":"sns.amazonaws.com"})", mary), Grant::none);
  EXPECT_EQ(named(R"({"Service":"events.amazonaws.com"})", topics), Grant::none);
  EXPECT_EQ(named(R"({"AWS":"1"})", nobody), Grant::none);
}

TEST(Policy, NotPrincipalIsEverybodyElse) {
  EXPECT_EQ(named(R"({"AWS":"arn:aws:iam::1:user/mary"})", mary, "NotPrincipal"), Grant::none);
  EXPECT_EQ(named(R"({"AWS":"arn:aws:iam::1:user/mary"})", worker, "NotPrincipal"), Grant::everyone);
}

TEST(Policy, TextOperators) {
  Fields dev{{"aws:PrincipalTag/team", {"Dev"}}};
  EXPECT_TRUE(holds(R"({"StringEquals":{"aws:PrincipalTag/team":["ops","Dev"]}})", dev));
  EXPECT_TRUE(holds(R"({"StringEquals":{"AWS:principaltag/TEAM":"Dev"}})", dev));
  EXPECT_FALSE(holds(R"({"StringEquals":{"aws:PrincipalTag/team":"dev"}})", dev));
  EXPECT_TRUE(holds(R"({"StringEqualsIgnoreCase":{"aws:PrincipalTag/team":"dev"}})", dev));
  EXPECT_FALSE(holds(R"({"StringNotEquals":{"aws:PrincipalTag/team":["ops","Dev"]}})", dev));
  EXPECT_TRUE(holds(R"({"StringNotEqualsIgnoreCase":{"aws:PrincipalTag/team":"ops"}})", dev));
  EXPECT_FALSE(holds(R"({"StringEquals":{"aws:PrincipalTag/team":"D*"}})", dev));
  EXPECT_TRUE(holds(R"({"StringLike":{"aws:PrincipalTag/team":"D?*"}})", dev));
  EXPECT_FALSE(holds(R"({"StringNotLike":{"aws:PrincipalTag/team":"D*"}})", dev));
}

TEST(Policy, OperatorsKeysAndValuesMustAllHold) {
  Fields fields{{"a:x", {"1"}}, {"a:y", {"2"}}};
  EXPECT_TRUE(holds(R"({"StringEquals":{"a:x":"1","a:y":"2"},"StringLike":{"a:x":"*"}})", fields));
  EXPECT_FALSE(holds(R"({"StringEquals":{"a:x":"1","a:y":"3"}})", fields));
  EXPECT_FALSE(holds(R"({"StringEquals":{"a:x":"1"},"StringLike":{"a:y":"3*"}})", fields));
}

TEST(Policy, AMissingKeyFailsUnlessNegatedOrIfExists) {
  Fields none;
  EXPECT_FALSE(holds(R"({"StringEquals":{"a:x":"1"}})", none));
  EXPECT_TRUE(holds(R"({"StringNotEquals":{"a:x":"1"}})", none));
  EXPECT_TRUE(holds(R"({"StringEqualsIfExists":{"a:x":"1"}})", none));
  EXPECT_FALSE(holds(R"({"StringEqualsIfExists":{"a:x":"1"}})", {{"a:x", {"2"}}}));
  EXPECT_FALSE(holds(R"({"Bool":{"a:x":"false"}})", none));
  EXPECT_TRUE(holds(R"({"BoolIfExists":{"a:x":"false"}})", none));
  EXPECT_TRUE(holds(R"({"Null":{"a:x":"true"}})", none));
  EXPECT_FALSE(holds(R"({"Null":{"a:x":false}})", none));
  EXPECT_TRUE(holds(R"({"Null":{"a:x":"false"}})", {{"a:x", {"2"}}}));
}

TEST(Policy, SetOperatorsAskAboutEveryValueOrAnyOne) {
  Fields both{{"aws:TagKeys", {"env", "cost"}}}, other{{"aws:TagKeys", {"env", "x"}}}, none;
  auto all = R"({"ForAllValues:StringEquals":{"aws:TagKeys":["env","cost","team"]}})";
  EXPECT_TRUE(holds(all, both));
  EXPECT_FALSE(holds(all, other));
  EXPECT_TRUE(holds(all, none));
  auto any = R"({"ForAnyValue:StringEquals":{"aws:TagKeys":["env","team"]}})";
  EXPECT_TRUE(holds(any, other));
  EXPECT_FALSE(holds(R"({"ForAnyValue:StringLike":{"aws:TagKeys":"t*"}})", both));
  EXPECT_FALSE(holds(any, none));
  EXPECT_FALSE(holds(R"({"ForAllValues:StringNotEquals":{"aws:TagKeys":["x"]}})", other));
  EXPECT_TRUE(holds(R"({"ForAnyValue:StringNotEquals":{"aws:TagKeys":["x"]}})", other));
}

TEST(Policy, NumbersCompareAsNumbers) {
  Fields ten{{"s3:max-keys", {"10"}}}, text{{"s3:max-keys", {"ten"}}};
  EXPECT_TRUE(holds(R"({"NumericEquals":{"s3:max-keys":"10.0"}})", ten));
  EXPECT_TRUE(holds(R"({"NumericLessThanEquals":{"s3:max-keys":10}})", ten));
  EXPECT_FALSE(holds(R"({"NumericLessThan":{"s3:max-keys":"10"}})", ten));
  EXPECT_TRUE(holds(R"({"NumericGreaterThan":{"s3:max-keys":"9"}})", ten));
  EXPECT_TRUE(holds(R"({"NumericGreaterThanEquals":{"s3:max-keys":"10"}})", ten));
  EXPECT_TRUE(holds(R"({"NumericNotEquals":{"s3:max-keys":"9"}})", ten));
  EXPECT_FALSE(holds(R"({"NumericEquals":{"s3:max-keys":"10"}})", text));
}

TEST(Policy, DatesCompareAsPointsInTime) {
  Fields now{{"aws:CurrentTime", {"2026-11-23T07:20:00Z"}}, {"aws:EpochTime", {"1795418400"}}};
  EXPECT_TRUE(holds(R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-23"}})", now));
  EXPECT_TRUE(holds(R"({"DateLessThan":{"aws:CurrentTime":"2026-11-23T07:20:00.5Z"}})", now));
  EXPECT_TRUE(holds(R"({"DateEquals":{"aws:CurrentTime":"2026-11-23T08:20:00+01:00"}})", now));
  EXPECT_FALSE(holds(R"({"DateGreaterThanEquals":{"aws:CurrentTime":"2026-11-24T00:00:00Z"}})", now));
  EXPECT_TRUE(holds(R"({"DateNotEquals":{"aws:CurrentTime":"2026-11-22"}})", now));
  EXPECT_TRUE(holds(R"({"DateLessThanEquals":{"aws:EpochTime":"1795418400"}})", now));
  EXPECT_FALSE(holds(R"({"DateLessThan":{"aws:CurrentTime":"tomorrow"}})", now));
}

TEST(Policy, AddressesLieInNetworks) {
  Fields home{{"aws:SourceIp", {"203.0.113.77"}}}, six{{"aws:SourceIp", {"2001:db8:1234:5678::1"}}};
  EXPECT_TRUE(holds(R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})", home));
  EXPECT_TRUE(holds(R"({"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.77"]}})", home));
  EXPECT_FALSE(holds(R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/26"}})", home));
  EXPECT_TRUE(holds(R"({"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", home));
  EXPECT_TRUE(holds(R"({"IpAddress":{"aws:SourceIp":"2001:db8:1234:5678::/64"}})", six));
  EXPECT_FALSE(holds(R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})", six));
}

TEST(Policy, ArnOperatorsCompareParts) {
  Fields source{{"aws:SourceArn", {"arn:aws:execute-api:eu-west-1:1:abc/dev/GET/items"}}};
  EXPECT_TRUE(
      holds(R"({"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:eu-west-1:1:abc/*/*/items"}})", source));
  EXPECT_TRUE(holds(R"({"ArnEquals":{"aws:SourceArn":"arn:aws:execute-api:*:1:abc/*"}})", source));
  EXPECT_FALSE(holds(R"({"ArnLike":{"aws:SourceArn":"arn:aws:execute-api:eu-west-1:1:abd/*"}})", source));
  EXPECT_FALSE(holds(R"({"ArnNotLike":{"aws:SourceArn":"arn:aws:execute-api:*:*:abc/*"}})", source));
}

TEST(Policy, ConditionsTakeVariablesToo) {
  Fields fields{{"s3:prefix", {"home/mary/"}}, {"aws:username", {"mary"}}};
  EXPECT_TRUE(holds(R"({"StringLike":{"s3:prefix":"home/${aws:username}/*"}})", fields));
  EXPECT_FALSE(holds(R"({"StringLike":{"s3:prefix":"home/${aws:userid}/*"}})", fields));
}

TEST(Policy, BooleansAndBytes) {
  Fields fields{{"aws:SecureTransport", {"true"}}, {"a:b", {"QmluYXJ5"}}};
  EXPECT_TRUE(holds(R"({"Bool":{"aws:SecureTransport":true}})", fields));
  EXPECT_FALSE(holds(R"({"Bool":{"aws:SecureTransport":"false"}})", fields));
  EXPECT_TRUE(holds(R"({"BinaryEquals":{"a:b":"QmluYXJ5"}})", fields));
}

TEST(Policy, AnExplicitDenyStandsBesideWhatIsAllowed) {
  auto policy = R"({"Effect":"Allow","Action":"s3:*","Resource":"*"},
                   {"Effect":"Deny","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::b/keep/*"})";
  auto verdict = judge(policy, "s3:DeleteObject", "arn:aws:s3:::b/keep/a");
  EXPECT_TRUE(verdict.denied);
  EXPECT_EQ(verdict.allowed, Grant::principal);
  EXPECT_FALSE(judge(policy, "s3:DeleteObject", "arn:aws:s3:::b/a").denied);
}

TEST(Policy, WhatIsMalformedIsRefusedWithItsReason) {
  auto statement = [](std::string_view text) { return fmt::format(R"({{"Statement":[{}]}})", text); };
  EXPECT_NE(refusal("{"), "");
  EXPECT_NE(refusal("[]"), "");
  EXPECT_NE(refusal("{}"), "");
  EXPECT_NE(refusal(R"({"Version":"2020-01-01","Statement":[]})"), "");
  EXPECT_NE(refusal(statement("")), "");
  EXPECT_NE(refusal(statement("1")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"allow","Action":"*","Resource":"*"})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Resource":"*"})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":"everything","Resource":"*"})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":[1],"Resource":"*"})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":"*","Resource":"bucket"})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":"*","Resource":"*","Conditions":{}})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":[]})")), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":"*"})"), PolicyUse::trust), "");
  EXPECT_NE(refusal(statement(R"({"Effect":"Allow","Action":"*","Principal":"mary"})"), PolicyUse::trust),
            "");
  EXPECT_EQ(refusal(statement(
                R"({"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"a:b":"c"}}})")),
            "Invalid Condition type : StringIs.");
}

}  // namespace
}  // namespace live::cloud
