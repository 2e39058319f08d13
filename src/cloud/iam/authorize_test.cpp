#include "cloud/iam/authorize.h"

#include <gtest/gtest.h>

#include "cloud/iam/authorize_needs.h"
#include "cloud/test_world.h"
#include "template/permission.h"

namespace live::cloud {
namespace {

constexpr auto region = "eu-west-1";
constexpr auto api = "arn:aws:execute-api:eu-west-1:000000000000:abc/live/";

class Authorize : public testing::Test, protected TestWorld {
 protected:
  Call call(std::string service, std::string action, json::object input = {}) {
    Call made{.service = std::move(service), .action = std::move(action), .region = region};
    made.caller = {.account = "000000000000",
                   .arn = "arn:aws:sts::000000000000:assumed-role/stub/s",
                   .user_id = "AROA:s",
                   .access_key = "ASIA"};
    made.input = std::move(input);
    return made;
  }
  Call request(std::string action, std::string rest) {
    return call("execute-api", std::move(action), {{"Resource", api + std::move(rest)}});
  }
  void role(const json::object& policy) {
    store->put("iam.role", "", "stub",
               {{"Arn", "arn:aws:iam::000000000000:role/stub"},
                {"RoleName", "stub"},
                {"Inline", {{"live-lambda-stub", json::serialize(policy)}}}});
    authorizer.ran(call("iam", "PutRolePolicy"));
  }
  bool may(const Call& call) { return !authorizer.refuse(call); }
  std::string needs(const Call& call) {
    std::string text;
    for (auto& need : needs_of(call, world.account, *store))
      text += (text.empty() ? "" : ", ") + need.action + " " + need.resource;
    return text;
  }

  std::vector<Call> calls_of_the_stub() {
    json::object item{{"TableName", "table"}, {"Key", {{"pk", {{"S", "client"}}}}}};
    json::object payload{{"Bucket", "bucket"}, {"Key", "payloads/1"}};
    return {
        request("Invoke", "$connect"),     request("ManageConnections", "POST/@connections/{connectionId}"),
        call("dynamodb", "GetItem", item), call("s3", "GetObject", payload),
        call("s3", "PutObject", payload),  call("s3", "DeleteObject", payload)};
  }
  std::vector<Call> calls_nobody_gave_it() {
    json::object item{{"TableName", "table"}, {"Key", {{"pk", {{"S", "client"}}}}}};
    json::object key{{"Bucket", "bucket"}, {"Key", "keys/stage"}}, bucket{{"Bucket", "bucket"}};
    json::object other{{"TableName", "other"}, {"Key", {{"pk", {{"S", "client"}}}}}};
    return {call("dynamodb", "UpdateItem", item),
            call("dynamodb", "PutItem", item),  // to register as the client
            call("dynamodb", "DeleteItem", item),
            call("dynamodb", "Scan", item),
            call("dynamodb", "Query", item),
            call("dynamodb", "GetItem", other),
            call("s3", "GetObject", key),
            call("s3", "PutObject", key),
            call("s3", "DeleteObject", key),
            call("s3", "ListObjectsV2", bucket),
            call("s3", "DeleteBucket", bucket),
            call("s3", "PutBucketPolicy", bucket),
            request("ManageConnections", "DELETE/@connections/{connectionId}"),
            request("ManageConnections", "GET/@connections/{connectionId}"),
            call("execute-api", "Invoke",
                 {{"Resource", "arn:aws:execute-api:eu-west-1:000000000000:abc/other/$connect"}}),
            call("execute-api", "Invoke",
                 {{"Resource", "arn:aws:execute-api:eu-west-1:000000000000:abd/live/$connect"}}),
            call("iam", "PutRolePolicy", {{"RoleName", "stub"}}),
            call("sts", "AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/stub"}}),
            call("lambda", "Invoke", {{"FunctionName", "f"}}),
            call("sns", "Publish", {{"TopicArn", "arn:aws:sns:eu-west-1:000000000000:t"}}),
            call("ssm", "GetParameter", {{"Name", "/p"}}),
            call("cloudformation", "DeleteStack", {{"StackName", "s"}})};
  }

  Authorizer authorizer{world};
  const json::object policy = stub_policy({.connect = std::string(api) + "$connect",
                                           .connections = std::string(api) + "POST/@connections/*",
                                           .table = "arn:aws:dynamodb:eu-west-1:000000000000:table/table",
                                           .payloads = "arn:aws:s3:::bucket/payloads/*"});
};

TEST_F(Authorize, TheStubsPolicySuffices) {
  role(policy);
  for (auto& each : calls_of_the_stub()) EXPECT_TRUE(may(each)) << needs(each);
}

TEST_F(Authorize, TheStubsPolicyAllowsNothingElse) {
  role(policy);
  for (auto& each : calls_nobody_gave_it()) EXPECT_FALSE(may(each)) << needs(each);
}

