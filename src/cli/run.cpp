#include "cli/run.h"

#include <unistd.h>

#include <csignal>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cli/output.h"

namespace live::cli {
namespace {

constexpr int kBeforeOutput = 64;  // of what is ready to go on

bool is_ignored(int signal) {  // as nohup leaves it
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

void end_output(Terminal& terminal) {
  terminal.close();
  flush_output();
  step_aside();
}

void end_line_of_caret() {  // the terminal's own "^C"
  bool const shows_typing = !screen() || !screen()->is_drawn();
  if (::isatty(STDERR_FILENO) && shows_typing) (void)!::write(STDERR_FILENO, "\n", 1);
}

Async<void> wait_for_signals(asio::io_context& context, Interruption& interruption, Terminal& terminal,
                             int& code) {
  asio::signal_set ends(context, SIGINT, SIGTERM);
  if (!is_ignored(SIGHUP)) ends.add(SIGHUP);
  boost::system::error_code error;
  int const signal = co_await ends.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  end_line_of_caret();
  ends.async_wait([&terminal, &interruption](boost::system::error_code failed, int) {
    if (failed) return;
    flush_output();
    end_line_of_caret();
    if (interruption.at_once) terminal.warn(interruption.at_once());
    end_output(terminal);
    std::_Exit(kInterrupted);
  });
  code = kInterrupted;
  interruption.by = signal == SIGINT ? Interruption::By::hand : Interruption::By::signal;
  if (auto const then = interruption.then) code = co_await then();
  context.stop();
}

// Has the terminal say what becomes due as time passes. One timer runs on while calls come and go.
class Refresh {
 public:
  Refresh(asio::io_context& context, Terminal& terminal)
      : terminal_(terminal), timer_(context), window_(context) {
    if (!screen()) return;
    window_.add(SIGWINCH);
    window_.add(SIGCONT);
    follow_window();
  }

  void now() {
    auto const due = terminal_.refresh();
    if (!due || (armed_ && *armed_ <= *due)) return;
    armed_ = due;
    timer_.expires_at(*due);
    timer_.async_wait([this](boost::system::error_code cut_short) {
      if (!cut_short) armed_.reset();
    });
  }

 private:
  void follow_window() {
    window_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      if (signal == SIGCONT) resume_output();
      measure_again();
      follow_window();
    });
  }

  Terminal& terminal_;
  asio::steady_timer timer_;
  asio::signal_set window_;
  std::optional<Steady::time_point> armed_;
};

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
  asio::co_spawn(context, wait_for_signals(context, interruption, terminal, code), rethrow);
  Refresh refresh(context, terminal);
  while (context.run_one() > 0) {
    for (int more = 0; more < kBeforeOutput && context.poll_one() > 0; ++more) {
    }
    refresh.now();
    flush_output();
  }
  end_output(terminal);
  return code;
}

}  // namespace live::cli
