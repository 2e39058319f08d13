// A worker in Python: what its handler sees, and how it fails, in the words of Lambda's own runtime.
#include "runtime/launch.h"
#include "runtime/spares.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct PythonTest : WorkerTest {
  void SetUp() override {
    if (!program_on_path("python3")) GTEST_SKIP() << "there is no python3 on PATH";
  }
  std::unique_ptr<Worker> started(std::string_view code, Spares* spares = nullptr) {
    write("index.py", code);
    return start(python(), spares);
  }
  Program python(std::string handler = "index.handler") { return of("python3.12", std::move(handler)); }
  Reply once(std::string_view code) { return invoke(*started(code)); }
};

TEST_F(PythonTest, SeesTheEventAndTheContext) {
  auto const worker = started(R"(
import os
def handler(event, context):
    left = context.get_remaining_time_in_millis()
    return {"event": event, "id": context.aws_request_id, "arn": context.invoked_function_arn,
            "name": context.function_name, "memory": context.memory_limit_in_mb, "left": 0 < left <= 10000,
            "group": context.log_group_name, "identity": context.identity.cognito_identity_id,
            "custom": context.client_context.custom, "app": context.client_context.client.app_title,
            "trace": os.environ["_X_AMZN_TRACE_ID"], "runtime": os.environ["AWS_EXECUTION_ENV"]})");
  auto call = invocation(R"({"é":1})");
  call.client_context = R"({"custom":{"a":"b"},"client":{"app_title":"shop"}})";
  call.cognito_identity = R"({"cognitoIdentityId":"me","cognitoIdentityPoolId":"pool"})";
  auto const reply = run(worker->invoke(call));
  EXPECT_EQ(canonical_json(parse_json(reply.payload).value()), canonical_json(parse_json(R"({
    "event": {"é": 1}, "id": "r1", "arn": "arn:aws:lambda:eu-west-1:000000000000:function:fn", "name": "fn",
    "memory": "128", "left": true, "group": "/aws/lambda/fn", "identity": "me", "custom": {"a": "b"},
    "app": "shop", "trace": "Root=1-2-3", "runtime": "AWS_Lambda_python3.12"})")
                                                                                  .value()));
}

TEST_F(PythonTest, ItsEnvironmentIsTheFunctionsAlone) {
  EXPECT_EQ(
      once(
          "import os\ndef handler(e, c): return [n for n in os.environ if n.startswith(('LC_', 'PYTHON'))]\n")
          .payload,
      "[]");
}

TEST_F(PythonTest, AnExceptionIsToldWithItsTraceback) {
  auto const worker =
      started("def deep(e):\n    raise KeyError(e['a'])\n\ndef handler(e, c):\n    return deep(e)\n");
  auto const reply = invoke(*worker, R"({"a":"b"})");
  EXPECT_EQ(reply.outcome, Reply::Outcome::function_error);
  EXPECT_EQ(canonical_json(parse_json(reply.payload).value()),
            fmt::format(R"({{"errorMessage":"'b'","errorType":"KeyError","requestId":"r1","stackTrace":[)"
                        R"("  File \"{0}/index.py\", line 5, in handler\n    return deep(e)\n",)"
                        R"("  File \"{0}/index.py\", line 2, in deep\n    raise KeyError(e['a'])\n"]}})",
                        folder.path().string()));
  EXPECT_EQ(member(invoke(*worker, R"({"a":"again"})"), "errorMessage"), "'again'");
}

TEST_F(PythonTest, AnErrorIsToldWhateverTheHandlerHasMadeOfItsOutput) {
  write("index.py", R"(
import os, sys
class Silence:
    def write(self, text): pass
def handler(event, context):
    if event["by"] == "nothing": sys.stdout = sys.stderr = None
    if event["by"] == "own": sys.stdout = Silence()
    if event["by"] == "close": sys.stdout.close()
    if event["by"] == "closed": os.close(1)
    raise RuntimeError(event["by"])
)");
  for (std::string const by : {"nothing", "own", "close", "closed"}) {
    auto const reply = invoke(*start(python()), R"({"by":")" + by + R"("})");
    EXPECT_EQ(member(reply, "errorType") + ": " + member(reply, "errorMessage"), "RuntimeError: " + by);
  }
}

