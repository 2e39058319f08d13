// The Runtime API over real HTTP, both sides: our client, bare requests, and a bootstrap that is a shell
// script.
#include "runtime/runtime_api.h"

#include <csignal>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "runtime/runtime_client.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct RuntimeApiTest : WorkerTest {
  std::unique_ptr<RuntimeApi> api =
      std::move(RuntimeApi::listen(context.get_executor(), clock, ids, {}).value());
  std::unique_ptr<net::HttpClient> http = net::HttpClient::create(context.get_executor());
  RuntimeClient client = RuntimeClient::create(*http, api->address()).value();
  std::optional<Reply> reply;

  void begin(Invocation call) {
    asio::co_spawn(context, keep(api->invoke(std::move(call)), reply), asio::detached);
  }

  net::Response send(std::string method, std::string path, std::string host = "", std::string body = "{}") {
    std::string address = api->address();
    size_t slash = address.find('/');
    auto endpoint = net::parse_endpoint("http://" + address.substr(0, slash)).value();
    net::Request request{.method = std::move(method), .target = std::move(path), .body = std::move(body)};
    if (!host.empty()) request.headers.add("Host", host);
    auto answer = run(http->send(endpoint, std::move(request), 5s));
    EXPECT_TRUE(answer) << answer.error().message;
    return std::move(answer.value());
  }
  std::string path(std::string_view rest) {
    std::string address = api->address();
    return address.substr(address.find('/')) + "/2018-06-01/runtime/" + std::string(rest);
  }
};

TEST_F(RuntimeApiTest, AnInvocationTravelsToTheClientAndItsAnswerBack) {
  Invocation call = invocation(R"({"a":1})");
  call.client_context = "{}";
  call.cognito_identity = R"({"cognitoIdentityId":"x"})";
  begin(call);
  Invocation got = run(client.next()).value();
  EXPECT_EQ(got.request_id, call.request_id);
  EXPECT_EQ(got.event, call.event);
  EXPECT_EQ(to_millis(got.deadline), to_millis(call.deadline));
  EXPECT_EQ(got.function_arn, call.function_arn);
  EXPECT_EQ(got.trace_id, call.trace_id);
  EXPECT_EQ(got.client_context, call.client_context);
  EXPECT_EQ(got.cognito_identity, call.cognito_identity);
  EXPECT_TRUE(run(client.respond(got.request_id, R"({"b":2})")));
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->payload, R"({"b":2})");
  EXPECT_EQ(reply->outcome, Reply::Outcome::success);
}

TEST_F(RuntimeApiTest, AnErrorTravelsWhateverTextItsNameIs) {
  begin(invocation());
  auto const id = run(client.next()).value().request_id;
  auto const error = function_error("No\r\nsuch: order\x1b\u00e9", "as asked");
  EXPECT_TRUE(run(client.fail(id, error)));
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->outcome, Reply::Outcome::function_error);
  EXPECT_EQ(reply->error_type, "No??such: order???");
  EXPECT_EQ(reply->payload, error.payload);
}

TEST_F(RuntimeApiTest, AStreamTravelsPieceByPieceWithItsErrorBehindIt) {
  begin(invocation());
  std::string id = run(client.next()).value().request_id;
  StreamWriter writer(context.get_executor());
  Reply given;
  given.stream = writer.reader();
  given.content_type = "text/event-stream";
  std::optional<Result<void>> taken;
  asio::co_spawn(context, keep(client.stream(id, std::move(given)), taken), asio::detached);
  run_until([&] { return reply.has_value(); });
  ASSERT_TRUE(reply->stream);
  EXPECT_EQ(reply->content_type, "text/event-stream");
  EXPECT_TRUE(run(writer.write("one")));
  EXPECT_EQ(next(*reply), "one");
  EXPECT_TRUE(run(writer.write("two")));
  EXPECT_EQ(next(*reply), "two");
  EXPECT_TRUE(api->busy());
  writer.end(StreamError{"Own.Error", "{\"errorMessage\":\"line\\nline\"}"});
  EXPECT_EQ(next(*reply), "");
  ASSERT_TRUE(reply->stream->error());
  EXPECT_EQ(reply->stream->error()->type, "Own.Error");
  EXPECT_EQ(reply->stream->error()->body, "{\"errorMessage\":\"line\\nline\"}");
  run_until([&] { return taken.has_value(); });
  EXPECT_TRUE(taken->has_value());
  EXPECT_FALSE(api->busy());
}

