#include "template/swap.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "template/permission.h"
#include "template/swap_bench.h"

namespace live {
namespace {

const std::string kData = LIVE_SOURCE_DIR "/src/template/testdata/";

Result<std::string> text_of(const std::string& file) { return read_file(kData + "assembly/" + file); }

TEST(Swap, ARealAssemblyIsRewrittenAsTheGoldenFilesSay) {
  auto assembly = Assembly::read(text_of).value();
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  auto const changed = assembly.changed_files();
  EXPECT_EQ(changed.size(), 7u);
  for (auto const& [file, text] : changed) {
    auto golden = kData;
    golden.append("golden/").append(file);
    if (getenv("LIVE_UPDATE_GOLDEN")) ASSERT_TRUE(write_file(golden, text).has_value());
    EXPECT_EQ(text, read_file(golden).value()) << file << ": run ./test --update when the change is meant";
  }
}

TEST(Swap, FunctionsOfNestedStacksAndStagesAreFoundWithTheirPath) {
  auto assembly = Assembly::read(text_of).value();
  auto const swap = swap_functions(assembly, options()).value();
  std::map<std::string, SwappedFunction> by_path;
  for (auto const& one : swap.functions) by_path[one.construct_path] = one;
  EXPECT_EQ(by_path.size(), 5u);
  EXPECT_EQ(by_path["Demo/N/Inn"].nested,
            std::vector<std::string>{"NNestedStackNNestedStackResource25BF0ED8"});
  EXPECT_EQ(by_path["Demo/N/Inn"].runtime, "python3.12");
  EXPECT_EQ(by_path["Prod/In/X"].stack_name, "Prod-In");
  EXPECT_EQ(by_path["Demo/Api"].handler, "api.handler");
}

TEST(Swap, EveryHashInTheAssemblyIsTheHashOfItsText) {
  auto assembly = Assembly::read(text_of).value();
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  auto const changed = assembly.changed_files();
  auto const hash = [&changed](const std::string& file) { return hex(sha256(changed.at(file))); };
  EXPECT_NE(changed.at("Demo.template.json").find("/" + hash("DemoN841F259E.nested.template.json") + ".json"),
            std::string::npos);
  EXPECT_NE(changed.at("manifest.json").find(hash("Demo.template.json")), std::string::npos);
  EXPECT_NE(changed.at("Demo.assets.json").find(hash("Demo.template.json")), std::string::npos);
  EXPECT_NE(
      changed.at("assembly-Prod/manifest.json").find(hash("assembly-Prod/ProdIn6F7546A8.template.json")),
      std::string::npos);
}

TEST(Swap, TheSameAssemblyGivesTheSameTexts) {
  auto first = Assembly::read(text_of).value(), second = Assembly::read(text_of).value();
  ASSERT_TRUE(swap_functions(first, options()).has_value());
  ASSERT_TRUE(swap_functions(second, options()).has_value());
  EXPECT_EQ(first.changed_files(), second.changed_files());
}

TEST(Swap, NothingOfALeftOutFunctionChanges) {
  auto assembly = Assembly::read(text_of).value();
  auto only_api = options();
  only_api.skip = [](const SwappedFunction& one) -> std::optional<std::string> {
    if (one.construct_path == "Demo/Api") return std::nullopt;
    return "not chosen";
  };
  auto const swap = swap_functions(assembly, only_api).value();
  EXPECT_EQ(swap.functions.size(), 1u);
  auto const changed = assembly.changed_files();
  EXPECT_FALSE(changed.contains("DemoN841F259E.nested.template.json"));
  EXPECT_FALSE(changed.contains("assembly-Prod/manifest.json"));
  // The other function of the shared asset still needs it.
  EXPECT_NE(
      changed.at("Demo.assets.json").find("954a19e824d64f1a5a1602234c2a45301492da11a85d778758b365e07c6e386a"),
      std::string::npos);
}

TEST(Swap, WhatTheStubCannotHaveIsRemovedAndTheTimeoutStays) {
  auto assembly = one_stack({{"F", function(R"({"Layers":["l"],"SnapStart":{"ApplyOn":"PublishedVersions"},
    "CodeSigningConfigArn":"c","RuntimeManagementConfig":{"UpdateRuntimeOn":"Auto"},"EphemeralStorage":{"Size":2048},
    "VpcConfig":{"SubnetIds":["s"]},"Timeout":7,"MemorySize":2048,"Architectures":["arm64"],
    "Code":{"S3Bucket":"b","S3Key":"k.zip","S3ObjectVersion":"v","SourceKMSKeyArn":"k"}})")}});
  auto const swap = swap_functions(assembly, options()).value();
  auto const& after = properties_of(assembly, "F");
  EXPECT_EQ(json::serialize(after.at("Code")),
            R"({"S3Bucket":{"Fn::Sub":"b"},"S3Key":"p/)" + std::string(64, '2') + R"(.zip"})");
  for (auto const* gone : {"Layers", "SnapStart", "CodeSigningConfigArn", "RuntimeManagementConfig",
                           "VpcConfig", "EphemeralStorage"})
    EXPECT_FALSE(after.contains(gone)) << gone;
  EXPECT_EQ(after.at("Timeout"), 7);
  EXPECT_EQ(after.at("MemorySize"), 512);
  EXPECT_EQ(swap.functions.front().memory_mb, 2048);
  EXPECT_EQ(notices_with(swap, "VPC and file systems are left out").size(), 1u);
}

const json::object& metadata_of(Assembly& assembly, const std::string& id) {
  auto const& body = assembly.templates().begin()->second.body;
  return body.at("Resources").at(id).at("Metadata").as_object();
}

TEST(Swap, WhatItReplacesIsKeptInTheTemplateButTheCode) {
  auto assembly = one_stack(
      {{"F", function(R"({"MemorySize":256,"Layers":[{"Ref":"L"}]})")},
       {"T", resource("AWS::ApplicationAutoScaling::ScalableTarget",
                      R"({"ServiceNamespace":"lambda","ResourceId":{"Fn::Sub":"function:${F}"}})")}});
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  EXPECT_EQ(
      metadata_of(assembly, "F").at("live:original"),
      R"({"Properties":{"Handler":"a.handler","Layers":[{"Ref":"L"}],"MemorySize":256,"Runtime":"nodejs20.x"}})");
  EXPECT_EQ(
      metadata_of(assembly, "F").at("live:dropped"),
      R"({"T":{"Properties":{"ResourceId":{"Fn::Sub":"function:${F}"},"ServiceNamespace":"lambda"},"Type":"AWS::ApplicationAutoScaling::ScalableTarget"}})");
}

TEST(Swap, WhatTheDeveloperLeftOutIsKeptAsNothing) {
  auto assembly = one_stack({{"F", function()}});
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  EXPECT_NE(metadata_of(assembly, "F").at("live:original").as_string().find(R"("MemorySize":null)"),
            json::string::npos);
}

TEST(Swap, ATemplateWithoutRoomForWhatIsReplacedRunsLiveWithoutIt) {
  std::string const layers(500'000, 'l');
  auto assembly = one_stack({{"F", function(R"({"Layers":[")" + layers + "\"]}")},
                             {"Q", resource("AWS::SQS::Queue", R"({"QueueName":")" + layers + "\"}")}});
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  auto const& function = assembly.templates().begin()->second.body.at("Resources").at("F").as_object();
  EXPECT_EQ(function.at("Properties").at("Runtime"), "provided.al2023");
  EXPECT_FALSE(function.contains("Metadata"));
}

TEST(Swap, AKeptVpcWithPrivateDnsForApisIsToldOf) {
  auto assembly = one_stack({{"F", function(R"({"VpcConfig":{"SubnetIds":["s"]}})")},
                             {"E", resource("AWS::EC2::VPCEndpoint", R"({"PrivateDnsEnabled":true,
              "ServiceName":{"Fn::Join":["",["com.amazonaws.",{"Ref":"AWS::Region"},".execute-api"]]}})")}});
  auto wanted = options();
  wanted.keep_vpc = true;
  auto const swap = swap_functions(assembly, wanted).value();
  EXPECT_TRUE(properties_of(assembly, "F").contains("VpcConfig"));
  EXPECT_EQ(notices_with(swap, "F: with the private DNS of the endpoint E").size(), 1u);
}

TEST(Swap, VersionsArePublishedAnewAndProvisionedConcurrencyLeaves) {
  auto assembly = one_stack(
      {{"F", function()},
       {"V", resource("AWS::Lambda::Version",
                      R"({"FunctionName":{"Ref":"F"},"ProvisionedConcurrencyConfig":{}})")},
       {"A",
        resource("AWS::Lambda::Alias", R"({"FunctionName":{"Ref":"F"},"ProvisionedConcurrencyConfig":{}})")},
       {"T", resource("AWS::ApplicationAutoScaling::ScalableTarget",
                      R"({"ServiceNamespace":"lambda","ResourceId":{"Fn::Sub":"function:${A}"}})")},
       {"P", resource("AWS::ApplicationAutoScaling::ScalingPolicy", R"({"ScalingTargetId":{"Ref":"T"}})")},
       {"D", json::object{{"Type", "X"}, {"DependsOn", json::array{"T", "F"}}}}});
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  EXPECT_TRUE(properties_of(assembly, "V").at("Description").as_string().starts_with("live-"));
  EXPECT_FALSE(properties_of(assembly, "V").contains("ProvisionedConcurrencyConfig"));
  EXPECT_FALSE(properties_of(assembly, "A").contains("ProvisionedConcurrencyConfig"));
  auto const& resources = assembly.templates().at("S.json").body.at("Resources").as_object();
  EXPECT_FALSE(resources.contains("T"));
  EXPECT_FALSE(resources.contains("P"));
  EXPECT_EQ(resources.at("D").at("DependsOn"), (json::value{"F"}));
}

TEST(Swap, FunctionsThatTheDeploymentCallsKeepTheirCode) {
  auto assembly = one_stack(
      {{"Framework",
        function(
            R"({"Environment":{"Variables":{"USER":{"Fn::GetAtt":["User","Arn"]},"W":{"Ref":"Machine"}}}})")},
       {"User", function()},
       {"Waiter", function()},
       {"Machine", resource("AWS::StepFunctions::StateMachine",
                            R"({"DefinitionString":{"Fn::Join":["",[{"Fn::GetAtt":["Waiter","Arn"]}]]}})")},
       {"Custom", resource("Custom::Thing", R"({"ServiceToken":{"Fn::GetAtt":["Framework","Arn"]},
                                               "Notifies":{"Fn::GetAtt":["Ordinary","Arn"]}})")},
       {"Ordinary", function()},
       {"Edge", function()},
       {"EdgeVersion", resource("AWS::Lambda::Version", R"({"FunctionName":{"Ref":"Edge"}})")},
       {"Cdn", resource("AWS::CloudFront::Distribution", R"({"DistributionConfig":{"DefaultCacheBehavior":{
          "LambdaFunctionAssociations":[{"LambdaFunctionARN":{"Ref":"EdgeVersion"}}]}}})")},
       {"Triggered", function()},
       {"Trigger", resource("Custom::Trigger", R"({"HandlerArn":{"Ref":"Triggered"}})")},
       {"Macro",
        resource("AWS::CloudFormation::Macro", R"({"FunctionName":{"Fn::Sub":"${MacroCode.Arn}"}})")},
       {"MacroCode", function()},
       {"Image", function(R"({"PackageType":"Image"})")}});
  auto const swap = swap_functions(assembly, options()).value();
  ASSERT_EQ(swap.functions.size(), 1u);
  EXPECT_EQ(swap.functions.front().logical_id, "Ordinary");
  EXPECT_EQ(swap.skipped.size(), 7u);
  for (auto const& one : swap.skipped) EXPECT_FALSE(one.reason.empty());
}

TEST(Swap, AnImportedRoleGetsAPolicyOfItsOwn) {
  auto assembly = one_stack({{"F", function(R"({"Role":"arn:aws:iam::1:role/path/imported"})")},
                             {"G", function(R"({"Role":"arn:aws:iam::1:role/path/imported"})")}});
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  int policies = 0;
  for (auto const& [id, value] : assembly.templates().at("S.json").body.at("Resources").as_object()) {
    if (value.at("Type") != "AWS::IAM::RolePolicy") continue;
    ++policies;
    EXPECT_EQ(value.at("Properties").at("RoleName"), "imported");
  }
  EXPECT_EQ(policies, 1);
}

TEST(Swap, ARoleIsFoundThroughTheParametersOfANestedStack) {
  json::object const stack{
      {"Type", "AWS::CloudFormation::Stack"},
      {"Metadata", json::object{{"aws:asset:path", "N.json"}}},
      {"Properties",
       parse_json_object(
           R"({"TemplateURL":"https://b/h.json","Parameters":{"P":{"Fn::GetAtt":["R","Arn"]}}})")
           .value()}};
  std::string const nested =
      json::serialize(json::object{{"Resources", json::object{{"F", function(R"({"Role":{"Ref":"P"}})")}}}});
  auto assembly = one_stack({{"R", resource("AWS::IAM::Role", "{}")}, {"N", stack}}, nested);
  ASSERT_TRUE(swap_functions(assembly, options()).has_value());
  auto const& policies = properties_of(assembly, "R").at("Policies").as_array();
  ASSERT_EQ(policies.size(), 1u);
  EXPECT_EQ(policies[0].at("PolicyDocument"), json::value(stub_policy(options().debug_stack)));
}

TEST(Swap, TheLegacySynthesizerIsRefusedWithAdvice) {
  auto assembly =
      Assembly::read([](const std::string& file) -> Result<std::string> {
        if (file == "manifest.json")
          return std::string(
              R"({"artifacts":{"S":{"type":"aws:cloudformation:stack","properties":{"templateFile":"S.json"}}}})");
        return json::serialize(json::object{{"Resources", json::object{{"F", function()}}}});
      }).value();
  auto const swap = swap_functions(assembly, options());
  ASSERT_TRUE(swap.has_error());
  EXPECT_NE(swap.error().message.find("newStyleStackSynthesis"), std::string::npos);
}

TEST(Swap, ADamagedAssemblyNamesTheFile) {
  auto const missing = Assembly::read(
      [](const std::string& file) -> Result<std::string> { return fault("cannot read " + file); });
  ASSERT_TRUE(missing.has_error());
  auto const damaged =
      Assembly::read([](const std::string&) -> Result<std::string> { return std::string("{"); });
  ASSERT_TRUE(damaged.has_error());
  EXPECT_NE(damaged.error().message.find("manifest.json"), std::string::npos);
}

TEST(SwapTimeouts, StayUnlessOthersAreWanted) {
  auto assembly = one_stack({{"F", function(R"({"Timeout":7})")}});
  auto const swap = swap_functions(assembly, options()).value();
  EXPECT_EQ(properties_of(assembly, "F").at("Timeout"), 7);
  EXPECT_EQ(swap.functions.at(0).timeout_seconds, 7);
}

TEST(SwapTimeouts, OfQueuesAreAtLeastThoseOfTheFunctionsThatReadThem) {
  auto assembly = one_stack(
      {{"F", function(R"({"Timeout":7})")},
       {"G", function()},
       {"Alias", resource("AWS::Lambda::Alias", R"({"FunctionName":{"Ref":"G"},"Name":"a"})")},
       {"Bare", {{"Type", "AWS::SQS::Queue"}}},
       {"Short", resource("AWS::SQS::Queue", R"({"VisibilityTimeout":30})")},
       {"Long", resource("AWS::SQS::Queue", R"({"VisibilityTimeout":5400})")},
       {"Other", resource("AWS::SQS::Queue", R"({"VisibilityTimeout":30})")},
       {"M1", resource("AWS::Lambda::EventSourceMapping",
                       R"({"FunctionName":{"Ref":"F"},"EventSourceArn":{"Fn::GetAtt":["Bare","Arn"]}})")},
       {"M2",
        resource("AWS::Lambda::EventSourceMapping",
                 R"({"FunctionName":{"Ref":"Alias"},"EventSourceArn":{"Fn::GetAtt":["Short","Arn"]}})")},
       {"M3", resource("AWS::Lambda::EventSourceMapping",
                       R"({"FunctionName":{"Ref":"F"},"EventSourceArn":{"Fn::GetAtt":["Long","Arn"]}})")}});
  auto wanted = options();
  wanted.timeout_seconds = 900;
  auto const swap = swap_functions(assembly, wanted).value();
  for (auto const* id : {"F", "G"}) EXPECT_EQ(properties_of(assembly, id).at("Timeout"), 900);
  for (auto const& one : swap.functions) EXPECT_EQ(one.timeout_seconds, 900);
  for (auto const* id : {"Bare", "Short"})
    EXPECT_EQ(properties_of(assembly, id).at("VisibilityTimeout"), 900);
  EXPECT_EQ(properties_of(assembly, "Long").at("VisibilityTimeout"), 5400);
  EXPECT_EQ(properties_of(assembly, "Other").at("VisibilityTimeout"), 30);
  EXPECT_TRUE(notices_with(swap, "timeout").empty());
}

TEST(SwapTimeouts, OfAFunctionThatReadsSomebodyElsesQueueStaysAndIsTold) {
  auto assembly = one_stack(
      {{"F", function(R"({"Timeout":7})")},
       {"Streamed", function()},
       {"M", resource("AWS::Lambda::EventSourceMapping",
                      R"({"FunctionName":{"Ref":"F"},"EventSourceArn":"arn:aws:sqs:us-east-1:1:theirs"})")},
       {"S", resource("AWS::Lambda::EventSourceMapping",
                      R"({"FunctionName":{"Ref":"Streamed"},"StartingPosition":"LATEST",
                          "EventSourceArn":{"Fn::ImportValue":"their-stream"}})")}});
  auto wanted = options();
  wanted.timeout_seconds = 900;
  auto const swap = swap_functions(assembly, wanted).value();
  EXPECT_EQ(properties_of(assembly, "F").at("Timeout"), 7);
  EXPECT_EQ(properties_of(assembly, "Streamed").at("Timeout"), 900);
  EXPECT_EQ(notices_with(swap, "timeout").size(), 1u);
  EXPECT_EQ(notices_with(swap, "F: its timeout stays 7 s").size(), 1u);
}

TEST(SwapTimeouts, OfFunctionsThatKeepTheirCodeStay) {
  auto assembly = one_stack({{"F", function(R"({"Timeout":7})")}});
  auto wanted = options();
  wanted.timeout_seconds = 900;
  wanted.skip = [](const SwappedFunction&) { return std::optional<std::string>("not chosen"); };
  ASSERT_TRUE(swap_functions(assembly, wanted).has_value());
  EXPECT_EQ(properties_of(assembly, "F").at("Timeout"), 7);
}

}  // namespace
}  // namespace live
