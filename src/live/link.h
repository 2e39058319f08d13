// The session's connection to the debug stack: dialled, named by its own connection id, registered as the
// stage's client, kept busy, replaced before AWS closes it and found again when the network was away.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "invocation/registry.h"
#include "net/websocket.h"

namespace live {

struct LinkOptions {
  std::string who;      // "jane@laptop", for the one who takes over
  std::string session;  // ours, drawn by whoever starts it
  // API Gateway closes after 10 idle minutes, but a network that went without a word is noticed by this
  // alone: an outage of half a minute before it ends.
  std::chrono::milliseconds hello_interval{10'000};
  std::chrono::milliseconds hello_timeout{5000};  // no answer: the connection is dead
  std::chrono::milliseconds look_interval{1000};  // whether time stood still
  std::chrono::milliseconds doubt{700};           // as hello_timeout, after it did: calls work within 2 s
  std::chrono::milliseconds confirm_interval{30'000};  // that the row is ours
  std::chrono::minutes rotate_after{110};              // API Gateway closes after 2 hours
  std::chrono::seconds drain{60};                      // a replaced connection is still read for this long
  std::chrono::milliseconds first_backoff{200};
  std::chrono::milliseconds longest_backoff{1000};  // calls work two seconds after the network is back
  size_t most_attempts = 24;  // at once: a network that swallows packets lets each wait for its timeout
};

class Link {
 public:
  // Opens a signed WebSocket to the debug stack; signs anew each time.
  using Dial = std::function<Async<Result<net::WebSocket>>()>;
  struct Events {
    std::function<void(std::string text)> on_message;  // whatever is not an answer to our hello
    std::function<void(const Fault& why)> on_lost;     // the connection went; trying again from now on
    std::function<void(const Fault& why)> on_trouble;  // it does not come back: each reason once
    std::function<void()> on_found;                    // connected and registered again
    std::function<void(std::string connection)>
        on_left;                          // in its place; whoever posts to it should learn that
    std::function<void()> on_standstill;  // time leapt: the connection is asked whether it is still there
  };
  enum class End { closed, superseded };

  Link(Executor executor, const Clock& clock, Ids& ids, Dial dial, Registry& registry, LinkOptions options,
       Events events);
  ~Link();

  // The first connection: dials, says hello, takes the stage. Gives who had it.
  Async<Result<std::optional<ClientRow>>> open();
  // Keeps the connection until close() or until another session has the stage.
  Async<End> run();
  // Removes our row and closes. run() ends.
  Async<void> close();
  void superseded();  // a message told us so: run() ends

  int64_t epoch() const;
  std::string connection() const;  // empty while there is none
  bool connected() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