TEST_F(RuntimeApiTest, AStreamWhoseConnectionEndsIsNotTakenForWhole) {
  begin(invocation());
  std::string id = run(client.next()).value().request_id;
  std::string address = api->address();
  auto cut = [](Executor executor, std::string address, std::string head) -> Async<bool> {
    asio::ip::tcp::socket socket(executor);
    size_t colon = address.find(':');
    uint16_t port = static_cast<uint16_t>(std::stoi(address.substr(colon + 1)));
    asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(to, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(head), asio::use_awaitable);
    co_return true;
  };
  std::string head = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n"
      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      path("invocation/" + id + "/response"), address.substr(0, address.find('/')));
  run(cut(context.get_executor(), address, head));
  run_until([&] { return reply.has_value(); });
  ASSERT_TRUE(reply->stream);
  EXPECT_EQ(rest(*reply), "hello");
  ASSERT_TRUE(reply->stream->error());
  EXPECT_EQ(reply->stream->error()->type, "Runtime.TruncatedResponse");
}

TEST_F(RuntimeApiTest, AnErrorTravelsWithItsType) {
  begin(invocation());
  std::string id = run(client.next()).value().request_id;
  Reply error{Reply::Outcome::function_error, R"({"errorMessage":"no"})", "Own.Error"};
  EXPECT_TRUE(run(client.fail(id, error)));
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->error_type, "Own.Error");
  EXPECT_EQ(reply->payload, error.payload);
}

TEST_F(RuntimeApiTest, AskingWaitsUntilThereIsWork) {
  std::optional<Result<Invocation>> got;
  asio::co_spawn(context, keep(client.next(), got), asio::detached);
  run_until([&] { return api->initialised(); });
  EXPECT_FALSE(got);
  begin(invocation());
  run_until([&] { return got.has_value(); });
  EXPECT_EQ(got->value().request_id, "r1");
}

TEST_F(RuntimeApiTest, OneThatEndsAfterItsAnswerIsNotReadyForAnother) {
  begin(invocation());
  std::string id = run(client.next()).value().request_id;
  EXPECT_TRUE(run(client.respond(id, "1")));
  run_until([&] { return reply.has_value(); });
  std::optional<bool> ready;
  asio::co_spawn(context, keep(api->asks(), ready), asio::detached);
  EXPECT_FALSE(ready);
  api->end(ExitStatus{.code = 3});
  run_until([&] { return ready.has_value(); });
  EXPECT_EQ(ready, false);
}

TEST_F(RuntimeApiTest, OneThatAsksAgainAfterItsAnswerIsReady) {
  begin(invocation());
  std::string id = run(client.next()).value().request_id;
  EXPECT_TRUE(run(client.respond(id, "1")));
  std::optional<bool> ready;
  asio::co_spawn(context, keep(api->asks(), ready), asio::detached);
  std::optional<Result<Invocation>> next;
  asio::co_spawn(context, keep(client.next(), next), asio::detached);
  run_until([&] { return ready.has_value(); });
  EXPECT_EQ(ready, true);
}

TEST_F(RuntimeApiTest, RefusalsHaveAwssStatuses) {
  EXPECT_EQ(send("POST", path("invocation/none/response")).status, 400);
  begin(invocation());
  ASSERT_TRUE(run(client.next()));
  net::Response wrong = send("POST", path("invocation/r2/response"));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("InvalidRequestID"));
  EXPECT_EQ(send("GET", path("invocation/next"), "", "").status, 403);
  net::Response late = send("POST", path("init/error"));
  EXPECT_EQ(late.status, 403);
  EXPECT_THAT(late.body, HasSubstr("InvalidStateTransition"));
  net::Response taken = send("POST", path("invocation/r1/response"));
  EXPECT_EQ(taken.status, 202);
  EXPECT_EQ(taken.body, R"({"status":"OK"})");
  EXPECT_EQ(send("POST", path("invocation/r1/error")).status, 403);
}

