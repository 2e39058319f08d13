// A worker in Ruby: what its handler sees, and how it fails, in the words of Lambda's own runtime.
#include "runtime/launch.h"
#include "runtime/spares.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct RubyTest : WorkerTest {
  void SetUp() override {
    if (!program_on_path("ruby")) GTEST_SKIP() << "there is no ruby on PATH";
  }
  Program ruby(std::string handler = "index.handler") { return of("ruby3.3", std::move(handler)); }
  std::unique_ptr<Worker> started(std::string_view code) {
    write("index.rb", code);
    return start(ruby());
  }
  std::string failure(Program program) {
    auto const reply = invoke(*start(std::move(program)));
    EXPECT_EQ(reply.outcome, Reply::Outcome::function_error);
    return member(reply, "errorType") + ": " + member(reply, "errorMessage");
  }
};

TEST_F(RubyTest, SeesTheEventAndTheContext) {
  auto const worker = started(R"(
def handler(event:, context:)
  left = context.get_remaining_time_in_millis
  { event: event, id: context.aws_request_id, arn: context.invoked_function_arn, name: context.function_name,
    memory: context.memory_limit_in_mb, left: left > 0 && left <= 10_000, custom: context.client_context["custom"],
    identity: context.identity["cognitoIdentityId"], trace: ENV["_X_AMZN_TRACE_ID"], runtime: ENV["AWS_EXECUTION_ENV"] }
end)");
  auto call = invocation(R"({"é":1})");
  call.client_context = R"({"custom":{"a":"b"}})";
  call.cognito_identity = R"({"cognitoIdentityId":"me","cognitoIdentityPoolId":"pool"})";
  auto const reply = run(worker->invoke(call));
  EXPECT_EQ(canonical_json(parse_json(reply.payload).value()), canonical_json(parse_json(R"({
    "event": {"é": 1}, "id": "r1", "arn": "arn:aws:lambda:eu-west-1:000000000000:function:fn", "name": "fn",
    "memory": "128", "left": true, "custom": {"a": "b"}, "identity": "me", "trace": "Root=1-2-3",
    "runtime": "AWS_Lambda_ruby3.3"})")
                                                                                  .value()));
}

TEST_F(RubyTest, HandlersAreMethodsOfFilesAndOfClasses) {
  write("app/get.rb", "module Get\n  def self.one(event:, context:) = event[\"n\"] + 1\nend\n");
  EXPECT_EQ(invoke(*start(ruby("app/get.Get.one")), R"({"n":1})").payload, "2");
}

TEST_F(RubyTest, AnExceptionIsToldWithItsBacktrace) {
  auto const worker = started(
      "def deep(e)\n  raise ArgumentError, e[\"a\"]\nend\n\ndef handler(event:, context:)\n  "
      "deep(event)\nend\n");
  auto const reply = invoke(*worker, R"({"a":"b"})");
  EXPECT_EQ(member(reply, "errorType"), "Function<ArgumentError>");
  EXPECT_EQ(member(reply, "errorMessage"), "b");
  auto const answer = parse_json_object(reply.payload).value();
  auto const& trace = answer.at("stackTrace").as_array();
  ASSERT_EQ(trace.size(), 2u) << reply.payload;
  EXPECT_THAT(std::string(trace[0].as_string()), StartsWith((folder.path() / "index.rb:2:in").string()));
  EXPECT_EQ(member(invoke(*worker, R"({"a":"again"})"), "errorMessage"), "again");
}

TEST_F(RubyTest, AnErrorIsToldWhenTheHandlerHasClosedItsOutput) {
  auto const worker = started(
      "def handler(event:, context:)\n  Object.const_get(event[\"of\"]).close\n  raise ArgumentError, "
      "event[\"of\"]\nend\n");
  for (std::string const of : {"STDOUT", "STDERR"}) {
    auto const reply = invoke(*worker, R"({"of":")" + of + R"("})");
    EXPECT_EQ(member(reply, "errorType") + ": " + member(reply, "errorMessage"),
              "Function<ArgumentError>: " + of);
  }
}

TEST_F(RubyTest, WhatCannotBeLoadedIsToldInLambdasWords) {
  EXPECT_EQ(failure(ruby()), "Init<LoadError>: cannot load such file -- index");
  write("index.rb", "def handler(\n");
  EXPECT_THAT(failure(ruby()), StartsWith("Init<SyntaxError>: "));
  write("index.rb", "x = 1\n");
  EXPECT_THAT(failure(ruby("index")),
              StartsWith("Init<ArgumentError>: Invalid handler index, must be of form"));
  EXPECT_THAT(failure(ruby()), StartsWith("Function<NoMethodError>: undefined method"));
}

TEST_F(RubyTest, AnExitIsToldWithItsStatus) {
  write("index.rb", "def handler(event:, context:) = exit(3)\n");
  EXPECT_THAT(failure(ruby()), HasSubstr("Runtime exited with error: exit status 3"));
}

TEST_F(RubyTest, PrintedLinesKeepTheirOrder) {
  invoke(*started(
      "def handler(event:, context:)\n  puts \"one é\"\n  warn \"two\"\n  print \"three\\n\"\nend\n"));
  EXPECT_THAT(lines, ElementsAre("r1|one é", "r1|two", "r1|three"));
}

TEST_F(RubyTest, GemsAreThoseOfVendorBundle) {
  auto const gems = "vendor/bundle/ruby/3.3.0/";
  write(std::string(gems) + "gems/greeting-1.0.0/lib/greeting.rb", "GREETING = 'hello'\n");
  write(std::string(gems) + "specifications/greeting-1.0.0.gemspec",
        "Gem::Specification.new { |s| s.name = 'greeting'; s.version = '1.0.0'; s.summary = ''; s.authors = "
        "['us'] }\n");
  EXPECT_EQ(invoke(*started("require 'greeting'\ndef handler(event:, context:) = GREETING\n")).payload,
            R"("hello")");
}

TEST_F(RubyTest, MissingGemsOfAGemfileAreToldWithTheNextStep) {
  if (!program_on_path("bundle")) GTEST_SKIP() << "there is no bundler on PATH";
  write("Gemfile", "gem 'not_there_at_all'\n");
  write("index.rb", "def handler(event:, context:) = 1\n");
  EXPECT_THAT(failure(ruby()), HasSubstr("run `bundle install` beside it"));
}

TEST_F(RubyTest, ASpareProcessBecomesTheFunction) {
  Spares spares(context.get_executor());
  write("index.rb", "def handler(event:, context:) = [ENV['OWN'], Dir.pwd, $stdin.read]\n");
  auto program = ruby();
  program.variables.emplace_back("OWN", "mine");
  auto const spare = *launch(program, "127.0.0.1:1").value().spare;
  spares.prepare(spare);
  auto const worker = start(program, &spares);
  EXPECT_EQ(spares.waiting(spare), 0);
  EXPECT_EQ(invoke(*worker).payload, fmt::format(R"(["mine","{}",""])", folder.path().string()));
}

}  // namespace
}  // namespace live
