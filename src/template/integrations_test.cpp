#include "template/integrations.h"

#include <gtest/gtest.h>

#include "template/swap_bench.h"

namespace live {
namespace {

constexpr auto rest_uri =
    R"({"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":apigateway:eu-west-1:lambda:path/",
    "2015-03-31/functions/",{"Fn::GetAtt":["F","Arn"]},"/invocations"]]})";

json::object method(const std::string& timeout, const std::string& uri = rest_uri) {
  return resource("AWS::ApiGateway::Method",
                  R"({"Integration":{"Type":"AWS_PROXY","Uri":)" + uri + timeout + "}}");
}

json::object http(const std::string& timeout) {
  return resource("AWS::ApiGatewayV2::Integration",
                  R"({"IntegrationUri":{"Fn::GetAtt":["F","Arn"]})" + timeout + "}");
}

std::optional<int> timeout_of_f(json::object resources) {
  resources["F"] = function();
  auto assembly = one_stack(std::move(resources));
  auto const& main = assembly.templates().at(assembly.stacks().at(0).template_file);
  return Integrations(assembly).timeout_ms(main, "F");
}

TEST(Integrations, AMethodsTimeoutIsItsFunctions) {
  EXPECT_EQ(timeout_of_f({{"M", method(R"(,"TimeoutInMillis":5000)")}}), 5000);
}

TEST(Integrations, AnHttpApisTimeoutIsItsFunctions) {
  EXPECT_EQ(timeout_of_f({{"I", http(R"(,"TimeoutInMillis":1000)")}}), 1000);
}

TEST(Integrations, OfSeveralTheOneThatWaitsLongestCounts) {
  EXPECT_EQ(
      timeout_of_f({{"M", method(R"(,"TimeoutInMillis":5000)")}, {"I", http(R"(,"TimeoutInMillis":7000)")}}),
      7000);
}

TEST(Integrations, OneThatDoesNotSayItsTimeoutLeavesApiGatewaysQuota) {
  EXPECT_EQ(timeout_of_f({{"M", method(R"(,"TimeoutInMillis":5000)")}, {"I", http("")}}), std::nullopt);
  EXPECT_EQ(timeout_of_f({{"A", http("")}, {"M", method(R"(,"TimeoutInMillis":5000)")}}), std::nullopt);
}

TEST(Integrations, AFunctionIsFoundBehindAnAlias) {
  auto const uri = R"({"Fn::Join":["",["arn:aws:apigateway:lambda:path/functions/",{"Ref":"Alias"},"/x"]]})";
  EXPECT_EQ(timeout_of_f({{"Alias", resource("AWS::Lambda::Alias", R"({"FunctionName":{"Ref":"F"}})")},
                          {"M", method(R"(,"TimeoutInMillis":3000)", uri)}}),
            3000);
}

TEST(Integrations, WhatCallsAnotherServiceSaysNothingOfAFunction) {
  EXPECT_EQ(timeout_of_f({{"M", method(R"(,"TimeoutInMillis":5000)", R"("http://example.com")")}}),
            std::nullopt);
}

}  // namespace
}  // namespace live