TEST_F(Authorize, NoPartOfTheStubsPolicyIsTooMuch) {
  auto& statements = policy.at("Statement").as_array();
  for (size_t i = 0; i < statements.size(); ++i) {
    auto& actions_of = statements[i].at("Action");
    size_t count = actions_of.is_array() ? actions_of.get_array().size() : 1;
    for (size_t action = 0; action < count;
         ++action) {  // each action of the statement is needed, so it is too
      auto less = policy;
      auto& list = less["Statement"].as_array();
      if (count == 1)
        list.erase(list.begin() + static_cast<long>(i));
      else
        list[i].at("Action").as_array().erase(list[i].at("Action").as_array().begin() +
                                              static_cast<long>(action));
      role(less);
      size_t refused = 0;
      for (auto& each : calls_of_the_stub()) refused += !may(each);
      EXPECT_EQ(refused, 1u) << json::serialize(less);
    }
  }
}

TEST_F(Authorize, ARoleThatIsGoneMayNothing) {
  for (auto& each : calls_of_the_stub()) EXPECT_FALSE(may(each)) << needs(each);
}

TEST_F(Authorize, TheAdministratorMayEverythingButAssumeWhatDoesNotTrustHim) {
  auto root = [this](Call made) {
    made.caller.arn = "arn:aws:iam::000000000000:root";
    return may(made);
  };
  for (auto& each : calls_nobody_gave_it())
    if (each.action != "AssumeRole") EXPECT_TRUE(root(each)) << needs(each);
  EXPECT_FALSE(root(call("sts", "AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/none"}})));
}

TEST_F(Authorize, AnotherAccountMayNothingWhateverItMayAtHome) {
  role(json::parse(R"({"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})").as_object());
  for (const char* who : {"root", "user/ann", "role/stub"}) {
    for (auto made : calls_of_the_stub()) {
      made.caller = {.account = "111111111111",
                     .arn = std::string("arn:aws:iam::111111111111:") + who,
                     .user_id = "AIDA",
                     .access_key = "AKIA"};
      EXPECT_FALSE(may(made)) << who << " " << needs(made);
    }
  }
}

TEST_F(Authorize, AServiceInvokesAFunctionOnlyFromWhereItsPolicySays) {
  store->put("lambda.function", "", "eu-west-1/f",
             json::parse(R"({"Policies":{"":[
    {"Sid":"a","Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"lambda:InvokeFunction",
     "Resource":"arn:aws:lambda:eu-west-1:000000000000:function:f",
     "Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:sns:eu-west-1:000000000000:t"},
                  "StringEquals":{"AWS:SourceAccount":"000000000000"}}}]}})")
                 .as_object());
  auto from = [this](std::string service, std::string source, std::string name = "f") {
    auto made = call("lambda", "Invoke", {{"FunctionName", name}});
    made.caller = {.account = "000000000000", .arn = std::move(source), .service = std::move(service)};
    return may(made);
  };
  EXPECT_TRUE(from("sns.amazonaws.com", "arn:aws:sns:eu-west-1:000000000000:t"));
  EXPECT_TRUE(from("sns.amazonaws.com", "arn:aws:sns:eu-west-1:000000000000:t",
                   "arn:aws:lambda:eu-west-1:000000000000:function:f"));
  EXPECT_FALSE(from("sns.amazonaws.com", "arn:aws:sns:eu-west-1:000000000000:u"));
  EXPECT_FALSE(from("apigateway.amazonaws.com", "arn:aws:sns:eu-west-1:000000000000:t"));
  EXPECT_FALSE(from("sns.amazonaws.com", "arn:aws:sns:eu-west-1:000000000000:t", "f:live"));
}

TEST_F(Authorize, AServiceThatActsForSomebodyMayWhatHeMay) {
  role(json::parse(R"({"Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}]})").as_object());
  auto made = call("dynamodb", "CreateTable", {{"TableName", "t"}});
  made.caller.arn = "arn:aws:iam::000000000000:role/stub";
  made.caller.service = "cloudformation.amazonaws.com";
  EXPECT_TRUE(may(made));
  made.service = "sns", made.action = "CreateTopic";
  EXPECT_FALSE(may(made));
}

TEST_F(Authorize, EachServiceRefusesInItsOwnWords) {
  auto refused = authorizer.refuse(call("dynamodb", "PutItem", {{"TableName", "t"}}));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 400);
  EXPECT_EQ(refused->code, "AccessDeniedException");
  EXPECT_EQ(
      refused->message,
      "User: arn:aws:sts::000000000000:assumed-role/stub/s is not authorized to perform: dynamodb:PutItem on "
      "resource: arn:aws:dynamodb:eu-west-1:000000000000:table/t because no identity-based policy allows the "
      "dynamodb:PutItem action");
  EXPECT_EQ(authorizer.refuse(call("lambda", "GetFunction", {{"FunctionName", "f"}}))->status, 403);
  EXPECT_EQ(authorizer.refuse(call("iam", "ListRoles"))->code, "AccessDenied");
  EXPECT_EQ(authorizer.refuse(call("s3", "ListBuckets"))->code, "AccessDenied");
  EXPECT_FALSE(authorizer.refuse(call("sts", "GetCallerIdentity")));
}

