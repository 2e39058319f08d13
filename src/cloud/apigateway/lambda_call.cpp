#include "cloud/apigateway/lambda_call.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace live::cloud::apigateway {
namespace {

struct Pending {  // shared by who waits and what runs, whichever ends first
  explicit Pending(const Executor& executor) : done(executor) {}
  asio::steady_timer done;
  std::optional<Called> called;
};

Async<void> run(World& world, Call call, std::shared_ptr<Pending> pending) {
  auto result = co_await world.actions.call(std::move(call));
  Called called;
  if (result.has_error()) {
    auto& error = result.error();
    called.reason = error.status == 429                     ? Called::Failure::throttled
                    : error.code == "AccessDeniedException" ? Called::Failure::forbidden
                                                            : Called::Failure::error;
    if (called.reason == Called::Failure::forbidden)
      world.log.warning("integration: {}", error.message);
    else
      world.log.debug("integration: {}: {}", error.code, error.message);
  } else if (result.value().value.contains("FunctionError")) {
    called.reason = Called::Failure::error;
  } else {
    called.payload = std::move(result.value().payload);
  }
  called.failure = called.reason != Called::Failure::none;
  pending->called = std::move(called);
  pending->done.cancel();
}

}  // namespace

Async<Called> call_function(World& world, std::string region, Integration integration, std::string payload,
                            std::string trace_id, std::string source) {
  Call call{.service = "lambda", .action = "Invoke", .region = std::move(region)};
  call.caller.account = world.account;
  call.caller.service = "apigateway.amazonaws.com";
  call.caller.arn = std::move(source);
  call.input = {{"FunctionName", integration.function}};
  if (!trace_id.empty()) call.input["TraceId"] = trace_id;
  call.payload = std::move(payload);
  auto pending = std::make_shared<Pending>(world.executor);
  pending->done.expires_after(integration.timeout);
  asio::co_spawn(world.executor, run(world, std::move(call), pending), asio::detached);
  if (!pending->called) {
    boost::system::error_code ended;
    co_await pending->done.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  }
  if (!pending->called) co_return Called{.reason = Called::Failure::timeout, .failure = true};
  co_return std::move(*pending->called);
}

}  // namespace live::cloud::apigateway
