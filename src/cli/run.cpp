#include "cli/run.h"

#include <csignal>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace live::cli {

int run_command(Terminal& terminal, const std::function<Async<Result<void>>()>& start, Signals signals) {
  constexpr int kInterrupted = 130;
  int code = kInterrupted;
  asio::io_context context(1);
  asio::signal_set ends(context);
  if (signals == Signals::end_it) {
    ends.add(SIGINT);
    ends.add(SIGTERM);
    ends.async_wait([&context](boost::system::error_code error, int) {
      if (!error) context.stop();
    });
  }
  auto command = [&]() -> Async<void> {
    auto const done = co_await start();
    if (done.has_error()) terminal.fail(done.error().message);
    code = done.has_error() ? 1 : 0;
    context.stop();
  };
  asio::co_spawn(context, command(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
  return code;
}

}  // namespace live::cli
