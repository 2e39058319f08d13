#include "live/local_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

AppFunction function(std::string construct_path, std::string kind) {
  AppFunction one;
  one.stack = "dev-app-api";
  one.construct_path = std::move(construct_path);
  one.kind = std::move(kind);
  one.runtime = "nodejs22.x";
  return one;
}

SwappedFunction swapped(std::string construct_path, std::string runtime = "nodejs22.x") {
  SwappedFunction one;
  one.stack_name = "dev-app-api";
  one.construct_path = std::move(construct_path);
  one.runtime = std::move(runtime);
  return one;
}

StackResource resource(std::string logical_id, std::string physical_id, std::string type,
                       std::string nested_in = "") {
  return {std::move(logical_id), std::move(physical_id), std::move(type), "CREATE_COMPLETE",
          std::move(nested_in)};
}

TEST(SourceTable, SaysWhyAFunctionCannotRunHere) {
  auto image = function("api/Image", "image");
  image.skip = "it is a container image";
  SourceTable const table({function("api/Fn", "folder"), image}, "/nowhere");
  EXPECT_FALSE(table.cannot_run(swapped("api/Fn")));
  EXPECT_EQ(table.cannot_run(swapped("api/Image")), "it is a container image");
  EXPECT_TRUE(table.cannot_run(swapped("other/Fn")));
}

TEST(SourceTable, CodeThatIsBuiltNeedsAProjectHereOrIsBuiltAlready) {
  TempDir const folder = std::move(TempDir::create("source").value());
  auto const reason = [&](std::string runtime, std::string kind) {
    auto one = function("api/Fn", std::move(kind));
    one.runtime = std::move(runtime);
    one.folder = folder.path();
    return why_not_here(one);
  };
  EXPECT_THAT(reason("cobol85", "folder"), HasSubstr("functions of cobol85 do not run live"));
  EXPECT_THAT(reason("provided.al2023", "folder"), HasSubstr("neither a bootstrap nor a project"));
  EXPECT_THAT(reason("provided.al2023", "folder"), HasSubstr("live.functions"));
  EXPECT_THAT(reason("dotnet8", "folder"), HasSubstr("neither a bootstrap nor a project"));
  EXPECT_THAT(reason("nodejs22.x", "archive"), HasSubstr("its code is an archive"));
  EXPECT_EQ(reason("java17", "archive"), "");  // a jar holds all that it needs
  ASSERT_TRUE(write_file(folder.path() / "go.mod", "module fn"));
  EXPECT_EQ(reason("provided.al2023", "folder"), "");
  std::filesystem::remove(folder.path() / "go.mod");
  ASSERT_TRUE(write_file(folder.path() / "bootstrap", "", 0755));
  EXPECT_EQ(reason("provided.al2023", "folder"), "");
}

TEST(SourceTable, AHandlerInALayerRunsHereByTheOneThatItWraps) {
  SourceTable const table({function("api/Fn", "folder")}, "/nowhere");
  auto one = swapped("api/Fn");
  one.handler = "/opt/nodejs/node_modules/datadog-lambda-js/handler.handler";
  EXPECT_THAT(table.cannot_run(one).value_or(""), HasSubstr("its handler is in a layer (/opt/nodejs/"));
  one.variables = {{"DD_LAMBDA_HANDLER", "index.list"}};
  EXPECT_FALSE(table.cannot_run(one));
  EXPECT_EQ(table.local(one).value().handler, "index.list");
}

TEST(SourceTable, VariablesThatChangeTheStartAreThoseOfTheTemplateInPlainText) {
  SourceTable const table({function("api/Fn", "folder")}, "/nowhere");
  auto one = swapped("api/Fn");
  one.variables = {{"NODE_OPTIONS", "--enable-source-maps"},
                   {"TABLE_NAME", "orders"},
                   {"LD_PRELOAD", {{"Ref", "Library"}}},
                   {"NODE_EXTRA_CA_CERTS", "{{resolve:ssm:/ca}}"}};
  EXPECT_EQ(table.local(one).value().start_variables,
            (Environment{{"NODE_OPTIONS", "--enable-source-maps"}}));
}

