// Errors that our clients of Node, Python and Ruby report are in the function's log, too, and not among its
// output.
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct ErrorLog : WorkerTest {};

TEST_F(ErrorLog, OfNodeIsAsAwssClientHasIt) {
  write("index.js", R"(
    exports.handler = async ({ leaves }) => {
      const error = Object.assign(new TypeError('on purpose'), { code: 7, inner: new Error('deeper') })
      error.inner.again = leaves ? error : undefined
      if (leaves) setImmediate(() => { throw error })
      else throw error
      await new Promise(() => {})
    })");
  auto const worker = start(node("index.handler"));
  EXPECT_EQ(member(invoke(*worker), "errorMessage"), "on purpose");
  EXPECT_EQ(member(invoke(*worker, R"({"leaves":true})"), "errorMessage"), "on purpose");
  ASSERT_EQ(logged.size(), 2u);
  EXPECT_THAT(logged[0], testing::MatchesRegex(
                             R"(20[-0-9]+T[0-9:.]+Z.r1.ERROR.Invoke Error .\{"errorType":"TypeError",.*\})"));
  auto const told = parse_json_object(std::string_view(logged[0]).substr(logged[0].find('{'))).value();
  EXPECT_EQ(canonical_json(json::object{{"code", told.at("code")},
                                        {"inner", find_object(told, "inner")->at("errorMessage")}}),
            R"({"code":7,"inner":"deeper"})");
  EXPECT_THAT(told.at("stack").as_array()[0].as_string(), "TypeError: on purpose");
  EXPECT_THAT(logged[1], HasSubstr("\tr2\tERROR\tUncaught Exception \t{\"errorType\":\"TypeError\""));
  EXPECT_THAT(lines, ElementsAre());
}

TEST_F(ErrorLog, HasErrorsOfInit) {
  write("index.js", "throw new RangeError('too far')");
  EXPECT_EQ(member(invoke(*start(node("index.handler"))), "errorMessage"), "too far");
  EXPECT_THAT(
      logged,
      ElementsAre(HasSubstr("\tundefined\tERROR\tUncaught Exception \t{\"errorType\":\"RangeError\"")));
}

TEST_F(ErrorLog, IsOfJsonWhereTheFunctionsIs) {
  write("index.js", "exports.handler = async () => { throw new RangeError('too far') }");
  auto program = node("index.handler");
  program.variables.emplace_back("AWS_LAMBDA_LOG_FORMAT", "JSON");
  program.variables.emplace_back("AWS_LAMBDA_LOG_LEVEL", "ERROR");
  invoke(*start(program));
  ASSERT_EQ(logged.size(), 1u);
  auto const told = parse_json_object(logged[0]).value();
  EXPECT_EQ(string_or(told, "level"), "ERROR");
  EXPECT_EQ(string_or(told, "requestId"), "r1");
  EXPECT_EQ(string_or(*find_object(told, "message"), "errorType"), "RangeError");
  program.variables.back().second = "FATAL";
  invoke(*start(program));
  EXPECT_EQ(logged.size(), 1u);
}

TEST_F(ErrorLog, OfPythonIsAsAwssClientHasIt) {
  if (!program_on_path("python3")) GTEST_SKIP() << "there is no python3 on PATH";
  write("index.py", "def handler(event, context):\n  return {}['key']\n");
  invoke(*start(of("python3.12", "index.handler")));
  EXPECT_THAT(logged, ElementsAre(testing::MatchesRegex(
                          "\\[ERROR\\] KeyError: 'key'\nTraceback \\(most recent call "
                          "last\\):\n\u00a0\u00a0File .*\n(\u00a0){4}return \\{\\}\\['key'\\].*")));
  EXPECT_THAT(lines, ElementsAre());
}

TEST_F(ErrorLog, OfRubyIsAsAwssClientHasIt) {
  if (!program_on_path("ruby")) GTEST_SKIP() << "there is no ruby on PATH";
  write("index.rb", "def handler(event:, context:) = raise('on purpose')\n");
  invoke(*start(of("ruby3.3", "index.handler")));
  EXPECT_THAT(logged, ElementsAre("Error raised from handler method",
                                  StartsWith("{\n  \"errorMessage\": \"on purpose\",\n")));
  EXPECT_THAT(lines, ElementsAre());
}

}  // namespace
}  // namespace live
