#include "cloud/rest_json.h"

#include <gtest/gtest.h>

namespace live::cloud {
namespace {

net::Response rendered(const Route& route, Output output) {
  return std::get<net::Response>(render_rest_json(route, std::move(output)));
}

RouteTable routes() {
  return RouteTable({
      {.method = "GET", .path = "/functions/{Name}", .action = "Get"},
      {.method = "GET", .path = "/functions/special", .action = "Special"},
      {.method = "GET",
       .path = "/functions",
       .action = "List",
       .query = {{"tagKeys", "TagKeys[]"}, {"q", "Query"}}},
      {.method = "POST", .path = "/functions?mode=import", .action = "Import", .payload = true},
      {.method = "POST", .path = "/functions", .action = "Create", .success = 201},
      {.method = "PUT", .path = "/files/{Path+}/meta", .action = "PutMeta"},
      {.method = "POST",
       .path = "/functions/{Name}/invoke",
       .action = "Invoke",
       .payload = true,
       .headers = {{"X-Amz-Invocation-Type", "InvocationType"}, {"X-Amz-Function-Error", "FunctionError"}}},
      {.method = "DELETE", .path = "/functions/{Name}", .action = "Delete", .success = 204},
  });
}

std::string action(std::string_view method, std::string_view target) {
  auto table = routes();
  auto match = table.match(method, target);
  return match ? match->route->action : "";
}

Call decoded(net::Request request) {
  auto table = routes();
  auto match = table.match(request.method, request.target);
  Call call;
  EXPECT_TRUE(match.has_value());
  if (match) EXPECT_TRUE(decode_rest_json(*match, std::move(request), call).has_value());
  return call;
}

TEST(Routes, AWordBeatsACapture) {
  EXPECT_EQ(action("GET", "/functions/f"), "Get");
  EXPECT_EQ(action("GET", "/functions/special"), "Special");
}

TEST(Routes, ATrailingSlashDoesNotMatter) { EXPECT_EQ(action("POST", "/functions/"), "Create"); }

TEST(Routes, AQueryInThePatternMustBeThere) {
  EXPECT_EQ(action("POST", "/functions?mode=import&x=1"), "Import");
  EXPECT_EQ(action("POST", "/functions?mode=other"), "Create");
}

TEST(Routes, OtherMethodsAndLongerPathsDoNotMatch) {
  EXPECT_EQ(action("PATCH", "/functions"), "");
  EXPECT_EQ(action("GET", "/functions/f/g"), "");
  EXPECT_EQ(action("GET", "/"), "");
}

TEST(Routes, CapturesAreDecodedOnce) {
  EXPECT_EQ(decoded({.method = "GET", .target = "/functions/arn%3Aaws%2525"}).input,
            (json::object{{"Name", "arn:aws%25"}}));
}

TEST(Routes, AGreedyCaptureTakesSeveralSegments) {
  EXPECT_EQ(decoded({.method = "PUT", .target = "/files/a/b%20c/d/meta"}).input,
            (json::object{{"Path", "a/b c/d"}}));
  EXPECT_EQ(action("PUT", "/files/meta"), "");
}

TEST(RestJson, MembersComeFromBodyQueryHeadersAndPath) {
  auto list = decoded({.method = "GET", .target = "/functions?tagKeys=a&q=x&m=1&m=2"}).input;
  EXPECT_EQ(list,
            (json::value{{"TagKeys", json::array{"a"}}, {"Query", "x"}, {"m", {"1", "2"}}}).as_object());
  auto invoke = decoded({.method = "POST",
                         .target = "/functions/f/invoke",
                         .headers = {{"x-amz-invocation-type", "Event"}},
                         .body = "[1]"});
  EXPECT_EQ(invoke.input, (json::object{{"Name", "f"}, {"InvocationType", "Event"}}));
  EXPECT_EQ(invoke.payload, "[1]");
}

TEST(RestJson, ABodyThatIsNoObjectIsRefused) {
  auto table = routes();
  auto match = table.match("POST", "/functions");
  Call call;
  auto result = decode_rest_json(*match, {.method = "POST", .target = "/functions", .body = "[1]"}, call);
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().code, "SerializationException");
}

TEST(RestJson, AnAnswerHasItsHeadersStatusAndBody) {
  auto table = routes();
  auto created = rendered(*table.match("POST", "/functions")->route, {.value = {{"A", 1}}});
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.body, R"({"A":1})");
  auto invoked = rendered(*table.match("POST", "/functions/f/invoke")->route,
                          {.value = {{"StatusCode", 202}, {"FunctionError", "Unhandled"}}, .payload = "x"});
  EXPECT_EQ(invoked.status, 202);
  EXPECT_EQ(invoked.headers.get("X-Amz-Function-Error"), "Unhandled");
  EXPECT_EQ(invoked.body, "x");
  EXPECT_EQ(rendered(*table.match("DELETE", "/functions/f")->route, {}).body, "");
}

}  // namespace
}  // namespace live::cloud