TEST(SourceTable, ABundleRunsFromItsEntryAndInlineCodeFromAFileOfItsOwn) {
  TempDir folder = std::move(TempDir::create("source-test")).value();
  auto bundle = function("api/Bundle", "bundle");
  bundle.entry = "/app/src/list.ts";
  auto written = function("api/Inline", "inline");
  written.inline_code = "exports.handler = async () => 1;";
  auto other = written;
  other.construct_path = "api/Other";
  SourceTable const table({bundle, written, other}, folder.path());
  auto const first = table.local(swapped("api/Bundle")).value();
  EXPECT_EQ(first.source, LocalFunction::Source::bundle);
  EXPECT_EQ(first.path, "/app/src/list.ts");
  auto const second = table.local(swapped("api/Inline")).value();
  EXPECT_EQ(second.source, LocalFunction::Source::folder);
  EXPECT_EQ(read_file(second.path / "index.js").value(), written.inline_code);
  EXPECT_NE(second.path, table.local(swapped("api/Other")).value().path);
  auto python = swapped("api/Inline");
  python.runtime = "python3.13";
  EXPECT_EQ(read_file(table.local(python).value().path / "index.py").value(), written.inline_code);
  EXPECT_TRUE(table.local(swapped("api/Unknown")).has_error());
}

TEST(LocalSource, APhysicalNameIsFoundInTheStackAndNestThatTheFunctionIsIn) {
  StackState state{.name = "dev-app-api"};
  state.resources = {resource("Fn", "outer", "AWS::Lambda::Function"),
                     resource("Fn", "inner", "AWS::Lambda::Function", "Outer/Inner")};
  StackState other{.name = "dev-app-web"};
  other.resources = {resource("Fn", "web", "AWS::Lambda::Function")};
  auto one = swapped("api/Fn");
  one.logical_id = "Fn";
  EXPECT_EQ(physical_name({other, state}, one), "outer");
  one.nested = {"Outer", "Inner"};
  EXPECT_EQ(physical_name({other, state}, one), "inner");
  one.logical_id = "Gone";
  EXPECT_EQ(physical_name({other, state}, one), "");
}

TEST(LocalSource, LogGroupsThatNoStackOwnsAreOrphans) {
  StackState state;
  state.resources = {resource("A", "fn-a", "AWS::Lambda::Function"),
                     resource("B", "fn-b", "AWS::Lambda::Function"),
                     resource("L", "/aws/lambda/fn-b", "AWS::Logs::LogGroup")};
  EXPECT_THAT(orphaned_log_groups({state}), ElementsAre("/aws/lambda/fn-a"));
}

TEST(LocalSource, AFunctionUrlIsReachableOnTheEmbeddedAwsOnly) {
  std::string const url = "https://abc.lambda-url.us-east-1.on.aws/";
  EXPECT_EQ(reachable(url, "http://127.0.0.1:4566"), "http://127.0.0.1:4566/_url/abc/");
  EXPECT_EQ(reachable(url, ""), url);
}

TEST(LocalSource, AWebSocketApisUrlIsReachableOnTheEmbeddedAwsOnly) {
  std::string const url = "wss://abc.execute-api.us-east-1.amazonaws.com/prod";
  EXPECT_EQ(reachable(url, "http://127.0.0.1:4566"), "ws://127.0.0.1:4566/_api/abc/prod");
  EXPECT_EQ(reachable(url, ""), url);
}

TEST(LocalSource, AnApisUrlIsReachableOnTheEmbeddedAwsOnly) {
  std::string const url = "https://abc.execute-api.us-east-1.amazonaws.com/prod/";
  EXPECT_EQ(reachable(url, "http://127.0.0.1:4566"), "http://127.0.0.1:4566/_api/abc/prod/");
  EXPECT_EQ(reachable("https://abc.execute-api.us-east-1.amazonaws.com", "http://h:1"),
            "http://h:1/_api/abc/");
  EXPECT_EQ(reachable(url, ""), url);
  EXPECT_EQ(reachable("https://example.com/", "http://127.0.0.1:4566"), "https://example.com/");
}

}  // namespace
}  // namespace live
