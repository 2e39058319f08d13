#include "process/run_to_end.h"

#include <csignal>

#include <fmt/format.h>

#include "base/timer.h"

namespace live {
namespace {

struct Run {  // outlives the wait: its timer may have expired just as the process ended
  Finished finished;
  std::unique_ptr<Process> process;
  bool too_long = false;
};

}  // namespace

Async<Result<Finished>> run_to_end(Executor executor, Command command, std::chrono::milliseconds limit) {
  auto const name = command.arguments.front();
  auto const run = std::make_shared<Run>();
  auto on_line = [to = std::weak_ptr(run)](Process::Stream stream, std::string_view line) {
    if (auto const known = to.lock())
      (stream == Process::Stream::out ? known->finished.out : known->finished.err).emplace_back(line);
  };
  LIVE_CO_TRY(run->process, Process::start(executor, std::move(command), on_line));
  Timer timer(executor);
  timer.expires_after(limit);
  timer.on_expiry([run] {
    run->too_long = true;
    run->process->signal(SIGKILL);
  });
  run->finished.status = co_await run->process->wait();
  timer.cancel();
  if (run->too_long)
    co_return fault(Fault::Kind::timeout,
                    fmt::format("{} did not end within {} s", name,
                                std::chrono::round<std::chrono::seconds>(limit).count()));
  co_return std::move(run->finished);
}

}  // namespace live
