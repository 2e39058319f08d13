#include <gtest/gtest.h>

#include "cloud/apigateway/casing.h"
#include "cloud/apigateway/execute.h"
#include "cloud/apigateway/http_event.h"
#include "cloud/apigateway/http_reply.h"
#include "cloud/apigateway/path_table.h"
#include "cloud/apigateway/rest_actions.h"
#include "cloud/apigateway/template.h"

namespace live::cloud::apigateway {
namespace {

std::string evaluated(std::string_view text, TemplateInput input) {
  auto parsed = Template::parse(text);
  return parsed.has_value() ? parsed.value().evaluate(input) : "refused: " + parsed.error().message;
}

std::string selected(std::string_view expression, std::string_view body) {
  auto parsed = Selection::parse(expression);
  return parsed.has_value() ? parsed.value().evaluate(body) : "refused";
}

TEST(Template, PutsContextVariablesAndBodyIntoText) {
  TemplateInput input{.body = R"({"a":{"b":[1,"two"]}})",
                      .context = {{"connectionId", "abc="}, {"identity", {{"sourceIp", "1.2.3.4"}}}},
                      .stage_variables = {{"color", "green"}}};
  EXPECT_EQ(evaluated(R"({"id":"$context.connectionId"})", input), R"({"id":"abc="})");
  EXPECT_EQ(evaluated("${context.identity.sourceIp}:$stageVariables.color", input), "1.2.3.4:green");
  EXPECT_EQ(evaluated("$input.json('$.a.b[1]') $input.path('$.a.b[1]')", input), R"("two" two)");
  EXPECT_EQ(evaluated("$input.json('$')", input), R"({"a":{"b":[1,"two"]}})");
  EXPECT_EQ(evaluated("$input.body", input), input.body);
  EXPECT_EQ(evaluated("$context.nothing.", input), ".");
  EXPECT_EQ(evaluated("costs $5 # each", input), "costs $5 # each");
}

TEST(Template, EscapesForJavaScript) {
  EXPECT_EQ(evaluated("$util.escapeJavaScript($input.body)", {.body = "a\"b\n"}), R"(a\"b\n)");
}

TEST(Template, RefusesTheRestByName) {
  for (const auto* text : {"#set($a = 1)", "#if($x)", "$util.base64Encode($input.body)", "$input.params('a')",
                           "$a", "$context.identity.get('a')", "${context.x"}) {
    auto parsed = Template::parse(text);
    ASSERT_TRUE(parsed.has_error()) << text;
    const std::string_view whole = text;
    const auto name = whole.substr(0, whole.find_first_of("({"));
    EXPECT_NE(parsed.error().message.find(name), std::string::npos) << parsed.error().message;
  }
}

TEST(Selection, ReadsTheBodysMembers) {
  EXPECT_EQ(selected("$request.body.action", R"({"action":"hello"})"), "hello");
  EXPECT_EQ(selected("$request.body.a.b", R"({"a":{"b":7}})"), "7");
  EXPECT_EQ(selected("${request.body.a}/${request.body.b}", R"({"a":"x","b":"y"})"), "x/y");
}

TEST(Selection, GivesNothingForABodyWithoutTheMember) {
  for (const auto* body :
       {"", "no json", "[]", "7", R"({"other":1})", R"({"action":{}})", R"({"action":null})"})
    EXPECT_EQ(selected("$request.body.action", body), "") << body;
}

TEST(Selection, RefusesWhatItDoesNotUnderstand) {
  for (const auto* text : {"", "$request.header.x", "$context.routeKey", "$request.body."})
    EXPECT_EQ(selected(text, "{}"), "refused") << text;
}

class Paths : public testing::Test {
 protected:
  void SetUp() override {
    for (size_t i = 0; i < patterns.size(); ++i) table.add(patterns[i], i);
  }
  std::string best(std::string_view path) {
    auto found = table.match(path);
    return found.empty() ? "" : patterns[found[0].value] + " " + json::serialize(found[0].parameters);
  }
  std::vector<std::string> patterns{
      "/", "/pets", "/pets/{id}", "/pets/{id}/toys", "/pets/{id}/{rest+}", "/{proxy+}", "/pets/special"};
  PathTable table;
};

TEST_F(Paths, LiteralsComeBeforeNamesAndNamesBeforeGreedyOnes) {
  EXPECT_EQ(best("/"), "/ {}");
  EXPECT_EQ(best("/pets/"), "/pets {}");
  EXPECT_EQ(best("/pets/special"), "/pets/special {}");
  EXPECT_EQ(best("/pets/7"), R"(/pets/{id} {"id":"7"})");
  EXPECT_EQ(best("/pets/7/toys"), R"(/pets/{id}/toys {"id":"7"})");
  EXPECT_EQ(best("/pets/7/a/b"), R"(/pets/{id}/{rest+} {"id":"7","rest":"a/b"})");
  EXPECT_EQ(best("/a/b%2Fc"), R"(/{proxy+} {"proxy":"a/b%2Fc"})");
}

TEST_F(Paths, AGreedyNameWantsASegment) {
  PathTable only;
  only.add("/files/{path+}", 0);
  EXPECT_TRUE(only.match("/files").empty());
  EXPECT_TRUE(only.match("/other/a").empty());
  EXPECT_EQ(only.match("/files/a").size(), 1u);
}

TEST(Casing, LeavesTheUsersOwnKeysAlone) {
  const auto wire = parse_json_object(R"({"apiId":"x","corsConfiguration":{"allowOrigins":["*"]},
      "tags":{"costCenter":"1"},"stageVariables":{"color":"g"},
      "routeSettings":{"GET /x":{"throttlingRateLimit":1}}})");
  const auto model = parse_json_object(R"({"ApiId":"x","CorsConfiguration":{"AllowOrigins":["*"]},
      "Tags":{"costCenter":"1"},"StageVariables":{"color":"g"},
      "RouteSettings":{"GET /x":{"ThrottlingRateLimit":1}}})");
  EXPECT_EQ(to_model(wire.value()), model.value());
  EXPECT_EQ(to_model(model.value()), model.value());
  EXPECT_EQ(to_wire(model.value()), wire.value());
}

