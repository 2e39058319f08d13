#include "cloud/cloudformation/cloudformation.h"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "base/file.h"
#include "cloud/front.h"

namespace live::cloud {
namespace {

// A CloudFormation whose other services are lists of calls and a table of parameters.
class Bench {
 public:
  explicit Bench(std::filesystem::path folder) : store(Store::open(std::move(folder)).value()) {
    ssm("PutParameter", [this](const Call& call) -> ApiResult<json::object> {
      std::string name = string_or(call.input, "Name"), value = string_or(call.input, "Value");
      if (value == "bad") return api_error(400, "ValidationException", "this value is bad");
      parameters[name] = value;
      return json::object{{"Version", 1}};
    });
    ssm("DeleteParameter", [this](const Call& call) -> ApiResult<json::object> {
      if (string_or(call.input, "Name") == locked) return api_error(400, "Locked", "it is locked");
      if (parameters.erase(string_or(call.input, "Name"))) return json::object{};
      return api_error(400, "ParameterNotFound", "gone");
    });
    ssm("AddTagsToResource", [](const Call&) -> ApiResult<json::object> { return json::object{}; });
    ssm("GetParameter", [this](const Call& call) -> ApiResult<json::object> {
      auto found = parameters.find(string_or(call.input, "Name"));
      if (found == parameters.end()) return api_error(400, "ParameterNotFound", "gone");
      return json::object{{"Parameter", json::object{{"Value", found->second}}}};
    });
    actions.add("s3", "GetObject", [this](Call call) -> Async<ApiResult<Output>> {
      Output output;
      output.payload = objects[string_or(call.input, "Bucket") + "/" + string_or(call.input, "Key")];
      co_return output;
    });
    add_cloudformation(world, front);
  }

  void ssm(const char* action, std::function<ApiResult<json::object>(const Call&)> run) {
    actions.add("ssm", action, [this, run](Call call) -> Async<ApiResult<Output>> {
      calls.push_back(fmt::format("{} {}", call.action, string_or(call.input, "Name")));
      most_at_once = std::max(most_at_once, ++at_once);
      co_await asio::post(io, asio::use_awaitable);  // others get their turn
      --at_once;
      auto result = run(call);
      if (result.has_error()) co_return result.error();
      Output output{.value = std::move(result.value()), .payload = {}};
      co_return output;
    });
  }

  static Async<void> into(std::optional<ApiResult<Output>>& result, Async<ApiResult<Output>> call) {
    result = co_await std::move(call);
  }

  ApiResult<json::object> ask(std::string action, json::object input) {
    std::optional<ApiResult<Output>> result;
    Call call{.service = "cloudformation",
              .action = std::move(action),
              .region = "us-east-1",
              .input = std::move(input)};
    call.caller.account = world.account;
    asio::co_spawn(io, into(result, actions.call(std::move(call))), asio::detached);
    io.restart();
    while (!result && io.run_one()) {
    }
    if (!result) return api_error(500, "NoAnswer", "the action did not end");
    if (result->has_error()) return result->error();
    return result->value().value;
  }
  void settle() {
    io.restart();
    io.run();
  }
  std::string message(std::string action, json::object input) {
    auto result = ask(std::move(action), std::move(input));
    return result.has_error() ? result.error().message : "no error";
  }
  ApiResult<json::object> deploy(std::string_view action, std::string_view text,
                                 std::string_view name = "stack") {
    auto result = ask(std::string(action), {{"StackName", name}, {"TemplateBody", text}});
    settle();
    return result;
  }
  std::string deploying(std::string_view action, std::string_view text) {
    auto result = deploy(action, text);
    return result.has_error() ? result.error().message : "no error";
  }
  json::object stack(std::string_view name = "stack") {
    auto result = ask("DescribeStacks", {{"StackName", name}});
    if (result.has_error()) return {{"StackStatus", result.error().message}};
    return result.value().at("Stacks").as_array().at(0).as_object();
  }
  std::string status(std::string_view name = "stack") { return string_or(stack(name), "StackStatus"); }
  std::vector<std::string> statuses(std::string_view id = "stack") {
    std::vector<std::string> found;
    auto events = ask("DescribeStackEvents", {{"StackName", "stack"}}).value();
    for (const auto& event : events.at("StackEvents").as_array())
      if (string_or(event.as_object(), "LogicalResourceId") == id)
        found.insert(found.begin(), string_or(event.as_object(), "ResourceStatus"));
    return found;
  }
  std::string reason(std::string_view id) {
    auto resources = ask("DescribeStackResources", {{"StackName", "stack"}}).value();
    for (const auto& each : resources.at("StackResources").as_array())
      if (string_or(each.as_object(), "LogicalResourceId") == id)
        return string_or(each.as_object(), "ResourceStatusReason");
    return "no such resource";
  }

