// The stub's connection to the debug stack: opened during init, named by its own connection id, kept across
// invocations, checked after a thaw, replaced before AWS closes it, and found again when it was lost.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "net/websocket.h"

namespace live {

class Uplink {
 public:
  // Opens a signed WebSocket; signs anew each time, since the environment's credentials may change.
  using Dial = std::function<Async<Result<net::WebSocket>>()>;
  struct Options {
    Milliseconds hello_timeout{3000};        // of a new connection
    Milliseconds doubt{1500};                // of one that worked: leaves a call time to go on by another
    Milliseconds fresh{10'000};              // heard from within this: not doubted
    std::chrono::minutes rotate_after{110};  // API Gateway closes after 2 hours
    Milliseconds drain{10'000};              // a replaced connection is still read for this long
    Milliseconds first_pause{100}, longest_pause{5000};
  };
  struct Events {
    std::function<void(std::string_view text)> on_message;  // whatever does not answer a hello
    std::function<void(std::string connection)> on_up;      // our connection id, each time it is another
    std::function<void(std::string why)> on_down;           // trying again from now on
  };

  Uplink(Executor executor, const Clock& clock, Ids& ids, Dial dial, Options options, Events events);
  ~Uplink();

  void start();             // and goes on for as long as this object lives
  Async<void> first_try();  // until it has connected or failed: as long as a dial and its hello may take
  // An invocation begins, perhaps after a freeze: a connection that was not heard from lately is asked
  // whether it is still there, while it is used; an old one is replaced; without one the next attempt is made
  // at once.
  void check();
  void suspect();        // no answer came by it: asked whether it is still there, however fresh
  int connects() const;  // so far, for tests and reports

 private:
  struct Connection;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
