// A running session: the link brings invocations, the fleet runs them, answers go back; it ends when the
// developer stops it or another client takes the stage.
#pragma once

#include <memory>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/ids.h"
#include "invocation/envelope.h"
#include "invocation/mailbox.h"
#include "invocation/payload_store.h"
#include "invocation/registry.h"
#include "invocation/remote_server.h"
#include "live/link.h"
#include "live/terminal.h"

namespace live {

struct SessionParts {  // borrowed, but for the dial
  Executor executor;
  const Clock& clock;
  Ids& ids;
  Mailbox& mailbox;
  PayloadStore& payloads;
  Registry& registry;
  Invoker& invoker;
  Terminal& terminal;
  Link::Dial dial;
  StreamSender::Limits stream{};
  std::chrono::milliseconds look_interval = LinkOptions().look_interval;
};

class Session {
 public:
  // `stage_key`: 32 bytes. `who`: "jane@laptop".
  Session(SessionParts parts, std::string stage_key, std::string who);

  // Connects and takes the stage; says from whom, and tells that client.
  Async<Result<void>> connect();
  // Answers until stop() or until another client has the stage.
  Async<Link::End> run();
  // Takes no more calls, lets running ones finish for up to `grace`, leaves.
  Async<void> stop(std::chrono::milliseconds grace);
  const std::string& id() const { return id_; }  // as the table's row names it
  size_t running() const { return server_.running(); }
  size_t dropped() const { return server_.dropped(); }  // messages that were nobody's, late or repeated

 private:
  RemoteServer::Events events();
  Link::Events link_events();
  Async<void> tell_predecessor(ClientRow previous);

  SessionParts parts_;
  std::string who_, id_;
  bool told_who_ = false;  // has the stage now
  Envelope envelope_;
  RemoteServer server_;
  Link link_;
};

}  // namespace live
