#include "cli/run.h"

#include <unistd.h>

#include <csignal>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cli/output.h"

namespace live::cli {
namespace {

constexpr int kBeforeOutput = 64;  // of what is ready to go on

bool is_ignored(int signal) {  // as nohup leaves it
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

Async<void> wait_for_signals(asio::io_context& context, Terminal& terminal, Interruption& interruption,
                             int& code) {
  asio::signal_set ends(context, SIGINT, SIGTERM);
  if (!is_ignored(SIGHUP)) ends.add(SIGHUP);
  boost::system::error_code error;
  int const signal = co_await ends.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  if (::isatty(STDERR_FILENO)) (void)!::write(STDERR_FILENO, "\n", 1);  // behind the terminal's own "^C"
  ends.async_wait([&terminal, &interruption](boost::system::error_code failed, int) {
    if (failed) return;
    if (interruption.at_once) terminal.warn(interruption.at_once());
    flush_output();
    std::_Exit(kInterrupted);
  });
  code = kInterrupted;
  interruption.by = signal == SIGINT ? Interruption::By::hand : Interruption::By::signal;
  if (auto const then = interruption.then) code = co_await then();
  context.stop();
}

}  // namespace

int run_command(Terminal& terminal, const std::function<Async<Result<void>>(Interruption&)>& start) {
  int code = kInterrupted;
  Interruption interruption;
  asio::io_context context(1);
  auto command = [&]() -> Async<void> {
    auto const done = co_await start(interruption);
    if (done.has_error()) terminal.fail(done.error().message);
    code = done.has_error() ? 1 : 0;
    context.stop();
  };
  auto const rethrow = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  asio::co_spawn(context, command(), rethrow);
  asio::co_spawn(context, wait_for_signals(context, terminal, interruption, code), rethrow);
  while (context.run_one() > 0) {
    for (int more = 0; more < kBeforeOutput && context.poll_one() > 0; ++more) {
    }
    flush_output();
  }
  flush_output();
  return code;
}

}  // namespace live::cli