TEST_F(PythonTest, AFailedInitIsToldWhateverItsErrorIsCalled) {
  for (auto const& [name, in_header] :
       {std::pair<std::string, std::string>{"'A\\r\\nX-Own: 1'", "A??X-Own: 1"},
        {"'N' * 20000", std::string(256, 'N')}}) {
    write("index.py", "Own = type(" + name + ", (Exception,), {})\nraise Own('no')\n");
    auto const reply = invoke(*start(python()));
    EXPECT_EQ(member(reply, "errorMessage"), "no") << reply.payload.substr(0, 200);
    EXPECT_EQ(reply.error_type, in_header);
  }
}

TEST_F(PythonTest, HandlersAreFoundInFoldersAndPackages) {
  write("app/api/get.py", "from app.shared import text\ndef handler(e, c): return text\n");
  write("app/shared.py", "text = 'shared'\n");
  EXPECT_EQ(invoke(*start(python("app/api/get.handler"))).payload, R"("shared")");
  EXPECT_EQ(invoke(*start(python("app.api.get.handler"))).payload, R"("shared")");
}

TEST_F(PythonTest, WhatCannotBeLoadedIsToldInLambdasWords) {
  auto const failure = [this](Program program) {
    auto const reply = invoke(*start(std::move(program)));
    return member(reply, "errorType") + ": " + member(reply, "errorMessage");
  };
  write("index.py", "import not_there\n");
  EXPECT_EQ(failure(python()),
            "Runtime.ImportModuleError: Unable to import module 'index': No module named 'not_there'");
  write("index.py", "x = \n");
  EXPECT_THAT(failure(python()),
              StartsWith("Runtime.UserCodeSyntaxError: Syntax error in module 'index': invalid syntax"));
  write("index.py", "x = 1\n");
  EXPECT_EQ(failure(python()), "Runtime.HandlerNotFound: Handler 'handler' missing on module 'index'");
  EXPECT_EQ(
      failure(python("index")),
      "Runtime.MalformedHandlerName: Bad handler 'index': not enough values to unpack (expected 2, got 1)");
  write("index.py", "raise ValueError('at import')\n");
  EXPECT_EQ(failure(python()), "ValueError: at import");
}

TEST_F(PythonTest, AMissingAwsSdkIsToldWithHowToGetIt) {
  write("index.py", "import boto3.nothing\n");
  write("boto3.py", "");  // not the one that the machine may have
  EXPECT_THAT(member(invoke(*start(python())), "errorMessage"), HasSubstr("-m pip install boto3"));
}

TEST_F(PythonTest, AMissingModuleOfALockFileIsToldWithHowToGetIt) {
  write("index.py", "import not_to_be_had\n");
  EXPECT_THAT(member(invoke(*start(python())), "errorMessage"), EndsWith("No module named 'not_to_be_had'"));
  write("uv.lock", "version = 1\n");
  EXPECT_THAT(member(invoke(*start(python())), "errorMessage"),
              HasSubstr("'not_to_be_had'. uv.lock is not read here: run `uv sync` in "));
}

TEST_F(PythonTest, WhatJsonCannotSayIsAMarshalError) {
  auto const reply = once("import datetime\ndef handler(e, c): return {'at': datetime.datetime.now()}\n");
  EXPECT_EQ(member(reply, "errorType"), "Runtime.MarshalError");
  EXPECT_EQ(member(reply, "errorMessage"),
            "Unable to marshal response: Object of type datetime is not JSON serializable");
}

TEST_F(PythonTest, AnExitIsToldWithItsStatus) {
  EXPECT_THAT(member(once("import sys\ndef handler(e, c): sys.exit(3)\n"), "errorMessage"),
              HasSubstr("Runtime exited with error: exit status 3"));
  EXPECT_THAT(member(once("import os\ndef handler(e, c): os._exit(0)\n"), "errorMessage"),
              HasSubstr("Runtime exited without providing a reason"));
}

TEST_F(PythonTest, PrintsAndLogLinesKeepTheirOrder) {
  once(R"(
import logging, sys
def handler(event, context):
    print("one", end="")
    print(" é")
    print("two", file=sys.stderr)
    logging.getLogger().warning("three")
    logging.getLogger().info("not shown")
    print("four")
)");
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0], "r1|one é");
  EXPECT_THAT(lines[1], "r1|two");
  EXPECT_THAT(lines[2], testing::MatchesRegex(R"(r1\|\[WARNING\].[-0-9]+T[0-9:.]+Z.r1.three)"));
  EXPECT_THAT(lines[3], "r1|four");
}

