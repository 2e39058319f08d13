#include "template/read.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "template/yaml.h"

namespace live::cfn {
namespace {

json::value yaml(std::string_view text) {
  auto read = parse_yaml(text);
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? read.value() : json::value(nullptr);
}

std::string failure(std::string_view text) {
  auto read = read_template(text);
  return read ? "it was read" : read.error().message;
}

Template good(std::string_view text) {
  auto read = read_template(text);
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? std::move(read.value()) : Template{};
}

TEST(Yaml, ShortIntrinsicsAreReadIntoTheirLongForm) {
  EXPECT_EQ(yaml("!Ref A"), json::parse(R"({"Ref":"A"})"));
  EXPECT_EQ(yaml("!Condition A"), json::parse(R"({"Condition":"A"})"));
  EXPECT_EQ(yaml("!GetAtt A.B.C"), json::parse(R"({"Fn::GetAtt":["A","B.C"]})"));
  EXPECT_EQ(yaml("!GetAtt [A, B]"), json::parse(R"({"Fn::GetAtt":["A","B"]})"));
  EXPECT_EQ(yaml("!Sub '${A}-x'"), json::parse(R"({"Fn::Sub":"${A}-x"})"));
  EXPECT_EQ(yaml("!Join ['', [!Ref A, !If [C, 1, !Ref 'AWS::NoValue']]]"),
            json::parse(R"({"Fn::Join":["",[{"Ref":"A"},{"Fn::If":["C",1,{"Ref":"AWS::NoValue"}]}]]})"));
  EXPECT_EQ(yaml("x: !FindInMap\n  - M\n  - a\n  - b\n"),
            json::parse(R"({"x":{"Fn::FindInMap":["M","a","b"]}})"));
}

TEST(Yaml, PlainScalarsAreTypedAndQuotedOnesAreText) {
  EXPECT_EQ(yaml("[1, -2, 1.5, true, yes, 'true', \"1\", null, ~, text]"),
            json::parse(R"([1,-2,1.5,true,true,"true","1",null,null,"text"])"));
}

TEST(Yaml, DatesVersionsAndAccountNumbersStayText) {
  EXPECT_EQ(yaml("[2012-10-17, 012345678901, 1.2.3, 0, 0.5, -, 1e, arn:aws:s3]"),
            json::parse(R"(["2012-10-17","012345678901","1.2.3",0,0.5,"-","1e","arn:aws:s3"])"));
}

TEST(Yaml, AnUnknownTagADuplicateKeyAndBrokenTextAreNamedWithTheirPlace) {
  EXPECT_NE(parse_yaml("a: !Nope x").error().message.find("unknown tag !Nope"), std::string::npos);
  EXPECT_NE(parse_yaml("a: 1\na: 2").error().message.find("(line 2, column 1): duplicate key a"),
            std::string::npos);
  EXPECT_NE(parse_yaml("a: [1").error().message.find("YAML not well-formed"), std::string::npos);
}

TEST(Yaml, AliasesThatGrowExponentiallyAreRefused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 8; ++i) {
    text += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) text += fmt::format("{}*a{}", j ? ", " : "", i - 1);
    text += "]\n";
  }
  auto read = parse_yaml(text);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("too large"), std::string::npos);
}

TEST(Template, SectionsOfJsonAndYamlReadAlike) {
  Template from_yaml = good(R"(
Parameters:
  Name: {Type: String, Default: x, NoEcho: true, AllowedValues: [x, 1], MinLength: 1}
Conditions:
  C: !Equals [!Ref Name, x]
Resources:
  A:
    Type: AWS::SNS::Topic
    Condition: C
    DependsOn: B
    DeletionPolicy: Retain
    Properties: {TopicName: !Ref Name}
  B: {Type: AWS::SNS::Topic}
Outputs:
  O: {Value: !Ref A, Export: {Name: exported}, Condition: C, Description: d}
)");
  Template from_json = good(R"({
    "Parameters":{"Name":{"Type":"String","Default":"x","NoEcho":true,"AllowedValues":["x",1],"MinLength":1}},
    "Conditions":{"C":{"Fn::Equals":[{"Ref":"Name"},"x"]}},
    "Resources":{"A":{"Type":"AWS::SNS::Topic","Condition":"C","DependsOn":["B"],"DeletionPolicy":"Retain",
      "Properties":{"TopicName":{"Ref":"Name"}}},"B":{"Type":"AWS::SNS::Topic"}},
    "Outputs":{"O":{"Value":{"Ref":"A"},"Export":{"Name":"exported"},"Condition":"C","Description":"d"}}})");
  for (const Template& read : {from_yaml, from_json}) {
    ASSERT_EQ(read.parameters.size(), 1u);
    EXPECT_EQ(read.parameters[0].default_value, "x");
    EXPECT_TRUE(read.parameters[0].no_echo);
    EXPECT_EQ(read.parameters[0].allowed_values, (std::vector<std::string>{"x", "1"}));
    EXPECT_EQ(read.parameters[0].min_length, 1.0);
    const Resource* a = read.resource("A");
    ASSERT_TRUE(a);
    EXPECT_EQ(a->type, "AWS::SNS::Topic");
    EXPECT_EQ(a->condition, "C");
    EXPECT_EQ(a->depends_on, std::vector<std::string>{"B"});
    EXPECT_EQ(a->deletion_policy, "Retain");
    ASSERT_EQ(read.outputs.size(), 1u);
    EXPECT_EQ(read.outputs[0].export_name, json::value("exported"));
  }
}