  asio::io_context io;
  std::unique_ptr<Store> store;
  SystemClock clock;
  RandomIds ids;
  Log log{Log::Level::error};
  Directory actions;
  World world{.executor = io.get_executor(),
              .store = *store,
              .clock = clock,
              .ids = ids,
              .log = log,
              .actions = actions,
              .endpoint = "http://127.0.0.1:1"};
  Front front{world};
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> objects;
  std::vector<std::string> calls;
  std::string locked;
  int at_once = 0, most_at_once = 0;
};

std::string parameter(std::string_view id, std::string_view name, std::string_view value,
                      std::string_view more = "") {
  return fmt::format(
      "  {}: {{Type: AWS::SSM::Parameter, Properties: {{Name: '{}', Type: String, Value: {}}}{}{}}}\n", id,
      name, value, more.empty() ? "" : ", ", more);
}

class CloudFormation : public ::testing::Test {
 protected:
  TempDir folder = TempDir::create().value();
  std::unique_ptr<Bench> made = std::make_unique<Bench>(folder.path());
  Bench& b = *made;
};

using Texts = std::vector<std::string>;

TEST_F(CloudFormation, CreatesInTheOrderOfDependenciesAndGivesOutputs) {
  auto text = "Resources:\n" + parameter("A", "/a", "!Ref B") + parameter("B", "/b", "!GetAtt C.Value") +
              parameter("C", "/c", "deep") + "Outputs: {Out: {Value: !Ref A}}\n";
  ASSERT_FALSE(b.deploy("CreateStack", text).has_error());
  EXPECT_EQ(b.status(), "CREATE_COMPLETE");
  EXPECT_EQ(b.calls, (Texts{"PutParameter /c", "PutParameter /b", "PutParameter /a"}));
  EXPECT_EQ(b.parameters["/b"], "deep");
  EXPECT_EQ(b.parameters["/a"], "/b");
  EXPECT_EQ(json::serialize(b.stack().at("Outputs")), R"([{"OutputKey":"Out","OutputValue":"/a"}])");
  EXPECT_EQ(b.statuses(), (Texts{"CREATE_IN_PROGRESS", "CREATE_COMPLETE"}));
  EXPECT_EQ(b.statuses("A"), (Texts{"CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"}));
}

TEST_F(CloudFormation, ATypeWhoseServiceDoesNotRunHereIsAcceptedAndSaysSo) {
  std::string_view text = R"({"Resources":{
    "Net":{"Type":"AWS::EC2::VPC","Properties":{"CidrBlock":"10.0.0.0/16"}},
    "Part":{"Type":"AWS::EC2::Subnet","Properties":{"VpcId":{"Ref":"Net"},"CidrBlock":"10.0.0.0/24"}},
    "Flow":{"Type":"AWS::StepFunctions::StateMachine","Properties":{"RoleArn":"r","StateMachineName":"flow"}},
    "Jobs":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":"jobs"}}},
   "Outputs":{"Net":{"Value":{"Ref":"Net"}},"Cidr":{"Value":{"Fn::GetAtt":["Net","CidrBlock"]}},
    "Part":{"Value":{"Ref":"Part"}},"Flow":{"Value":{"Ref":"Flow"}},"Name":{"Value":{"Fn::GetAtt":["Flow","Name"]}},
    "Jobs":{"Value":{"Ref":"Jobs"}},"JobsArn":{"Value":{"Fn::GetAtt":["Jobs","Arn"]}}}})";
  (void)b.deploy("CreateStack", text);
  ASSERT_EQ(b.status(), "CREATE_COMPLETE") << b.reason("Net");
  std::map<std::string, std::string> outputs;
  auto const stack = b.stack();
  for (auto const& each : stack.at("Outputs").as_array())
    outputs[string_or(each.as_object(), "OutputKey")] = string_or(each.as_object(), "OutputValue");
  EXPECT_TRUE(outputs["Net"].starts_with("vpc-")) << outputs["Net"];
  EXPECT_TRUE(outputs["Part"].starts_with("subnet-")) << outputs["Part"];
  EXPECT_EQ(outputs["Cidr"], "10.0.0.0/16");
  EXPECT_EQ(outputs["Flow"], "arn:aws:states:us-east-1:" + b.world.account + ":stateMachine:flow");
  EXPECT_EQ(outputs["Name"], "flow");
  EXPECT_EQ(outputs["Jobs"], "https://sqs.us-east-1.amazonaws.com/" + b.world.account + "/jobs");
  EXPECT_EQ(outputs["JobsArn"], "arn:aws:sqs:us-east-1:" + b.world.account + ":jobs");
  auto const events = b.ask("DescribeStackEvents", {{"StackName", "stack"}}).value();
  EXPECT_NE(json::serialize(events).find("Accepted only"), std::string::npos);
  EXPECT_EQ(b.reason("Net"), "");
}

