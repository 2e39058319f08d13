#include "stub/stub.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace live {
namespace {

constexpr std::array kOfThisProcess = {"_",
                                       "_HANDLER",
                                       "AWS_LAMBDA_RUNTIME_API",
                                       "HOME",
                                       "LAMBDA_RUNTIME_DIR",
                                       "LAMBDA_TASK_ROOT",
                                       "LD_LIBRARY_PATH",
                                       "OLDPWD",
                                       "PATH",
                                       "PWD",
                                       "SHLVL"};
constexpr int kPatience = 5;  // failures in a row of asking Lambda for work

}  // namespace

void print_lines(std::string_view lines) {
  std::fwrite(lines.data(), 1, lines.size(), stdout);
  std::fflush(stdout);
}

Environment travelling_variables(const char* const* environment) {
  Environment out;
  for (; environment && *environment; ++environment) {
    std::string_view const entry = *environment;
    auto const equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    auto const name = entry.substr(0, equals);
    if (std::find(kOfThisProcess.begin(), kOfThisProcess.end(), name) != kOfThisProcess.end()) continue;
    out.emplace_back(name, entry.substr(equals + 1));
  }
  return out;
}

Stub::Stub(RuntimeClient& lambda, Invoker& remote, Uplink* uplink, Ids& ids, Log& log, Options options)
    : lambda_(lambda),
      remote_(remote),
      uplink_(uplink),
      ids_(ids),
      log_(log),
      options_(std::move(options)),
      environment_id_(ids.hex(16)) {
  if (!options_.print) options_.print = print_lines;
}

Async<Fault> Stub::run() {
  // Asking for an event ends the init, whose time is not the function's; and of environments that start by
  // the hundred no more dial at once than Lambda starts at once.
  if (uplink_) co_await uplink_->first_try();
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int failures = 0;;) {
    auto const served = co_await serve_one();
    if (served) {
      failures = 0;
      continue;
    }
    if (++failures == kPatience) co_return served.error();
    log_.warning("{}", served.error().message);
    timer.expires_after(failures * 50ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

Async<Result<void>> Stub::serve_one() {
  LIVE_CO_TRY(auto invocation, co_await lambda_.next());
  if (uplink_) uplink_->check();
  invocation.function = options_.function;
  invocation.nonce = ids_.hex(32);
  invocation.environment_id = environment_id_;
  invocation.variables = travelling_variables(options_.environment);
  auto const request_id = invocation.request_id;
  auto reply = co_await remote_.invoke(std::move(invocation));
  if (!reply.log.empty()) options_.print(reply.log);
  if (reply.error_type.starts_with("Live.")) log_.warning("{} {}", request_id, reply.payload);
  auto const given = co_await give(request_id, std::move(reply));
  // Lambda took it not: it has its own answer by now, and the next event is what counts.
  if (!given) log_.warning("{} {}", request_id, given.error().message);
  co_return outcome::success();
}

Async<Result<void>> Stub::give(std::string request_id, Reply reply) {
  if (reply.outcome == Reply::Outcome::function_error)
    co_return co_await lambda_.fail(request_id, std::move(reply));
  if (reply.stream) co_return co_await lambda_.stream(request_id, std::move(reply));
  auto given = co_await lambda_.respond(request_id, std::move(reply.payload));
  if (given || given.error().status != 413) co_return given;
  auto too_large =
      function_error("Function.ResponseSizeTooLarge",
                     "Response payload size exceeded maximum allowed payload size (6291556 bytes).");
  co_return co_await lambda_.fail(request_id, std::move(too_large));
}

}  // namespace live
