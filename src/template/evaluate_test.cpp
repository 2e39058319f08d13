#include "template/evaluate.h"

#include <gtest/gtest.h>

#include "template/yaml.h"

namespace live::cfn {
namespace {

class Stack final : public Resolver {  // ids "phys-X", attributes "X.Name", exports "import:name"
 public:
  Result<json::value> ref(std::string_view id) override {
    if (id == "Later") return json::value(json::string(known_after_apply));
    return json::value(json::string("phys-" + std::string(id)));
  }
  Result<json::value> attribute(std::string_view id, std::string_view name) override {
    if (name == "Nope") return fault("resource A does not support attribute type Nope in Fn::GetAtt");
    if (name == "List") return json::value(json::array{"x", "y"});
    return json::value(json::string(fmt::format("{}.{}", id, name)));
  }
  Result<json::value> import(std::string_view name) override {
    if (name == "gone") return fault("No export named gone found.");
    return json::value(json::string(fmt::format("import:{}", name)));
  }
};

constexpr std::string_view base = R"(
Parameters:
  Name: {Type: String, Default: n}
  List: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Empty: {Type: CommaDelimitedList, Default: ''}
Mappings:
  M: {us-east-1: {k: found, list: [1, 2]}}
Conditions:
  Is: !Equals [!Ref Name, n]
  Isnt: !Not [!Condition Is]
  Both: !And [!Condition Is, !Not [!Condition Isnt]]
  Either: !Or [!Condition Isnt, !Equals [1, '1']]
  Combined: !Equals ['', !Join ['', !Ref Empty]]
Resources:
  A: {Type: T}
  Later: {Type: T}
  Off: {Type: T, Condition: Isnt}
)";

class Evaluation : public ::testing::Test {
 protected:
  Result<json::value> run(std::string_view expression) {
    of = read_template(base).value();
    auto values = complete_parameters(of, {}).value();
    Pseudo pseudo{
        .account = "000000000000", .region = "us-east-1", .stack_id = "arn:stack", .stack_name = "stack"};
    pseudo.notification_arns = {"arn:topic"};
    auto evaluator = Evaluator::create(of, values, pseudo, stack);
    if (!evaluator) return evaluator.error();
    return evaluator.value().value(parse_yaml(expression).value(), "/X");
  }
  std::string text(std::string_view expression) {
    auto value = run(expression);
    return value ? json::serialize(value.value()) : value.error().message;
  }
  Template of;
  Stack stack;
};

TEST_F(Evaluation, RefGivesParametersResourcesAndPseudoParameters) {
  EXPECT_EQ(text("!Ref Name"), R"("n")");
  EXPECT_EQ(text("!Ref List"), R"(["a","b","c"])");
  EXPECT_EQ(text("!Ref A"), R"("phys-A")");
  EXPECT_EQ(text("[!Ref 'AWS::Partition', !Ref 'AWS::URLSuffix', !Ref 'AWS::Region', !Ref 'AWS::AccountId']"),
            R"(["aws","amazonaws.com","us-east-1","000000000000"])");
  EXPECT_EQ(text("[!Ref 'AWS::StackName', !Ref 'AWS::StackId', !Ref 'AWS::NotificationARNs']"),
            R"(["stack","arn:stack",["arn:topic"]])");
}

TEST_F(Evaluation, NoValueRemovesTheMemberOrItem) {
  EXPECT_EQ(text("{a: !Ref 'AWS::NoValue', b: [1, !If [Isnt, 2, !Ref 'AWS::NoValue']]}"), R"({"b":[1]})");
}

TEST_F(Evaluation, ConditionsDecide) {
  EXPECT_EQ(
      text("[!If [Is, 1, 2], !If [Isnt, 1, 2], !If [Both, 1, 2], !If [Either, 1, 2], !If [Combined, 1, 2]]"),
      "[1,2,1,1,1]");
}

TEST_F(Evaluation, TheBranchNotTakenIsNotEvaluated) {
  EXPECT_EQ(text("!If [Is, 1, !Ref Off]"), "1");
  EXPECT_NE(text("!Ref Off").find("condition Isnt is false"), std::string::npos);
}

TEST_F(Evaluation, SubReplacesNamesAttributesAndItsOwnVariables) {
  EXPECT_EQ(text("!Sub 'arn:${AWS::Partition}:${A}:${A.Arn}:${!Kept}:${Name}'"),
            R"("arn:aws:phys-A:A.Arn:${Kept}:n")");
  EXPECT_EQ(text("!Sub ['${v}/${Name}/${n}', {v: !GetAtt A.X.Y, n: 3}]"), R"("A.X.Y/n/3")");
  EXPECT_EQ(text("!Sub '{\"a\": \"$x}\"}'"), R"("{\"a\": \"$x}\"}")");
  EXPECT_NE(text("!Sub '${List}'").find("${List} needs text, not a list"), std::string::npos);
}

TEST_F(Evaluation, ListsAreJoinedSplitAndSelected) {
  EXPECT_EQ(text("!Join ['-', [a, 1, true, !Ref Name]]"), R"("a-1-true-n")");
  EXPECT_EQ(text("!Join [',', !Ref List]"), R"("a,b,c")");
  EXPECT_EQ(text("!Select [1, !Split ['/', 'a/b/c']]"), R"("b")");
  EXPECT_EQ(text("!Select ['0', !GetAtt A.List]"), R"("x")");
  EXPECT_NE(text("!Select [3, [a]]").find("nonexistent value at index 3 of 1"), std::string::npos);
}

TEST_F(Evaluation, WhatIsNotYetKnownStaysUnknown) {
  EXPECT_EQ(text("!Ref Later"), R"("{{changeSet:KNOWN_AFTER_APPLY}}")");
  EXPECT_EQ(text("!Select [4, !Split [':', !Ref Later]]"), R"("{{changeSet:KNOWN_AFTER_APPLY}}")");
  EXPECT_EQ(text("!Sub 'x-${Later}'"), R"("x-{{changeSet:KNOWN_AFTER_APPLY}}")");
}

TEST_F(Evaluation, MapsGiveTheirValueOrTheDefault) {
  EXPECT_EQ(text("!FindInMap [M, !Ref 'AWS::Region', k]"), R"("found")");
  EXPECT_EQ(text("!FindInMap [M, us-east-1, list]"), "[1,2]");
  EXPECT_EQ(text("!FindInMap [M, mars, k, {DefaultValue: !Ref Name}]"), R"("n")");
  EXPECT_NE(text("!FindInMap [M, mars, k]").find("Unable to get mapping for M::mars::k"), std::string::npos);
}

TEST_F(Evaluation, TheSmallFunctionsCompute) {
  EXPECT_EQ(text("!Base64 'hello'"), R"("aGVsbG8=")");
  EXPECT_EQ(text("!GetAZs ''"), R"(["us-east-1a","us-east-1b","us-east-1c"])");
  EXPECT_EQ(text("!Cidr [10.0.0.0/16, 3, 8]"), R"(["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"])");
  EXPECT_NE(text("!Cidr [10.0.0.0/24, 2, 8]").find("does not hold 2 blocks of /24"), std::string::npos);
  EXPECT_EQ(text("!Length [a, b]"), "2");
  EXPECT_EQ(text("!Length {Ref: List}"), "3");
  EXPECT_EQ(text("!ToJsonString {a: [1, !Ref Name]}"), R"("{\"a\":[1,\"n\"]}")");
  EXPECT_EQ(text("!ImportValue {'Fn::Sub': '${Name}-x'}"), R"("import:n-x")");
}

TEST_F(Evaluation, FailuresNameTheirPath) {
  EXPECT_NE(text("{P: [!GetAtt A.Nope]}").find("/X/P/0"), std::string::npos);
  EXPECT_NE(text("{P: [!GetAtt A.Nope]}").find("attribute type Nope"), std::string::npos);
  EXPECT_EQ(text("{'Fn::Transform': {Name: AWS::Include}}"),
            "Template error: Fn::Transform at /X: this function is not supported");
  EXPECT_EQ(text("!ImportValue gone"), "No export named gone found.");
}

std::string rejects(std::string_view parameter, std::string value) {
  auto of = read_template(fmt::format("{{Parameters: {{P: {}}}, Resources: {{A: {{Type: T}}}}}}", parameter));
  if (!of) return of.error().message;
  auto texts = complete_parameters(of.value(), {{"P", std::move(value)}});
  return texts ? "accepted" : texts.error().message;
}

TEST(Parameters, ConstraintsAreChecked) {
  EXPECT_EQ(rejects("{Type: String, AllowedValues: [a, b]}", "c"),
            "Parameter 'P' must be one of AllowedValues [a, b]");
  EXPECT_EQ(rejects("{Type: String, AllowedPattern: '[a-z]+'}", "A"),
            "Parameter 'P' must match pattern [a-z]+");
  EXPECT_EQ(rejects("{Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: be small}", "A"),
            "Parameter P failed to satisfy constraint: be small");
  EXPECT_EQ(rejects("{Type: Number, MinValue: 3}", "2"), "Parameter 'P' must be a number not less than 3");
  EXPECT_EQ(rejects("{Type: Number}", "two"), "Parameter 'P' must be a number.");
  EXPECT_EQ(rejects("{Type: String, MaxLength: 2}", "abc"),
            "Parameter 'P' must contain at most 2 characters");
  EXPECT_EQ(rejects("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a,b"), "accepted");
  EXPECT_EQ(rejects("{Type: Wrong}", "x"), "Template format error: Unrecognized parameter type: Wrong (P)");
}

TEST(Parameters, MissingAndUnknownOnesAreNamed) {
  auto of = read_template("{Parameters: {P: {Type: String}, Q: {Type: String}}, Resources: {A: {Type: T}}}")
                .value();
  EXPECT_EQ(complete_parameters(of, {{"P", "1"}}).error().message, "Parameters: [Q] must have values");
  EXPECT_EQ(complete_parameters(of, {{"P", "1"}, {"Q", "1"}, {"R", "1"}}).error().message,
            "Parameters: [R] do not exist in the template");
}

TEST(Parameters, OneThatNamesAnSsmParameterIsListed) {
  auto of = read_template(
                "{Parameters: {V: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /cdk/version}},"
                " Resources: {A: {Type: T}}}")
                .value();
  auto texts = complete_parameters(of, {}).value();
  EXPECT_EQ(ssm_parameters(of, texts), (std::map<std::string, std::string>{{"V", "/cdk/version"}}));
}

TEST(Rules, AFailedAssertionStopsWithItsDescription) {
  constexpr std::string_view text = R"(
Parameters: {V: {Type: String, Default: '5'}}
Rules:
  CheckBootstrapVersion:
    Assertions:
      - Assert: {'Fn::Not': [{'Fn::Contains': [['1', '2', '3', '4', '5'], {Ref: V}]}]}
        AssertDescription: CDK bootstrap stack version 6 required.
Resources: {A: {Type: T}}
)";
  auto of = read_template(text).value();
  Stack stack;
  auto refused = Evaluator::create(of, {{"V", "5"}}, {}, stack);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "Template validation error: Rule CheckBootstrapVersion failed: "
            "CDK bootstrap stack version 6 required.");
  EXPECT_TRUE(Evaluator::create(of, {{"V", "33"}}, {}, stack));
}

TEST(Conditions, ACycleIsFound) {
  auto of = read_template(
      "{Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}, Resources: {R: {Type: T}}}");
  Stack stack;
  auto made = Evaluator::create(of.value(), {}, {}, stack);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("Circular dependency in conditions"), std::string::npos);
}

TEST(Dynamic, ReferencesAreCollectedAndReplaced) {
  json::value value =
      json::parse(R"({"a":["x{{resolve:ssm:/p:1}}y{{resolve:secretsmanager:s:SecretString:k}}"]})");
  std::vector<DynamicReference> found;
  collect_dynamic(value, found);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].service, "ssm");
  EXPECT_EQ(found[0].key, "/p:1");
  replace_dynamic(value, {{found[0].text, "one"}, {found[1].text, "two"}});
  EXPECT_EQ(json::serialize(value), R"({"a":["xoneytwo"]})");
}

}  // namespace
}  // namespace live::cfn