TEST_F(PythonTest, LogsInJsonWhenTheFunctionDoes) {
  write("index.py", R"(
import logging
def handler(event, context):
    logging.getLogger("shop").debug("hello %s", "you", extra={"order": 7})
)");
  auto program = python();
  program.variables.emplace_back("AWS_LAMBDA_LOG_FORMAT", "JSON");
  program.variables.emplace_back("AWS_LAMBDA_LOG_LEVEL", "DEBUG");
  invoke(*start(std::move(program)));
  ASSERT_EQ(lines.size(), 1u);
  auto line = parse_json_object(std::string_view(lines[0]).substr(3)).value();
  line.erase("timestamp");
  EXPECT_EQ(canonical_json(line),
            R"({"level":"DEBUG","logger":"shop","message":"hello you","order":7,"requestId":"r1"})");
}

// What the next version of Python takes away, this one warns of.
TEST_F(PythonTest, NothingThatItUsesIsDeprecated) {
  write("index.py",
        "import logging\ndef handler(e, c):\n    logging.getLogger().warning('seen')\n    return e['a']\n");
  auto program = python();
  program.variables.emplace_back("PYTHONWARNINGS", "error::DeprecationWarning");
  program.variables.emplace_back("AWS_LAMBDA_LOG_FORMAT", "JSON");
  auto const worker = start(std::move(program));
  EXPECT_EQ(invoke(*worker, R"({"a":1})").payload, "1");
  EXPECT_EQ(member(invoke(*worker), "errorType"), "KeyError");
}

TEST_F(PythonTest, ASpareProcessBecomesTheFunction) {
  Spares spares(context.get_executor());
  auto const code =
      "import os, sys\ndef handler(e, c):\n    return [os.environ['OWN'], os.getcwd(), sys.path[0], "
      "sys.path[1], sys.stdin.read()]\n";
  write("index.py", code);
  auto program = python();
  program.variables.emplace_back("OWN", "mine");
  program.packages = {"/some/packages"};
  spares.prepare(*launch(program, "127.0.0.1:1").value().spare);
  auto const worker = start(program, &spares);
  EXPECT_EQ(spares.waiting(*launch(program, "127.0.0.1:1").value().spare), 0);
  EXPECT_EQ(invoke(*worker).payload,
            fmt::format(R"(["mine", "{0}", "{0}", "/some/packages", ""])", folder.path().string()));
}

// By its defaults of Python 3.14: a process that loads the main module again.
TEST_F(PythonTest, WhatMultiprocessingSpawnsRunsItsFunctionAlone) {
  constexpr auto code = R"(
import multiprocessing
def work(pipe): pipe.send("worked")
def handler(event, context):
    kinds = multiprocessing.get_context("spawn")
    ours, theirs = kinds.Pipe()
    process = kinds.Process(target=work, args=(theirs,))
    process.start()
    process.join()
    return [process.exitcode, ours.poll() and ours.recv()]
)";
  EXPECT_EQ(once(code).payload, R"([0, "worked"])");
  Spares spares(context.get_executor());
  auto const program = python();
  spares.prepare(*launch(program, "127.0.0.1:1").value().spare);
  EXPECT_EQ(invoke(*start(program, &spares)).payload, R"([0, "worked"])");
}

TEST_F(PythonTest, AFileThatIsSavedTwiceInASecondIsReadAnew) {
  for (auto const* text : {"one", "two", "six"}) {
    write("shared.py", fmt::format("text = '{}'\n", text));
    write("index.py", "from shared import text\ndef handler(e, c): return text\n");
    EXPECT_EQ(invoke(*start(python())).payload, fmt::format("\"{}\"", text));
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "__pycache__"));
}

TEST_F(PythonTest, TakesSixMegabytesBothWays) {
  std::string const text(6'000'000, 'x');
  auto const worker = started("def handler(e, c): return e\n");
  EXPECT_EQ(invoke(*worker, fmt::format(R"({{"text": "{}"}})", text)).payload,
            fmt::format(R"({{"text": "{}"}})", text));
}

TEST_F(PythonTest, ARefusalOfItsAnswerIsLoggedUnderItsCall) {
  auto const worker = started("def handler(e, c): return 'x' * e['size']\n");
  EXPECT_EQ(invoke(*worker, R"({"size": 6291555})").error_type, "Function.ResponseSizeTooLarge");
  EXPECT_EQ(invoke(*worker, R"({"size": 1})").payload, R"("x")");
  EXPECT_THAT(lines, ElementsAre(StartsWith("r1|LAMBDA_RUNTIME Failed to post an answer")));
}

}  // namespace
}  // namespace live
