#include "template/permission.h"

#include <gtest/gtest.h>

#include "template/swap_bench.h"

namespace live {
namespace {

const json::object& resources_of(Assembly& assembly, const std::string& file) {
  return assembly.templates().at(file).body.at("Resources").as_object();
}

// The properties of the one policy beside the functions of a template.
json::object policy_beside(Assembly& assembly, const std::string& file) {
  for (auto const& [id, value] : resources_of(assembly, file))
    if (value.at("Type") == "AWS::IAM::RolePolicy") return value.at("Properties").as_object();
  return {};
}

json::value role_name_for(std::string_view role) {
  auto assembly = one_stack({{"F", function(R"({"Role":)" + std::string(role) + "}")}});
  EXPECT_TRUE(swap_functions(assembly, options()).has_value());
  return policy_beside(assembly, "S.json").at("RoleName");
}

TEST(Permission, ThePathOfAnImportedRoleIsNoPartOfItsName) {
  EXPECT_EQ(role_name_for(R"("arn:aws:iam::1:role/team/shared")"), "shared");
  EXPECT_EQ(
      role_name_for(R"({"Fn::Join":["",["arn:aws:iam::",{"Ref":"AWS::AccountId"},":role/team/shared"]]})"),
      "shared");
  EXPECT_EQ(json::serialize(role_name_for(
                R"({"Fn::Join":["",["arn:aws:iam::1:role/team/",{"Ref":"AWS::Region"},"-shared"]]})")),
            R"({"Fn::Join":["",[{"Ref":"AWS::Region"},"-shared"]]})");
  EXPECT_EQ(
      json::serialize(role_name_for(R"({"Fn::Sub":"arn:aws:iam::${AWS::AccountId}:role/a/b/${Name}"})")),
      R"({"Fn::Sub":"${Name}"})");
}

TEST(Permission, StacksThatShareAnImportedRoleGiveItPoliciesOfDifferentNames) {
  json::object const body{
      {"Resources", json::object{{"F", function(R"({"Role":"arn:aws:iam::1:role/r"})")}}}};
  auto assembly = assembly_of({{"A", body}, {"B", body}});
  auto const swap = swap_functions(assembly, options()).value();
  EXPECT_NE(policy_beside(assembly, "A.json").at("PolicyName"),
            policy_beside(assembly, "B.json").at("PolicyName"));
  auto const said = notices_with(swap, "the role r is none of this app's");
  EXPECT_EQ(said.size(), 1u);
}

TEST(Permission, ABoundaryIsToldOnceWithTheFunctionsItConcerns) {
  std::string_view constexpr bounded =
      R"({"PermissionsBoundary":{"Fn::Join":["",["arn:aws:iam::",{"Ref":"AWS::AccountId"},":policy/bound"]]}})";
  auto assembly = one_stack({{"R", resource("AWS::IAM::Role", bounded)},
                             {"Q", resource("AWS::IAM::Role", bounded)},
                             {"F", function(R"({"Role":{"Fn::GetAtt":["R","Arn"]}})")},
                             {"G", function(R"({"Role":{"Fn::GetAtt":["Q","Arn"]}})")}});
  auto const said =
      notices_with(swap_functions(assembly, options()).value(), "permissions boundary bound has to allow");
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(said[0].starts_with("F, G: ")) << said[0];
}

TEST(Permission, OfManyFunctionsTheFirstAreNamedAndTheOthersCounted) {
  json::object resources;
  for (int i = 0; i < 9; ++i) resources["F" + std::to_string(i)] = function();
  auto assembly = one_stack(resources);
  auto const said = notices_with(swap_functions(assembly, options()).value(), "none of this app's");
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(said[0].starts_with("F0, F1, F2 and 6 more: ")) << said[0];
}

TEST(SwapQuotas, AStackThatHasNoRoomForAPolicyIsNamedBeforeItIsDeployed) {
  json::object resources{{"F", function()}};
  for (int i = 1; i < 500; ++i) resources["T" + std::to_string(i)] = resource("AWS::SNS::Topic", "{}");
  auto assembly = one_stack(resources);
  auto const swap = swap_functions(assembly, options());
  ASSERT_TRUE(swap.has_error());
  EXPECT_NE(swap.error().message.find("stack S (S.json)"), std::string::npos) << swap.error().message;
  EXPECT_NE(swap.error().message.find("501 resources"), std::string::npos) << swap.error().message;
}

TEST(SwapQuotas, ATemplateNearTheLimitIsWrittenWithoutSpaces) {
  json::object resources{{"F", function()}};
  for (int i = 0; i < 400; ++i)
    resources["T" + std::to_string(i)] = json::object{
        {"Type", "AWS::SNS::Topic"}, {"Properties", json::object{{"DisplayName", std::string(2400, 'x')}}}};
  auto assembly = one_stack(resources);
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  EXPECT_LT(assembly.changed_files().at("S.json").size(), 1'000'000u);
}

TEST(SwapQuotas, ATemplateBeyondTheLimitIsNamedBeforeItIsUploaded) {
  auto assembly = one_stack(
      {{"F", function()},
       {"T", resource("AWS::SNS::Topic", R"({"DisplayName":")" + std::string(999'500, 'x') + R"("})")}});
  auto const swap = swap_functions(assembly, options());
  ASSERT_TRUE(swap.has_error());
  EXPECT_NE(swap.error().message.find("and CloudFormation takes 1000000"), std::string::npos)
      << swap.error().message;
}

TEST(SwapScaling, OfFunctionsThatKeepTheirCodeStays) {
  auto assembly = one_stack(
      {{"F", function()},
       {"G", function()},
       {"A", resource("AWS::Lambda::Alias", R"({"FunctionName":{"Ref":"F"},"Name":"a"})")},
       {"Ours", resource("AWS::ApplicationAutoScaling::ScalableTarget",
                         R"({"ServiceNamespace":"lambda","ResourceId":{"Fn::Sub":"function:${A}"}})")},
       {"Theirs",
        resource(
            "AWS::ApplicationAutoScaling::ScalableTarget",
            R"({"ServiceNamespace":"lambda","ResourceId":{"Fn::Join":["",["function:",{"Ref":"G"},":b"]]}})")}});
  auto wanted = options();
  wanted.skip = [](const SwappedFunction& one) {
    return one.logical_id == "G" ? std::optional<std::string>("not chosen") : std::nullopt;
  };
  ASSERT_TRUE(swap_functions(assembly, wanted).has_value());
  EXPECT_FALSE(resources_of(assembly, "S.json").contains("Ours"));
  EXPECT_TRUE(resources_of(assembly, "S.json").contains("Theirs"));
}

}  // namespace
}  // namespace live
