#include "cli/answering.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cli/command.h"
#include "cli/target.h"
#include "runtime/launch.h"

namespace live::cli {

Answering::Answering(Executor executor, Host& host, Terminal& terminal, std::unique_ptr<Watch> watch,
                     Relay& relay, const App& app, Layers::Fetch fetch_layer, DebugPorts::Options debugging)
    : code(executor, host, terminal, std::move(watch), {app.folder, app.state_folder(), runtimes_folder()},
           std::move(fetch_layer)),
      spares(executor),
      debug_ports(executor, ids, std::move(debugging),
                  [&terminal](auto const& text) { terminal.warn(text); }),
      fleet(executor, clock, ids, code, terminal,
            FleetOptions{.runtimes = runtimes_folder(),
                         .loaded = app.state_folder() / "loaded",
                         .spares = &spares,
                         .debug_ports = &debug_ports,
                         .most_workers = app.config.workers,
                         .most_of_one_function = app.config.workers_per_function}),
      session(SessionParts{executor, clock, ids, relay.mailbox(), relay.payloads(), relay.registry(), fleet,
                           terminal, relay.dial()},
              relay.stage_key(), who()) {
  code.on_dependencies([this](const std::filesystem::path& file) {
    spares.compile_ahead(node_spare(runtimes_folder()), file);
  });
  code.on_changed([this](const std::string& function) { fleet.changed(function); });
  spares.prepare(node_spare(runtimes_folder()));
}

void Answering::prepare_spare(const RunsOn& program) {
  if (program.program.empty()) return;
  bool const is_python = language_of(program.runtime) == Language::python;
  spares.prepare(is_python ? python_spare(runtimes_folder(), program.program)
                           : ruby_spare(runtimes_folder(), program.program));
}

Running::Running(Executor executor, Session& session) : ended_(executor) {
  ended_.expires_at(std::chrono::steady_clock::time_point::max());
  asio::co_spawn(executor, run(session), asio::detached);
}

Async<void> Running::until_superseded() {
  while (end_ != Link::End::superseded) {
    boost::system::error_code ignored;
    co_await ended_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

Async<void> Running::run(Session& session) {
  end_ = co_await session.run();
  ended_.cancel();
}

}  // namespace live::cli