TEST(ProxyResponse, IsStrictInFormat1) {
  EXPECT_FALSE(proxy_response_1_0("null"));
  EXPECT_FALSE(proxy_response_1_0(R"("text")"));
  EXPECT_FALSE(proxy_response_1_0(R"({"body":"x"})"));
  EXPECT_FALSE(proxy_response_1_0(R"({"statusCode":200,"body":{"not":"text"}})"));
  EXPECT_FALSE(proxy_response_1_0(R"({"statusCode":"soon"})"));
  auto response = proxy_response_1_0(R"({"statusCode":"404","headers":{"A":1,"B":true}})");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->headers.get("a"), "1");
  EXPECT_EQ(response->headers.get("b"), "true");
  EXPECT_EQ(response->headers.get("Content-Type"), "application/json");
}

TEST(ProxyResponse, InfersInFormat2) {
  EXPECT_EQ(proxy_response_2_0(R"("hello")")->body, "hello");
  EXPECT_EQ(proxy_response_2_0(R"({"a":1})")->body, R"({"a":1})");
  EXPECT_EQ(proxy_response_2_0(R"({"a":1})")->headers.get("Content-Type"), "application/json");
  auto response = proxy_response_2_0(
      R"({"statusCode":201,"cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true})");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "hi");
  EXPECT_EQ(std::count_if(response->headers.begin(), response->headers.end(),
                          [](const auto& field) { return net::same_name(field.first, "Set-Cookie"); }),
            2);
  EXPECT_FALSE(proxy_response_2_0("no json"));
}

