// The client's end of the relay: takes the messages of the session's connection, runs each call once by the
// Invoker it is given, says that it is alive while it runs, and posts the answer to the stub that asked.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "invocation/body.h"
#include "invocation/envelope.h"
#include "invocation/invocation.h"
#include "invocation/ledger.h"
#include "invocation/mailbox.h"
#include "invocation/payload_store.h"
#include "invocation/stream_sender.h"

namespace live {

class RemoteServer {
 public:
  struct Received {
    int attempt = 1;                     // above 1: Lambda tries this request again
    TimePoint::duration clock_offset{};  // ours minus the stub's, as far as we can tell
    TimePoint received_at{};
    bool by_store = false;
  };
  // Told of facts; any of them may be empty.
  struct Events {
    std::function<void(const Invocation&, const Received&)> on_started;
    std::function<void(const CallKey&, const Reply&)> on_answered;  // the invoker's answer
    std::function<void(const CallKey&)> on_delivered;               // the stub's connection has it
    std::function<void(const CallKey&)> on_over;  // its answer is delivered, or nobody takes it
    std::function<void(const CallKey&)> on_late;  // its answer came after the function's end
    std::function<void(std::string_view reason)> on_dropped;
    // Dropped, too: sent so long ago by our clock (below zero: in the future) that it may be a replay.
    std::function<void(const CallKey&, TimePoint::duration age)> on_stale;
    std::function<void(const Takeover&)> on_superseded;  // another client has the stage: supersede() is done
  };
  struct Options {
    std::string session;  // ours: what is for another one was written for who had the stage before us
    std::chrono::milliseconds alive_every{1500};
    // So long before a deadline what was printed is told: then Lambda ends the stub, which prints no more. A
    // quarter of the time, if that is less.
    std::chrono::milliseconds log_before_deadline{400};
    Ledger::Limits ledger;
    StreamSender::Limits stream;
  };

  // Everything is borrowed, and outlives the executor's last step.
  RemoteServer(Executor executor, const Clock& clock, Ids& ids, Envelope& envelope, Mailbox& mailbox,
               PayloadStore& payloads, Invoker& invoker, Events events, Options options);
  RemoteServer(Executor executor, const Clock& clock, Ids& ids, Envelope& envelope, Mailbox& mailbox,
               PayloadStore& payloads, Invoker& invoker, Events events)
      : RemoteServer(std::move(executor), clock, ids, envelope, mailbox, payloads, invoker, std::move(events),
                     Options()) {}
  ~RemoteServer();

  void receive(std::string_view text);  // one message; returns at once
  void supersede();                     // from now on new calls are told that we moved
  Async<void> drain();                  // until nothing runs and every answer has been given
  size_t running() const;
  size_t dropped() const;

 private:
  struct State;
  struct Stream;
  struct Telling;
  struct Delivery;
  std::shared_ptr<State> state_;
};

// What a new client posts to the connection of the one before it, whose session is `to`.
std::string superseded_message(Envelope& envelope, const Clock& clock, std::string to,
                               const Takeover& takeover);

}  // namespace live
