// What the tests of workers share: a folder with a handler in it, an executor, and a way to await.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "runtime/worker.h"

namespace live {

using namespace std::chrono_literals;

inline bool program_on_path(std::string_view name) {
  return std::system(fmt::format("command -v {} >/dev/null 2>&1", name).c_str()) == 0;
}

struct WorkerTest : testing::Test {
  asio::io_context context;
  SystemClock clock;
  RandomIds ids;
  TempDir folder = std::move(TempDir::create("worker").value());
  std::vector<std::string> lines;   // "REQUEST|line"
  std::vector<std::string> logged;  // for the log alone
  int exits = 0;
  int requests = 0;

  void write(std::string_view name, std::string_view text, int mode = 0644) {
    ASSERT_TRUE(write_file(folder.path() / name, text, mode));
  }

  Program node(std::string handler) {
    return {.function = "fn",
            .runtime = "nodejs22.x",
            .handler = std::move(handler),
            .task_root = folder.path(),
            .variables = {{"AWS_LAMBDA_FUNCTION_NAME", "fn"},
                          {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
                          {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"},
                          {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/fn"},
                          {"AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/23/[$LATEST]0"}},
            .runtimes = LIVE_SOURCE_DIR "/runtimes"};
  }

  Program of(std::string runtime, std::string handler) {
    Program program = node(std::move(handler));
    program.runtime = std::move(runtime);
    return program;
  }

  Worker::Events events() {
    return {.on_line = [this](std::string_view id, Process::Stream,
                              std::string_view line) { lines.push_back(fmt::format("{}|{}", id, line)); },
            .on_exit = [this] { ++exits; },
            .on_logged = [this](std::string_view line) { logged.emplace_back(line); }};
  }

  std::unique_ptr<Worker> start(Program program, Spares* spares = nullptr) {
    auto worker = Worker::start(context.get_executor(), clock, ids, std::move(program), events(), spares);
    EXPECT_TRUE(worker) << worker.error().message;
    return std::move(worker.value());
  }

  Invocation invocation(std::string event = "{}", std::chrono::milliseconds limit = 10s) {
    return {.function = "fn",
            .request_id = fmt::format("r{}", ++requests),
            .event = std::move(event),
            .deadline = clock.now() + limit,
            .function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:fn",
            .trace_id = "Root=1-2-3"};
  }

  template <class T>
  static Async<void> keep(Async<T> work, std::optional<T>& result) {
    result.emplace(co_await std::move(work));
  }
  static Async<void> mark(Async<void> work, bool& done) {
    co_await std::move(work);
    done = true;
  }
  template <class T>
  T run(Async<T> work) {
    std::optional<T> result;
    asio::co_spawn(context, keep(std::move(work), result), asio::detached);
    context.restart();
    while (!result && context.run_one_for(30s) > 0) {
    }
    EXPECT_TRUE(result.has_value()) << "nothing came in 30 seconds";
    return std::move(*result);
  }
  void run_until(const std::function<bool()>& reached) {
    context.restart();
    while (!reached() && context.run_one_for(30s) > 0) {
    }
    EXPECT_TRUE(reached());
  }
  // The stream's next bytes, "" at its end.
  std::string next(Reply& reply) { return run(reply.stream->next()); }
  std::string rest(Reply& reply) {
    std::string all;
    for (auto piece = next(reply); !piece.empty(); piece = next(reply)) all += piece;
    return all;
  }
  Reply invoke(Worker& worker, std::string event = "{}", std::chrono::milliseconds limit = 10s) {
    return run(worker.invoke(invocation(std::move(event), limit)));
  }
  static std::string member(const Reply& reply, std::string_view name) {
    auto object = parse_json_object(reply.payload);
    return object ? string_or(object.value(), name, "(missing)") : reply.payload;
  }
};

struct NodeTest : WorkerTest {
  void SetUp() override {
    if (!program_on_path("node")) GTEST_SKIP() << "there is no node on PATH";
  }
};

}  // namespace live
