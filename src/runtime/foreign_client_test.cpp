// A worker whose runtime is somebody else's client of the Runtime API. Disabled here:
// tests/runtime-clients/run builds the clients and runs these.
#include "runtime/testing.h"

namespace live {
namespace {

using testing::HasSubstr;

struct DISABLED_ForeignClient : WorkerTest {
  std::unique_ptr<Worker> worker;
  void SetUp() override {
    const char* client = std::getenv("LIVE_RUNTIME_CLIENT");
    ASSERT_TRUE(client) << "run tests/runtime-clients/run, which builds the clients";
    Program program = node("unused.handler");
    program.runtime = "provided.al2023";
    program.task_root = client;
    for (const char* name : {"PYTHON_WITH_RIC", "CLIENTS_FOR_NODE"})
      if (const char* value = std::getenv(name)) program.variables.emplace_back(name, value);
    worker = start(std::move(program));
  }
};

TEST_F(DISABLED_ForeignClient, SeesTheEventAndTheContext) {
  for (int i = 1; i <= 3; ++i) {
    Invocation call = invocation(fmt::format(R"({{"n":{}}})", i), 5s);
    call.cognito_identity = R"({"cognitoIdentityId":"me","cognitoIdentityPoolId":"pool"})";
    Reply reply = run(worker->invoke(call));
    EXPECT_EQ(reply.outcome, Reply::Outcome::success) << reply.payload;
    EXPECT_EQ(canonical_json(parse_json(reply.payload).value()),
              fmt::format(R"({{"arn":"{}","event":{{"n":{}}},"id":"r{}","identity":"me","left":true}})",
                          call.function_arn, i, i));
  }
}

TEST_F(DISABLED_ForeignClient, ReportsItsErrorsAndGoesOn) {
  Reply failed = invoke(*worker, R"({"fail":true})");
  EXPECT_EQ(failed.outcome, Reply::Outcome::function_error);
  EXPECT_EQ(member(failed, "errorMessage"), "it failed");
  EXPECT_FALSE(failed.error_type.empty());
  EXPECT_EQ(invoke(*worker, R"({"n":1})").outcome, Reply::Outcome::success);
}

TEST_F(DISABLED_ForeignClient, TakesSixMegabytesBothWays) {
  std::string text(6'000'000, 'x');
  Reply reply = invoke(*worker, fmt::format(R"({{"text":"{}"}})", text));
  EXPECT_EQ(reply.outcome, Reply::Outcome::success);
  EXPECT_THAT(reply.payload, HasSubstr(text));
}

TEST_F(DISABLED_ForeignClient, SaysHowItEnded) {
  Reply reply = invoke(*worker, R"({"panic":true,"exit":true})");
  EXPECT_EQ(reply.outcome, Reply::Outcome::function_error);
  EXPECT_TRUE(reply.error_type == "Runtime.ExitError" || member(reply, "errorMessage") == "at the disco")
      << reply.payload;
  run_until([&] { return exits == 1; });
}

}  // namespace
}  // namespace live