TEST_F(RuntimeApiTest, AResponseThatIsTooLargeIsA413AndTheFunctionsError) {
  begin(invocation());
  ASSERT_TRUE(run(client.next()));
  auto answered = run(client.respond("r1", std::string(6'291'557, 'x')));
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().status, 413);
  EXPECT_TRUE(api->busy()) << "what the runtime says of it belongs to this call";
  std::optional<Result<Invocation>> next;
  asio::co_spawn(context, keep(client.next(), next), asio::detached);
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->error_type, "Function.ResponseSizeTooLarge");
}

TEST_F(RuntimeApiTest, ARuntimeThatLeavesAfterItsAnswerWasTooLargeHasItsCallToldThat) {
  begin(invocation());
  ASSERT_TRUE(run(client.next()));
  ASSERT_FALSE(run(client.respond("r1", std::string(6'291'557, 'x'))));
  api->end(ExitStatus{.code = 1});
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->error_type, "Function.ResponseSizeTooLarge");
}

TEST_F(RuntimeApiTest, NobodyWithoutThePathOrUnderAnotherNameGetsIn) {
  EXPECT_EQ(send("GET", "/2018-06-01/runtime/invocation/next", "", "").status, 403);
  EXPECT_EQ(send("GET", "/", "", "").status, 403);
  EXPECT_EQ(send("GET", path("invocation/next"), "evil.example", "").status, 403);
  EXPECT_EQ(send("POST", path("init/error"), "evil.example").status, 403);
  EXPECT_EQ(send("GET", path("elsewhere"), "", "").status, 404);
  EXPECT_FALSE(api->initialised());
}

TEST_F(RuntimeApiTest, ATargetThatIsNoPathGetsNothingThoughItNamesTheSecret) {
  auto unserved = RuntimeApi::without_server(context.get_executor(), clock, ids, {});
  auto const secret = unserved.api->address().substr(unserved.api->address().find('/') + 1);
  for (std::string first : {"x", "?", "*"}) {
    net::Request request{.method = "POST",
                         .target = first + secret + "/2018-06-01/runtime/init/error",
                         .headers = {{"Host", "127.0.0.1:0"}}};
    auto const answer = run(unserved.serve(std::move(request)));
    EXPECT_EQ(std::get<net::Response>(answer).status, 403) << first;
    EXPECT_TRUE(unserved.api->alive()) << first;
  }
}

TEST_F(RuntimeApiTest, AnInitErrorAnswersTheInvocationThatWaitsAndTheNext) {
  begin(invocation());
  Reply error{Reply::Outcome::function_error, R"({"errorType":"Runtime.Own","errorMessage":"m"})",
              "Runtime.Own"};
  EXPECT_TRUE(run(client.init_error(error)));
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->payload, error.payload);
  EXPECT_EQ(run(api->invoke(invocation())).error_type, "Runtime.Own");
  EXPECT_FALSE(api->alive());
}

TEST_F(RuntimeApiTest, NobodyAsksForWorkUntilTheDeadline) {
  Reply late = run(api->invoke(invocation("{}", 20ms)));
  EXPECT_EQ(late.error_type, "Sandbox.Timedout");
  EXPECT_FALSE(api->alive());
}

struct BootstrapTest : WorkerTest {
  void SetUp() override {
    if (!program_on_path("curl")) GTEST_SKIP() << "there is no curl on PATH";
  }
  Program bootstrap(std::string script) {
    write("bootstrap", "#!/bin/sh\n" + script, 0755);
    Program program = node("unused.handler");
    program.runtime = "provided.al2023";
    return program;
  }
};

