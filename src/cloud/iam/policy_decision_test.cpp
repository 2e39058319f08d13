// The cases of AWS's documentation of how it decides, within one account.
#include "cloud/iam/policy_decision.h"

#include <list>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"

namespace live::cloud {
namespace {

struct NoFields final : Context {
  std::vector<std::string> values(std::string_view) const override { return {}; }
};

constexpr auto allow_get = R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"})";
constexpr auto allow_list = R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"})";
constexpr auto deny_get = R"({"Effect":"Deny","Action":"s3:Get*","Resource":"*"})";

class Decide : public testing::Test {
 protected:
  const Policy* policy(std::string_view statement, PolicyUse use = PolicyUse::identity) {
    auto parsed =
        Policy::parse(fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statement), use);
    EXPECT_TRUE(parsed.has_value()) << statement;
    return &kept_.emplace_back(std::move(parsed.value()));
  }
  const Policy* bucket(std::string_view effect, std::string_view principal) {
    return policy(
        fmt::format(R"({{"Effect":"{}","Principal":{},"Action":"s3:*","Resource":"*"}})", effect, principal),
        PolicyUse::resource);
  }
  const Policy* trust(std::string_view principal) {
    return policy(fmt::format(R"({{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}})", principal),
                  PolicyUse::trust);
  }
  Decision ask(const Rules& rules, const Principal& who, std::string_view action = "s3:GetObject") {
    return decide(rules, Question{who, action, "arn:aws:s3:::b/k", fields_});
  }
  NoFields fields_;
  std::list<Policy> kept_;
  const Principal user{Principal::Kind::user, "1", "arn:aws:iam::1:user/u", "", ""};
  const Principal session{Principal::Kind::session, "1", "arn:aws:sts::1:assumed-role/r/s",
                          "arn:aws:iam::1:role/r", ""};
  const Principal root{Principal::Kind::root, "1", "arn:aws:iam::1:root", "", ""};
  const Principal service{Principal::Kind::service, "1", "", "", "lambda.amazonaws.com"};
  const Principal anonymous{};
};

TEST_F(Decide, WhatNothingAllowsIsRefused) {
  EXPECT_EQ(ask({}, user), Decision::no_identity);
  EXPECT_EQ(ask({.identity = {policy(allow_list)}}, session), Decision::no_identity);
}

TEST_F(Decide, OneIdentityPolicyOfSeveralSuffices) {
  EXPECT_EQ(ask({.identity = {policy(allow_list), policy(allow_get)}}, session), Decision::allowed);
}

TEST_F(Decide, AnExplicitDenyWinsWhereverItStands) {
  auto* allow = policy(allow_get);
  auto* deny = policy(deny_get);
  EXPECT_EQ(ask({.identity = {allow, deny}}, user), Decision::denied_by_identity);
  EXPECT_EQ(ask({.identity = {allow}, .boundary = deny}, user), Decision::denied_by_boundary);
  EXPECT_EQ(ask({.identity = {allow}, .session = {deny}}, session), Decision::denied_by_session);
  auto* closed = bucket("Deny", R"("*")");
  EXPECT_EQ(ask({.identity = {allow}, .resource = closed}, user), Decision::denied_by_resource);
}

// The policy as `live start` deploys it, with what CloudFormation would put in.
TEST_F(Decide, TheDebugStacksBucketIsClosedToEverybodyWithoutTls) {
  struct Transport final : Context {
    explicit Transport(std::string secure) : secure(std::move(secure)) {}
    std::vector<std::string> values(std::string_view key) const override {
      return key == "aws:securetransport" || key == "aws:SecureTransport" ? std::vector{secure}
                                                                          : std::vector<std::string>{};
    }
    std::string secure;
  };
  auto const text = read_file(LIVE_SOURCE_DIR "/host/test/debug-stack.template.json").value();
  auto const whole = parse_json_object(text).value();
  auto document =
      whole.at("Resources").at("PayloadsPolicy").at("Properties").at("PolicyDocument").as_object();
  document["Statement"].as_array()[0].as_object()["Resource"] = {"arn:aws:s3:::b", "arn:aws:s3:::b/*"};
  auto const closed = Policy::parse(json::serialize(document), PolicyUse::resource).value();
  Rules const rules{.identity = {policy(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})")},
                    .resource = &closed};
  Transport const plain("false"), tls("true");
  for (const char* action : {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"}) {
    for (auto const* where : {"arn:aws:s3:::b", "arn:aws:s3:::b/payloads/k", "arn:aws:s3:::b/keys/stage"}) {
      EXPECT_EQ(decide(rules, Question{session, action, where, plain}), Decision::denied_by_resource)
          << where;
      EXPECT_EQ(decide(rules, Question{user, action, where, plain}), Decision::denied_by_resource) << where;
      EXPECT_EQ(decide(rules, Question{session, action, where, tls}), Decision::allowed) << where;
    }
  }
}

TEST_F(Decide, ABoundaryLimitsAndGrantsNothing) {
  EXPECT_EQ(ask({.boundary = policy(allow_get)}, user), Decision::no_identity);
  EXPECT_EQ(ask({.identity = {policy(allow_get)}, .boundary = policy(allow_list)}, user),
            Decision::no_boundary);
  EXPECT_EQ(ask({.identity = {policy(allow_get)}, .boundary = policy(allow_get)}, user), Decision::allowed);
}

TEST_F(Decide, ASessionPolicyLimitsAndGrantsNothing) {
  EXPECT_EQ(ask({.session = {policy(allow_get)}}, session), Decision::no_identity);
  EXPECT_EQ(ask({.identity = {policy(allow_get)}, .session = {policy(allow_list)}}, session),
            Decision::no_session);
  EXPECT_EQ(
      ask({.identity = {policy(allow_get)}, .session = {policy(allow_list), policy(allow_get)}}, session),
      Decision::allowed);
}

TEST_F(Decide, IdentityOrResourcePolicySufficesWithinOneAccount) {
  EXPECT_EQ(ask({.resource = bucket("Allow", R"({"AWS":"arn:aws:iam::1:user/u"})")}, user),
            Decision::allowed);
  EXPECT_EQ(ask({.resource = bucket("Allow", R"("*")")}, session), Decision::allowed);
  EXPECT_EQ(ask({.resource = bucket("Allow", R"({"AWS":"arn:aws:iam::1:user/v"})")}, user),
            Decision::no_identity);
}

TEST_F(Decide, NamingTheAccountLeavesItToIdentityPolicies) {
  auto* account = bucket("Allow", R"({"AWS":"arn:aws:iam::1:root"})");
  EXPECT_EQ(ask({.resource = account}, user), Decision::no_identity);
  EXPECT_EQ(ask({.identity = {policy(allow_get)}, .resource = account}, user), Decision::allowed);
}

TEST_F(Decide, AResourcePolicyThatNamesARoleIsLimitedByItsBoundary) {
  auto* role = bucket("Allow", R"({"AWS":"arn:aws:iam::1:role/r"})");
  EXPECT_EQ(ask({.resource = role}, session), Decision::allowed);
  EXPECT_EQ(ask({.boundary = policy(allow_list), .resource = role}, session), Decision::no_boundary);
  EXPECT_EQ(ask({.session = {policy(allow_list)}, .resource = role}, session), Decision::no_session);
}

TEST_F(Decide, AResourcePolicyThatNamesTheSessionItselfIsNot) {
  auto* exact = bucket("Allow", R"({"AWS":"arn:aws:sts::1:assumed-role/r/s"})");
  EXPECT_EQ(
      ask({.boundary = policy(allow_list), .session = {policy(allow_list)}, .resource = exact}, session),
      Decision::allowed);
  EXPECT_EQ(ask({.boundary = policy(deny_get), .resource = exact}, session), Decision::denied_by_boundary);
}

TEST_F(Decide, ServicesAndStrangersNeedTheResourcePolicy) {
  EXPECT_EQ(ask({}, service), Decision::no_resource);
  EXPECT_EQ(ask({}, anonymous), Decision::no_resource);
  EXPECT_EQ(ask({.resource = bucket("Allow", R"({"Service":"lambda.amazonaws.com"})")}, service),
            Decision::allowed);
  EXPECT_EQ(ask({.resource = bucket("Allow", R"("*")")}, anonymous), Decision::allowed);
}

TEST_F(Decide, ATrustPolicyNeedsItsOwnAllow) {
  Rules rules{.identity = {policy(R"({"Effect":"Allow","Action":"*","Resource":"*"})")}};
  rules.resource_must_allow = true;
  rules.resource = trust(R"({"Service":"lambda.amazonaws.com"})");
  EXPECT_EQ(ask(rules, user, "sts:AssumeRole"), Decision::no_resource);
  EXPECT_EQ(ask(rules, root, "sts:AssumeRole"), Decision::no_resource);
  EXPECT_EQ(ask(rules, service, "sts:AssumeRole"), Decision::allowed);
}

TEST_F(Decide, ATrustedAccountMustPassItOnAndANamedCallerNeedNot) {
  Rules rules{.resource = trust(R"({"AWS":"arn:aws:iam::1:root"})"), .resource_must_allow = true};
  EXPECT_EQ(ask(rules, user, "sts:AssumeRole"), Decision::no_identity);
  EXPECT_EQ(ask(rules, root, "sts:AssumeRole"), Decision::allowed);
  rules.identity = {policy(R"({"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"})")};
  EXPECT_EQ(ask(rules, user, "sts:AssumeRole"), Decision::allowed);
  rules = {.resource = trust(R"({"AWS":"arn:aws:iam::1:user/u"})"), .resource_must_allow = true};
  EXPECT_EQ(ask(rules, user, "sts:AssumeRole"), Decision::allowed);
}

TEST_F(Decide, ReasonsAreInTheWordsOfAws) {
  EXPECT_EQ(reason_of(Decision::no_identity, "s3:GetObject"),
            "because no identity-based policy allows the s3:GetObject action");
  EXPECT_EQ(reason_of(Decision::denied_by_resource, "s3:GetObject"),
            "with an explicit deny in a resource-based policy");
}

}  // namespace
}  // namespace live::cloud