TEST_F(CloudFormation, APropertyThatAnAcceptedTypeDoesNotHaveIsNamed) {
  EXPECT_NE(b.deploying("CreateStack", "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {Colour: red}}}")
                .find("Property Colour of resource Q (AWS::SQS::Queue)"),
            std::string::npos);
}

TEST_F(CloudFormation, IndependentResourcesAreMadeAtOnce) {
  std::string text = "Resources:\n";
  for (int i = 0; i < 30; ++i) text += parameter(fmt::format("P{}", i), fmt::format("/p{}", i), "x");
  (void)b.deploy("CreateStack", text);
  EXPECT_EQ(b.status(), "CREATE_COMPLETE");
  EXPECT_GT(b.most_at_once, 8);
  EXPECT_LE(b.most_at_once, 16);
}

TEST_F(CloudFormation, AFailedCreationRemovesWhatWasMadeAndNamesTheCulprit) {
  (void)b.deploy("CreateStack",
                 "Resources:\n" + parameter("A", "/a", "x") + parameter("B", "/b", "bad", "DependsOn: A"));
  EXPECT_EQ(b.status(), "ROLLBACK_COMPLETE");
  EXPECT_TRUE(b.parameters.empty());
  auto events = b.ask("DescribeStackEvents", {{"StackName", "stack"}}).value();
  EXPECT_NE(json::serialize(events).find("The following resource(s) failed to create: [B]. "),
            std::string::npos);
  EXPECT_NE(
      json::serialize(events).find("this value is bad (Status Code: 400, Error Code: ValidationException)"),
      std::string::npos);
  EXPECT_NE(b.deploying("UpdateStack", "Resources:\n" + parameter("A", "/a", "x"))
                .find("is in ROLLBACK_COMPLETE state"),
            std::string::npos);
}

TEST_F(CloudFormation, AnUpdateInPlaceTouchesOnlyWhatChanged) {
  (void)b.deploy("CreateStack", "Resources:\n" + parameter("A", "/a", "1") + parameter("B", "/b", "1"));
  b.calls.clear();
  (void)b.deploy("UpdateStack", "Resources:\n" + parameter("A", "/a", "2") + parameter("B", "/b", "1"));
  EXPECT_EQ(b.status(), "UPDATE_COMPLETE");
  EXPECT_EQ(b.calls, (Texts{"PutParameter /a"}));
  EXPECT_EQ(b.parameters["/a"], "2");
  EXPECT_EQ(b.statuses("B").back(), "CREATE_COMPLETE");
}

