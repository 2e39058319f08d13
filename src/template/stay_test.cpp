#include "template/stay.h"

#include <gtest/gtest.h>

#include "template/swap_bench.h"

namespace live {
namespace {

json::object output(std::string_view name, std::string_view value) {
  return {{"Outputs", json::object{{name, json::object{{"Value", parse_json(value).value()},
                                                       {"Export", json::object{{"Name", name}}}}}}}};
}

std::vector<std::string> kept(const Swap& swap) {
  std::vector<std::string> ids;
  ids.reserve(swap.skipped.size());
  for (auto const& one : swap.skipped) ids.push_back(one.logical_id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

using Names = std::vector<std::string>;

TEST(Stay, AProviderOfAnotherStackAndItsHandlersKeepTheirCode) {
  auto shared = output("Token", R"({"Fn::GetAtt":["Framework","Arn"]})");
  shared["Resources"] = json::object{
      {"Framework", function(R"({"Environment":{"Variables":{"USER":{"Fn::GetAtt":["Handler","Arn"]}}}})")},
      {"Handler", function()},
      {"Ordinary", function()}};
  auto assembly = assembly_of(
      {{"Shared", shared},
       {"User",
        {{"Resources",
          json::object{
              {"Thing", resource("Custom::Thing", R"({"ServiceToken":{"Fn::ImportValue":"Token"}})")}}}}}});
  auto const swap = swap_functions(assembly, options()).value();
  EXPECT_EQ(kept(swap), (Names{"Framework", "Handler"}));
  ASSERT_EQ(swap.functions.size(), 1u);
  EXPECT_EQ(swap.functions[0].logical_id, "Ordinary");
}

TEST(Stay, AProviderThatANestedStackGetsAsAParameterKeepsItsCode) {
  json::object const nested{
      {"Type", "AWS::CloudFormation::Stack"},
      {"Metadata", json::object{{"aws:asset:path", "N.json"}}},
      {"Properties",
       parse_json_object(
           R"({"TemplateURL":"https://b/h.json","Parameters":{"P":{"Fn::GetAtt":["F","Arn"]}}})")
           .value()}};
  auto assembly = one_stack({{"F", function()}, {"N", nested}}, R"({"Resources":{"C":{"Type":"Custom::Thing",
    "Properties":{"ServiceToken":{"Ref":"P"}}}}})");
  EXPECT_EQ(kept(swap_functions(assembly, options()).value()), Names{"F"});
}

TEST(Stay, WhoListensToTheTopicOfACustomResourceKeepsItsCode) {
  auto assembly = one_stack(
      {{"T", resource("AWS::SNS::Topic", "{}")},
       {"F", function()},
       {"Other", function()},
       {"S",
        resource("AWS::SNS::Subscription",
                 R"({"TopicArn":{"Ref":"T"},"Protocol":"lambda","Endpoint":{"Fn::GetAtt":["F","Arn"]}})")},
       {"C", resource("Custom::Thing", R"({"ServiceToken":{"Ref":"T"}})")}});
  EXPECT_EQ(kept(swap_functions(assembly, options()).value()), Names{"F"});
}

TEST(Stay, AFunctionWhoseRoleTrustsTheEdgeKeepsItsCodeWithoutADistribution) {
  auto assembly = one_stack(
      {{"R", resource("AWS::IAM::Role", R"({"AssumeRolePolicyDocument":{"Statement":[{"Principal":{"Service":
                                           ["lambda.amazonaws.com","edgelambda.amazonaws.com"]}}]}})")},
       {"F", function(R"({"Role":{"Fn::GetAtt":["R","Arn"]}})")}});
  auto const swap = swap_functions(assembly, options()).value();
  ASSERT_EQ(kept(swap), Names{"F"});
  EXPECT_NE(swap.skipped[0].reason.find("Lambda@Edge"), std::string::npos);
}

TEST(Stay, HooksOfCodeDeployKeepTheirCodeAndTheAliasLosesItsPolicy) {
  auto alias = resource("AWS::Lambda::Alias", R"({"FunctionName":{"Ref":"F"},"Name":"live"})");
  alias["UpdatePolicy"] =
      parse_json(R"({"CodeDeployLambdaAliasUpdate":{"ApplicationName":"a","DeploymentGroupName":"g",
                     "BeforeAllowTrafficHook":{"Ref":"Before"},"AfterAllowTrafficHook":{"Ref":"After"}}})")
          .value();
  auto assembly =
      one_stack({{"F", function()}, {"Before", function()}, {"After", function()}, {"Alias", alias}});
  EXPECT_EQ(kept(swap_functions(assembly, options()).value()), (Names{"After", "Before"}));
  EXPECT_FALSE(assembly.templates()
                   .at("S.json")
                   .body.at("Resources")
                   .at("Alias")
                   .as_object()
                   .contains("UpdatePolicy"));
}

}  // namespace
}  // namespace live