TEST_F(BootstrapTest, AShellScriptIsARuntimeToo) {
  auto worker = start(bootstrap(R"(
    api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
    while :; do
      event=$(curl -sS -D "$LAMBDA_TASK_ROOT/headers" "$api/invocation/next")
      id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: \(.*\)\r$/\1/p' "$LAMBDA_TASK_ROOT/headers")
      echo "handling $_HANDLER"
      case $event in
        *fail*) curl -sS -o /dev/null -d '{"errorType":"Own","errorMessage":"m"}' "$api/invocation/$id/error" ;;
        *) printf '{"echo":%s}' "$event" | curl -sS -o /dev/null --data-binary @- "$api/invocation/$id/response" ;;
      esac
    done
  )"));
  EXPECT_EQ(invoke(*worker, R"({"a":"b"})").payload, R"({"echo":{"a":"b"}})");
  EXPECT_EQ(invoke(*worker, R"("fail")").error_type, "Own");
  EXPECT_EQ(invoke(*worker, "3").payload, R"({"echo":3})");
  EXPECT_EQ(lines[0], "r1|handling unused.handler");
  EXPECT_GT(worker->max_memory_mb(), 0);
}

// Answers "answered" once, each request by a process of its own.
constexpr const char* kAnswersOnce = R"(
    echo "$AWS_LAMBDA_RUNTIME_API"
    api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
    head="$LAMBDA_TASK_ROOT/head"
    $BEFORE curl -sS -o /dev/null -D "$head" "$api/invocation/next"
    id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: \(.*\)\r$/\1/p' "$head")
    $BEFORE curl -sS -o /dev/null -d '"answered"' "$api/invocation/$id/response"
    exec sleep 600
)";

TEST_F(BootstrapTest, ItIsToldAHostAndAPortAloneAsOnLambda) {
  auto worker = start(bootstrap(kAnswersOnce));
  EXPECT_EQ(invoke(*worker).payload, R"("answered")");
  EXPECT_THAT(lines[0], testing::MatchesRegex(R"(\|127\.0\.0\.1:[0-9]+)"));
}

TEST_F(BootstrapTest, WhatItStartsInAGroupOfItsOwnIsKnownToo) {
  auto program = bootstrap(kAnswersOnce);
  program.variables.emplace_back("BEFORE", "setsid -w");
  EXPECT_EQ(invoke(*start(program)).payload, R"("answered")");
}

TEST_F(BootstrapTest, AStrangerIsRefusedWhileItRuns) {
  auto worker = start(bootstrap(kAnswersOnce));
  run_until([&] { return !lines.empty(); });
  auto const endpoint = net::parse_endpoint("http://" + lines[0].substr(1)).value();
  auto const http = net::HttpClient::create(context.get_executor());
  for (std::string what : {"invocation/next", "init/error", "invocation/r1/response"}) {
    net::Request request{.method = what.ends_with("next") ? "GET" : "POST",
                         .target = "/2018-06-01/runtime/" + what};
    EXPECT_EQ(run(http->send(endpoint, std::move(request), 5s)).value().status, 403) << what;
  }
  EXPECT_EQ(invoke(*worker).payload, R"("answered")");
}

TEST_F(BootstrapTest, OneThatEndsAtOnceIsARuntimeError) {
  auto worker = start(bootstrap("echo no >&2; exit 127"));
  EXPECT_EQ(member(invoke(*worker), "errorMessage"),
            "RequestId: r1 Error: Runtime exited with error: exit status 127");
  EXPECT_THAT(lines, ElementsAre("|no"));
}

TEST_F(BootstrapTest, WhatCannotBeStartedIsAFaultThatNamesIt) {
  Program missing = node("a.b");
  missing.runtime = "provided.al2023";
  auto first = Worker::start(context.get_executor(), clock, ids, missing, {});
  ASSERT_FALSE(first);
  EXPECT_THAT(first.error().message, HasSubstr("bootstrap"));
  Program other = node("a.b");
  other.runtime = "cobol85";
  auto second = Worker::start(context.get_executor(), clock, ids, other, {});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("cobol85 cannot run on this machine"));
}

}  // namespace
}  // namespace live