TEST_F(Authorize, CallsNeedWhatAwsSaysTheyNeed) {
  auto table = std::string("arn:aws:dynamodb:eu-west-1:000000000000:table/t");
  EXPECT_EQ(needs(call("dynamodb", "Query", {{"TableName", "t"}, {"IndexName", "i"}})),
            "dynamodb:Query " + table + "/index/i");
  EXPECT_EQ(needs(call("dynamodb", "Query", {{"TableName", table}, {"IndexName", "i"}})),
            "dynamodb:Query " + table + "/index/i");
  EXPECT_EQ(needs(call("dynamodb", "BatchGetItem", {{"RequestItems", {{"t", 1}}}})),
            "dynamodb:BatchGetItem " + table);
  EXPECT_EQ(needs(call("dynamodb", "TransactWriteItems",
                       {{"TransactItems",
                         {{{"ConditionCheck", {{"TableName", "t"}}}}, {{"Put", {{"TableName", "t"}}}}}}})),
            "dynamodb:ConditionCheckItem " + table + ", dynamodb:PutItem " + table);
  EXPECT_EQ(needs(call("s3", "ListObjectsV2", {{"Bucket", "b"}})), "s3:ListBucket arn:aws:s3:::b");
  EXPECT_EQ(needs(call("s3", "HeadObject", {{"Bucket", "b"}, {"Key", "k"}, {"VersionId", "1"}})),
            "s3:GetObjectVersion arn:aws:s3:::b/k");
  EXPECT_EQ(needs(call("s3", "CopyObject",
                       {{"Bucket", "b"}, {"Key", "k"}, {"CopySource", "/c/d%20e?versionId=1"}})),
            "s3:PutObject arn:aws:s3:::b/k, s3:GetObjectVersion arn:aws:s3:::c/d e");
  EXPECT_EQ(needs(call("s3", "DeleteObjects",
                       {{"Bucket", "b"}, {"Delete", {{"Object", {{{"Key", "x"}}, {{"Key", "y"}}}}}}})),
            "s3:DeleteObject arn:aws:s3:::b/x, s3:DeleteObject arn:aws:s3:::b/y");
  EXPECT_EQ(needs(call("lambda", "Invoke", {{"FunctionName", "f"}, {"Qualifier", "live"}})),
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:000000000000:function:f:live");
  EXPECT_EQ(
      needs(call("lambda", "CreateFunction", {{"FunctionName", "f"}, {"Role", "arn:aws:iam::1:role/r"}})),
      "lambda:CreateFunction arn:aws:lambda:eu-west-1:000000000000:function:f, iam:PassRole "
      "arn:aws:iam::1:role/r");
  EXPECT_EQ(needs(call("ssm", "GetParameters", {{"Names", {"/a/b", "c"}}})),
            "ssm:GetParameters arn:aws:ssm:eu-west-1:000000000000:parameter/a/b, "
            "ssm:GetParameters arn:aws:ssm:eu-west-1:000000000000:parameter/c");
  EXPECT_EQ(needs(call("apigateway", "PutMethod",
                       {{"restApiId", "a"}, {"resourceId", "r"}, {"httpMethod", "GET"}})),
            "apigateway:PUT arn:aws:apigateway:eu-west-1::/restapis/a/resources/r/methods/GET");
  EXPECT_EQ(needs(call("apigatewayv2", "CreateRoute", {{"ApiId", "a"}})),
            "apigateway:POST arn:aws:apigateway:eu-west-1::/apis/a/routes");
  EXPECT_EQ(needs(call("logs", "PutLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}})),
            "logs:PutLogEvents arn:aws:logs:eu-west-1:000000000000:log-group:g:log-stream:s");
  EXPECT_EQ(needs(call("sns", "PublishBatch", {{"TopicArn", "arn:aws:sns:eu-west-1:000000000000:t"}})),
            "sns:Publish arn:aws:sns:eu-west-1:000000000000:t");
  EXPECT_EQ(needs(call("cloudformation", "CreateStack",
                       {{"StackName", "s"}, {"RoleARN", "arn:aws:iam::1:role/r"}})),
            "cloudformation:CreateStack arn:aws:cloudformation:eu-west-1:000000000000:stack/s/*, "
            "iam:PassRole arn:aws:iam::1:role/r");
}

}  // namespace
}  // namespace live::cloud
