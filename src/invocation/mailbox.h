// The seam to the debug stack: post a text to a connection, and read who the stage's client is.
#pragma once

#include <optional>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/result.h"

namespace live {

struct ClientRow {  // the table's one row
  std::string connection;
  std::string session;
  int64_t epoch = 0;
  TimePoint since{};
  std::string who;
};

struct Posted {
  enum class Outcome {
    delivered,
    gone,         // 410: there is no such connection (any more)
    forbidden,    // 403
    throttled,    // 429: nothing was delivered
    too_large,    // 413
    failed,       // another answer, such as 500 or 503: it may have been delivered all the same
    unreachable,  // no answer: likewise
  };
  Outcome outcome = Outcome::delivered;
  std::string message;  // what the other side or the network said, for people
};

class Mailbox {
 public:
  virtual ~Mailbox() = default;
  // One attempt, with a timeout of its own; who calls decides about another.
  virtual Async<Posted> post(std::string connection, std::string text) = 0;
  // A consistent read. Fault refused carries the HTTP status.
  virtual Async<Result<std::optional<ClientRow>>> client() = 0;
  // Ends a connection of ours that we left: from then on who posts to it is told that it is gone, where a
  // gateway that has not noticed takes messages and loses them. One attempt; nothing depends on it.
  virtual Async<void> hang_up(std::string connection) = 0;
};

}  // namespace live