TEST(Template, WhatIsNotATemplateSaysWhy) {
  EXPECT_NE(failure("").find("the template is empty"), std::string::npos);
  EXPECT_NE(failure("{\"Resources\": ").find("JSON not well-formed"), std::string::npos);
  EXPECT_EQ(failure("{}"), "Template format error: At least one Resources member must be defined.");
  EXPECT_EQ(failure("{\"Resource\":{}}"), "Invalid template property or properties [Resource]");
  EXPECT_NE(failure("Resources: {A: {Properties: {}}}")
                .find("[/Resources/A] Every Resources object must contain a Type"),
            std::string::npos);
  EXPECT_EQ(failure("Resources: {A-b: {Type: T}}"),
            "Template format error: Resource name A-b is non alphanumeric.");
  EXPECT_EQ(failure("Resources: {A: {Type: T, Foo: 1}}"),
            "Invalid template resource property 'Foo' of resource A");
}

TEST(Template, MacrosAreRefusedByName) {
  EXPECT_EQ(
      failure(
          "{Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31], Resources: {A: {Type: T}}}"),
      "Transform AWS::Serverless-2016-10-31 is not supported: macros cannot run here");
  EXPECT_EQ(good("{Transform: AWS::LanguageExtensions, Resources: {A: {Type: T}}}").transforms.size(), 1u);
}

TEST(Template, UnresolvedReferencesAreNamedWithTheirBlock) {
  EXPECT_EQ(failure("Resources: {A: {Type: T, Properties: {X: !Ref Gone, Y: !Sub '${Lost.Arn}'}}}"),
            "Template format error: Unresolved resource dependencies [Gone, Lost] in the Resources block of "
            "the template");
  EXPECT_EQ(failure("Resources: {A: {Type: T, DependsOn: Gone}}"),
            "Template format error: Unresolved resource dependencies [Gone] in the Resources block of the "
            "template");
  EXPECT_EQ(
      failure("{Resources: {A: {Type: T}}, Outputs: {O: {Value: !GetAtt Gone.Arn}}}"),
      "Template format error: Unresolved resource dependencies [Gone] in the Outputs block of the template");
  EXPECT_NE(failure("Resources: {A: {Type: T, Condition: C}}").find("Unresolved condition dependency C"),
            std::string::npos);
}

TEST(Template, ASubVariableOfItsOwnIsNoDependency) {
  good("Resources: {A: {Type: T, Properties: {X: !Sub ['${Own}', {Own: 1}], Y: !Sub '${!Literal}'}}}");
}

TEST(Graph, FollowsRefGetAttSubAndDependsOn) {
  Template read = good(R"(
Resources:
  A: {Type: T, Properties: {X: !Ref B, Y: [!GetAtt C.Arn], Z: !Sub 'x${D.Arn}${E}'}, DependsOn: F}
  B: {Type: T}
  C: {Type: T}
  D: {Type: T}
  E: {Type: T, Properties: {X: !Sub ['${v}', {v: !Ref B}]}}
  F: {Type: T}
)");
  Graph graph = dependencies(read);
  EXPECT_EQ(graph["A"], (std::set<std::string>{"B", "C", "D", "E", "F"}));
  EXPECT_EQ(graph["E"], std::set<std::string>{"B"});
  auto order = creation_order(graph);
  ASSERT_TRUE(order);
  EXPECT_EQ(order.value(), (std::vector<std::string>{"B", "C", "D", "F", "E", "A"}));
}

TEST(Graph, ACycleIsNamedWithoutThoseThatOnlyWaitForIt) {
  EXPECT_EQ(failure(R"(
Resources:
  A: {Type: T, DependsOn: B}
  B: {Type: T, DependsOn: A}
  Waits: {Type: T, DependsOn: A}
  Free: {Type: T}
)"),
            "Circular dependency between resources: [A, B]");
}

TEST(Template, FiveHundredResourcesAreTheMost) {
  std::string text = "Resources:\n";
  for (int i = 0; i < 500; ++i) text += fmt::format("  T{}: {{Type: AWS::SNS::Topic}}\n", i);
  EXPECT_TRUE(read_template(text).has_value());
  auto const more = read_template(text + "  More: {Type: AWS::SNS::Topic}\n");
  ASSERT_TRUE(more.has_error());
  EXPECT_EQ(more.error().message,
            "Template format error: Number of resources, 501, is greater than maximum allowed, 500");
}

}  // namespace
}  // namespace live::cfn
