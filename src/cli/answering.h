// Everything that answers calls, wired once, and the session beside whatever else start does.
#pragma once

#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "cli/relay.h"
#include "live/debug_ports.h"
#include "live/fleet.h"
#include "live/local_code.h"
#include "live/other_versions.h"
#include "live/session.h"
#include "live/target.h"
#include "runtime/memory_limits.h"
#include "runtime/scratch.h"
#include "runtime/spares.h"
#include "watch/watch.h"

namespace live::cli {

struct Answering {
  Answering(Executor executor, Host& host, Terminal& terminal, std::unique_ptr<Watch> watch, Relay& relay,
            const Target& target, Layers::Fetch fetch_layer, DebugPorts::Options debugging,
            MemoryLimits memory_limits);

  // Before the first call needs them.
  void prepare_node(const std::vector<LocalFunction>& functions);
  void prepare_others(const std::vector<RunsOn>& programs);

  SystemClock clock;
  RandomIds ids;
  LocalCode code;
  MemoryLimits memory;
  Scratch scratch;
  Spares spares;
  DebugPorts debug_ports;
  Fleet fleet;
  Session session;

 private:
  void isolate(const App& app, Terminal& terminal);
  Command node_for(const LocalFunction& function) const;

  Limits limits_;
};

class Running {
 public:
  Running(Executor executor, Session& session);

  // When we end it ourselves, who interrupted us sees to the rest.
  Async<void> until_superseded();

 private:
  Async<void> run(Session& session);

  asio::steady_timer ended_;
  std::optional<Link::End> end_;
};

}  // namespace live::cli
