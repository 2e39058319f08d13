#include "cli/answering.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cli/command.h"
#include "cli/target.h"
#include "runtime/launch.h"

namespace live::cli {

Answering::Answering(Executor executor, Host& host, Terminal& terminal, std::unique_ptr<Watch> watch,
                     Relay& relay, const Target& target, Layers::Fetch fetch_layer,
                     DebugPorts::Options debugging, MemoryLimits memory_limits)
    : code(executor, host, terminal, std::move(watch),
           {target.app.folder, target.app.state_folder(), runtimes_folder(),
            target.stage + " " + target.region},
           std::move(fetch_layer)),
      memory(std::move(memory_limits)),
      scratch(memory.temporary_files),
      spares(executor, {&scratch, memory.cgroups.get()}),
      debug_ports(executor, ids, std::move(debugging),
                  [&terminal](auto const& text) { terminal.warn(text); }),
      fleet(executor, clock, ids, code, terminal,
            FleetOptions{.runtimes = runtimes_folder(),
                         .loaded = target.app.loaded_folder(target.stage),
                         .spares = &spares,
                         .scratch = &scratch,
                         .cgroups = memory.cgroups.get(),
                         .debug_ports = &debug_ports,
                         .most_workers = target.app.config.workers,
                         .most_of_one_function = target.app.config.workers_per_function,
                         .limits = target.limits}),
      session(SessionParts{executor, clock, ids, relay.mailbox(), relay.payloads(), relay.registry(), fleet,
                           terminal, relay.dial()},
              relay.stage_key(), who()),
      limits_(target.limits) {
  isolate(target.app, terminal);
  code.on_dependencies([this](const LocalFunction& function, const std::filesystem::path& file) {
    spares.compile_ahead(node_for(function), file);
  });
  code.on_changed([this](const std::string& function) { fleet.changed(function); });
}

void Answering::isolate(const App& app, Terminal& terminal) {
  if (!app.wants_private_tmp()) return;
  auto always = Reachable::named_in(environ);
  always.add(Reachable({app.folder, app.state_folder(), runtimes_folder()}));
  scratch.isolate(std::move(always));
  if (!scratch.why_not().empty())
    terminal.detail("Functions share this machine's /tmp: " + scratch.why_not() +
                    ". `live doctor` tells more.");
}

Command Answering::node_for(const LocalFunction& function) const {
  return node_spare(runtimes_folder(), NodeHeap::of(function.memory_mb, limits_));
}

// One for each size would be many processes, where an app has many sizes.
void Answering::prepare_node(const std::vector<LocalFunction>& functions) {
  std::map<int, size_t> of_size;
  const LocalFunction* most = nullptr;
  for (auto const& one : functions) {
    if (language_of(one.runtime) != Language::node) continue;
    ++of_size[one.memory_mb];
    if (!most || of_size[one.memory_mb] > of_size[most->memory_mb]) most = &one;
  }
  if (most) spares.prepare(node_for(*most), of_size[most->memory_mb]);
}

void Answering::prepare_others(const std::vector<RunsOn>& programs) {
  std::map<std::filesystem::path, size_t> functions;
  for (auto const& one : programs) ++functions[one.program];
  for (auto const& one : programs) {
    if (one.program.empty()) continue;
    bool const is_python = language_of(one.runtime) == Language::python;
    spares.prepare(
        is_python ? python_spare(runtimes_folder(), one.program) : ruby_spare(runtimes_folder(), one.program),
        functions[one.program]);
  }
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
