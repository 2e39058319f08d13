// The two kinds of processes of a schedule, made of production code: a stub in its Lambda environment, and a
// developer's session.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "invocation/remote.h"
#include "live/session.h"
#include "live/terminal.h"
#include "simulation/debug_stack.h"
#include "stub/uplink.h"

namespace live::simulation {

// Small, so that small streams fill it.
constexpr size_t kWindow = 20 * 1024, kChunk = 10 * 1024;

class StubProcess {
 public:
  struct Events {
    std::function<void(std::string_view text)> on_message;
    std::function<void(std::string_view what)> on_link;
    std::function<void(std::string_view reason)> on_dropped;
    std::function<void(const std::string& nonce, size_t bytes)> on_read;  // of a stream
  };
  // Of an answer that streamed, its bytes are the payload though it broke off.
  using Answered = std::function<void(const std::string& nonce, const Reply& reply)>;

  StubProcess(DebugStack& stack, std::shared_ptr<Host> host, const std::string& stage_key, Events events);
  ~StubProcess() { host_->end(); }

  void serve(Invocation invocation, Answered answered);  // as Stub::serve_one does
  Host& host() { return *host_; }
  size_t dropped() const { return remote_.dropped(); }
  int connects() const { return uplink_.connects(); }

 private:
  static Async<void> read(StubProcess* self, std::string nonce, TimePoint deadline, Reply& reply);
  static Async<void> serve_one(StubProcess* self, Invocation invocation, Answered answered);
  Remote::Options options(const Events& events);
  Uplink::Events link_events(const Events& events);

  DebugStack& stack_;
  std::shared_ptr<Host> host_;
  std::function<void(const std::string& nonce, size_t bytes)> on_read_;
  Access access_;
  Envelope envelope_;
  Remote remote_;
  Uplink uplink_;
};

class ClientProcess {
 public:
  enum class Exit { failed_to_start, superseded, stopped };
  struct Events {
    std::function<void(Exit)> on_exit;
    std::function<void()> on_started;
    std::function<void(std::string_view line)> on_line;
  };

  ClientProcess(DebugStack& stack, std::shared_ptr<Host> host, const std::string& stage_key, Invoker& handler,
                Events events);
  ~ClientProcess() { host_->end(); }

  void stop();  // Ctrl-C
  Host& host() { return *host_; }
  size_t running() const { return session_.running(); }

 private:
  static Async<void> live(ClientProcess* self);
  static Async<void> leave(ClientProcess* self);
  SessionParts parts(Invoker& handler);

  DebugStack& stack_;
  std::shared_ptr<Host> host_;
  Events events_;
  Access access_;
  Terminal terminal_;
  Session session_;
  bool leaving_ = false;
};

}  // namespace live::simulation