TEST_F(CloudFormation, AReplacementIsMadeAndReferredToBeforeTheOldOneGoes) {
  (void)b.deploy("CreateStack",
                 "Resources:\n" + parameter("A", "/old", "1") + parameter("B", "/b", "!Ref A"));
  b.calls.clear();
  (void)b.deploy("UpdateStack",
                 "Resources:\n" + parameter("A", "/new", "1") + parameter("B", "/b", "!Ref A"));
  EXPECT_EQ(b.status(), "UPDATE_COMPLETE");
  EXPECT_EQ(b.calls, (Texts{"PutParameter /new", "PutParameter /b", "DeleteParameter /old"}));
  EXPECT_EQ(b.parameters["/b"], "/new");
}

TEST_F(CloudFormation, AFailedUpdateBringsEverythingBack) {
  (void)b.deploy("CreateStack", "Resources:\n" + parameter("A", "/a", "1") + parameter("R", "/old", "1") +
                                    parameter("Gone", "/gone", "1"));
  auto before = b.parameters;
  (void)b.deploy("UpdateStack", "Resources:\n" + parameter("A", "/a", "2") + parameter("R", "/new", "1") +
                                    parameter("N", "/n", "1") +
                                    parameter("Bad", "/bad", "bad", "DependsOn: [A, R, N]"));
  EXPECT_EQ(b.status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(b.parameters, before);
  EXPECT_EQ(
      b.statuses(),
      (Texts{"CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS",
             "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"}));
  b.calls.clear();  // and the next update starts from there
  (void)b.deploy("UpdateStack", "Resources:\n" + parameter("A", "/a", "3") + parameter("R", "/old", "1") +
                                    parameter("Gone", "/gone", "1"));
  EXPECT_EQ(b.calls, (Texts{"PutParameter /a"}));
}

TEST_F(CloudFormation, DeletesInReverseAndKeepsWhatIsRetained) {
  (void)b.deploy("CreateStack", "Resources:\n" + parameter("A", "/a", "1") + parameter("B", "/b", "!Ref A") +
                                    parameter("K", "/kept", "1", "DeletionPolicy: Retain"));
  std::string id = string_or(b.stack(), "StackId");
  b.calls.clear();
  (void)b.ask("DeleteStack", {{"StackName", "stack"}});
  b.settle();
  EXPECT_EQ(b.calls, (Texts{"DeleteParameter /b", "DeleteParameter /a"}));
  EXPECT_EQ(b.status(), "Stack with id stack does not exist");
  EXPECT_EQ(b.status(id), "DELETE_COMPLETE");
  EXPECT_TRUE(b.parameters.contains("/kept"));
}

TEST_F(CloudFormation, AFailedDeletionCanBeRepeated) {
  (void)b.deploy("CreateStack", "Resources:\n" + parameter("A", "/a", "1") + parameter("B", "/b", "1"));
  b.locked = "/a";
  (void)b.ask("DeleteStack", {{"StackName", "stack"}});
  b.settle();
  EXPECT_EQ(b.status(), "DELETE_FAILED");
  EXPECT_EQ(b.reason("A"), "it is locked (Status Code: 400, Error Code: Locked)");
  b.locked.clear();
  (void)b.ask("DeleteStack", {{"StackName", "stack"}});
  b.settle();
  EXPECT_EQ(b.status(), "Stack with id stack does not exist");
}

TEST_F(CloudFormation, WhatIsNotSupportedIsNamedBeforeAnythingIsMade) {
  EXPECT_EQ(b.deploying("CreateStack", "Resources: {Mq: {Type: AWS::AmazonMQ::Broker}}"),
            "Template format error: Unrecognized resource types: [AWS::AmazonMQ::Broker] (resource Mq): the "
            "embedded "
            "AWS does not support this type; deploy that stack to AWS");
  EXPECT_EQ(
      b.deploying("CreateStack", "Resources: {P: {Type: AWS::SSM::Parameter, Properties: {Colour: red}}}"),
      "Property Colour of resource P (AWS::SSM::Parameter) is not supported by the embedded AWS");
  EXPECT_EQ(b.deploying("CreateStack",
                        "Resources:\n" + parameter("A", "/a", "!Ref B") + parameter("B", "/b", "!Ref A")),
            "Circular dependency between resources: [A, B]");
  EXPECT_EQ(b.status(), "Stack with id stack does not exist");
}

TEST_F(CloudFormation, AnUnchangedUpdateAndChangeSetSayThatNothingChanged) {
  auto text = "Resources:\n" + parameter("A", "/a", "1");
  (void)b.deploy("CreateStack", text);
  EXPECT_EQ(b.deploying("UpdateStack", text), "No updates are to be performed.");
  (void)b.ask("CreateChangeSet", {{"StackName", "stack"}, {"ChangeSetName", "c"}, {"TemplateBody", text}});
  auto shown = b.ask("DescribeChangeSet", {{"StackName", "stack"}, {"ChangeSetName", "c"}}).value();
  EXPECT_EQ(string_or(shown, "Status"), "FAILED");
  EXPECT_EQ(string_or(shown, "StatusReason"),
            "The submitted information didn't contain changes. Submit different "
            "information to create a change set.");
}

TEST_F(CloudFormation, AChangeSetForetellsReplacementAndWhatFollowsFromIt) {
  (void)b.deploy("CreateStack", "Resources:\n" + parameter("A", "/old", "1") +
                                    parameter("B", "/b", "!Ref A") + parameter("C", "/c", "1"));
  auto text = "Resources:\n" + parameter("A", "/new", "1") + parameter("B", "/b", "!Ref A") +
              parameter("D", "/d", "1");
  (void)b.ask("CreateChangeSet", {{"StackName", "stack"}, {"ChangeSetName", "c"}, {"TemplateBody", text}});
  auto shown = b.ask("DescribeChangeSet", {{"StackName", "stack"}, {"ChangeSetName", "c"}}).value();
  Texts lines;
  for (const auto& change : shown.at("Changes").as_array()) {
    const auto& resource = change.at("ResourceChange").as_object();
    lines.push_back(fmt::format("{} {} {}", string_or(resource, "Action"),
                                string_or(resource, "LogicalResourceId"),
                                string_or(resource, "Replacement", "-")));
  }
  EXPECT_EQ(lines, (Texts{"Modify A True", "Modify B False", "Remove C -", "Add D -"}));
  (void)b.ask("ExecuteChangeSet", {{"StackName", "stack"}, {"ChangeSetName", "c"}});
  b.settle();
  EXPECT_EQ(b.parameters, (std::map<std::string, std::string>{{"/new", "1"}, {"/b", "/new"}, {"/d", "1"}}));
}

TEST_F(CloudFormation, AnExportInUseHoldsItsStack) {
  auto text = [](const char* value) {
    return "Resources:\n" + parameter("A", "/a", "1") +
           fmt::format("Outputs: {{O: {{Value: {}, Export: {{Name: e}}}}}}\n", value);
  };
  (void)b.deploy("CreateStack", text("one"));
  (void)b.deploy("CreateStack", "Resources:\n" + parameter("B", "/b", "!ImportValue e"), "user");
  EXPECT_EQ(b.parameters["/b"], "one");
  (void)b.deploy("UpdateStack", text("two"));
  EXPECT_EQ(b.status(), "UPDATE_ROLLBACK_COMPLETE");
  (void)b.ask("DeleteStack", {{"StackName", "stack"}});
  b.settle();
  EXPECT_EQ(string_or(b.stack(), "StackStatusReason"), "Export e cannot be deleted as it is in use by user");
}

TEST_F(CloudFormation, SecretParametersAreMasked) {
  (void)b.ask(
      "CreateStack",
      {{"StackName", "stack"},
       {"TemplateBody",
        "{Parameters: {S: {Type: String, NoEcho: true}}, Resources: {P: {Type: "
        "AWS::SSM::Parameter, Properties: {Name: /s, Type: String, Value: !Ref S}}}}"},
       {"Parameters", json::array{json::object{{"ParameterKey", "S"}, {"ParameterValue", "hidden"}}}}});
  b.settle();
  EXPECT_EQ(b.parameters["/s"], "hidden");
  EXPECT_EQ(json::serialize(b.stack().at("Parameters")), R"([{"ParameterKey":"S","ParameterValue":"****"}])");
}

TEST_F(CloudFormation, NamedRolesNeedTheCapability) {
  EXPECT_EQ(b.deploying("CreateStack",
                        "Resources: {R: {Type: AWS::IAM::Role, Properties: {RoleName: r, "
                        "AssumeRolePolicyDocument: {}}}}"),
            "Requires capabilities : [CAPABILITY_NAMED_IAM]");
}

TEST_F(CloudFormation, ACustomNamedResourceIsNotReplacedOverItself) {
  std::string first =
      "Resources: {T: {Type: AWS::Logs::LogStream, Properties: {LogGroupName: a, LogStreamName: s}}}";
  b.actions.add_plain("logs", "CreateLogStream",
                      [](const Call&) -> ApiResult<json::object> { return json::object{}; });
  (void)b.deploy("CreateStack", first);
  (void)b.deploy(
      "UpdateStack",
      "Resources: {T: {Type: AWS::Logs::LogStream, Properties: {LogGroupName: b, LogStreamName: s}}}");
  EXPECT_EQ(b.status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_EQ(b.statuses("T").at(3), "UPDATE_FAILED");
}

TEST_F(CloudFormation, ANestedStackIsDeployedFromS3AndItsOutputsAreAttributes) {
  b.objects["assets/child.json"] = "Parameters: {V: {Type: String}}\nResources:\n" +
                                   parameter("P", "/child", "!Ref V") + "Outputs: {Name: {Value: !Ref P}}\n";
  (void)b.deploy("CreateStack",
                 "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "
                 "'https://s3.us-east-1.amazonaws.com/assets/child.json', Parameters: {V: x}}}\n" +
                     parameter("P", "/parent", "!GetAtt N.Outputs.Name"));
  EXPECT_EQ(b.status(), "CREATE_COMPLETE");
  EXPECT_EQ(b.parameters["/parent"], "/child");
  (void)b.ask("DeleteStack", {{"StackName", "stack"}});
  b.settle();
  EXPECT_TRUE(b.parameters.empty());
}

TEST_F(CloudFormation, ACustomResourceWaitsForItsAnswerAndUsesItsData) {
  Texts requests;
  b.actions.add("lambda", "Invoke", [&](Call call) -> Async<ApiResult<Output>> {
    auto event = parse_json_object(call.payload).value();
    requests.push_back(string_or(event, "RequestType") + " " +
                       json::serialize(event.at("ResourceProperties").at("N")));
    net::Request put{.method = "PUT"};
    put.target = string_or(event, "ResponseURL").substr(std::string("http://127.0.0.1:1").size());
    put.body = R"({"Status":"SUCCESS","PhysicalResourceId":"mine","Data":{"Answer":"42"}})";
    auto answer = co_await b.front.serve(std::move(put));
    EXPECT_EQ(std::get<net::Response>(answer).status, 200);
    co_return Output{};
  });
  (void)b.deploy("CreateStack",
                 "Resources:\n  C: {Type: Custom::Thing, Properties: {ServiceToken: arn:f, N: 1}}\n" +
                     parameter("P", "/p", "!Join ['-', [!Ref C, !GetAtt C.Answer]]"));
  EXPECT_EQ(b.status(), "CREATE_COMPLETE");
  EXPECT_EQ(b.parameters["/p"], "mine-42");
  (void)b.ask("DeleteStack", {{"StackName", "stack"}});
  b.settle();
  EXPECT_EQ(requests, (Texts{"Create \"1\"", "Delete \"1\""}));
}

TEST_F(CloudFormation, WhatARestartInterruptedIsRolledBack) {
  (void)b.ask("CreateStack", {{"StackName", "stack"},
                              {"TemplateBody", "Resources:\n" + parameter("A", "/a", "1") +
                                                   parameter("B", "/b", "1", "DependsOn: A")}});
  b.io.restart();
  while (b.calls.size() < 2 && b.io.run_one()) {
  }  // B's creation has begun
  ASSERT_EQ(b.status(), "CREATE_IN_PROGRESS");
  auto parameters = b.parameters;
  made.reset();
  Bench next(folder.path());
  next.parameters = parameters;
  next.settle();
  EXPECT_EQ(next.status(), "ROLLBACK_COMPLETE");
  EXPECT_TRUE(next.parameters.empty());
}

}  // namespace
}  // namespace live::cloud