// The sample event of the developer guide, "Working with AWS Lambda proxy integrations for HTTP APIs".
TEST(HttpEvent, HasTheShapeOfFormat2) {
  net::Request request{.method = "POST",
                       .target = "/my/path?parameter1=value1&parameter1=value2&parameter2=value",
                       .headers = {{"Header1", "value1"},
                                   {"Header1", "value2"},
                                   {"Cookie", "cookie1; cookie2"},
                                   {"User-Agent", "agent"}},
                       .body = "Hello from client",
                       .peer = "192.0.2.1"};
  ApiRequest api{.kind = Kind::http, .request = &request};
  api.path = "/my/path";
  api.resource = api.stage = "$default";
  api.api_id = "api-id";
  api.account = "123456789012";
  api.domain_name = "id.execute-api.us-east-1.amazonaws.com";
  api.request_id = "id";
  api.at = from_millis(1583348638390);
  api.path_parameters = {{"parameter1", "value1"}};
  const auto event = event_2_0(api);
  EXPECT_EQ(event.at("rawQueryString"), "parameter1=value1&parameter1=value2&parameter2=value");
  EXPECT_EQ(event.at("cookies"), (json::array{"cookie1", "cookie2"}));
  EXPECT_EQ(event.at("headers").at("header1"), "value1,value2");
  EXPECT_EQ(event.at("queryStringParameters"),
            (json::object{{"parameter1", "value1,value2"}, {"parameter2", "value"}}));
  EXPECT_EQ(event.at("requestContext"), parse_json(R"({"accountId":"123456789012","apiId":"api-id",
                "domainName":"id.execute-api.us-east-1.amazonaws.com","domainPrefix":"id",
                "http":{"method":"POST","path":"/my/path","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"agent"},
                "requestId":"id","routeKey":"$default","stage":"$default",
                "time":"04/Mar/2020:19:03:58 +0000","timeEpoch":1583348638390})")
                                            .value());
  EXPECT_EQ(event.at("body"), "Hello from client");
  EXPECT_EQ(event.at("isBase64Encoded"), false);
  EXPECT_FALSE(event.contains("stageVariables"));
}

TEST(HttpEvent, ABodyThatIsNoTextIsBase64) {
  net::Request request{.method = "POST", .body = "\xff\xfe"};
  ApiRequest api{.kind = Kind::rest, .request = &request};
  EXPECT_EQ(event_1_0(api).at("body"), "//4=");
  EXPECT_EQ(event_1_0(api).at("isBase64Encoded"), true);
}

TEST(Utf8, RefusesWhatIsNot) {
  EXPECT_TRUE(is_utf8("a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const auto* text : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(ApiAddress, IsReadFromHostOrPath) {
  auto by_host = parse_api_address(
      {.target = "/dev/a?x=1", .headers = {{"Host", "abc.execute-api.eu-west-1.amazonaws.com"}}});
  EXPECT_EQ(by_host.api_id, "abc");
  EXPECT_EQ(by_host.stage, "dev");
  EXPECT_EQ(by_host.target, "/dev/a?x=1");
  auto by_path = parse_api_address({.target = "/_api/abc/dev/@connections/AAAAAAAAAAAAAAA%3D"});
  EXPECT_EQ(by_path.api_id, "abc");
  EXPECT_EQ(by_path.connection_id, "AAAAAAAAAAAAAAA=");
  EXPECT_EQ(parse_api_address({.target = "/_api/abc/dev"}).stage, "dev");
  EXPECT_EQ(parse_api_address({.target = "/_api/abc"}).target, "/");
}

TEST(Patch, ChangesMembersListsAndMaps) {
  json::object resource{{"description", "old"}, {"binaryMediaTypes", {"a/b"}}, {"tracingEnabled", false}};
  const auto input = parse_json_object(R"({"patchOperations":[
      {"op":"replace","path":"/description","value":"new"},
      {"op":"add","path":"/binaryMediaTypes/image~1*"},
      {"op":"remove","path":"/binaryMediaTypes/a~1b"},
      {"op":"replace","path":"/variables/x","value":"1"},
      {"op":"replace","path":"/tracingEnabled","value":"true"}]})");
  const auto allowed = {std::string_view("/description"), std::string_view("/binaryMediaTypes/"),
                        std::string_view("/variables/"), std::string_view("/tracingEnabled")};
  ASSERT_TRUE(rest::patch(resource, input.value(), allowed).has_value());
  EXPECT_EQ(resource, (json::object{{"description", "new"},
                                    {"binaryMediaTypes", {"image/*"}},
                                    {"tracingEnabled", true},
                                    {"variables", {{"x", "1"}}}}));
  const auto refused = rest::patch(resource, input.value(), {"/description"});
  ASSERT_TRUE(refused.has_error());
  EXPECT_NE(refused.error().message.find("/binaryMediaTypes/image~1*"), std::string::npos);
}

}  // namespace
}  // namespace live::cloud::apigateway
