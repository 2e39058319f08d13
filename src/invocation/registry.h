// The seam to the table's one row: who is the stage's client. Every change is one conditional UpdateItem.
#pragma once

#include <optional>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "invocation/mailbox.h"

namespace live {

class Registry {
 public:
  virtual ~Registry() = default;
  struct Taken {
    int64_t epoch = 0;                  // ours: one more than the row had
    std::optional<ClientRow> previous;  // who had it
  };
  // Takes the stage, whoever has it. The table decides between two at once: the later one has it.
  virtual Async<Result<Taken>> take(std::string connection, std::string session, std::string who) = 0;
  // Another connection of the same session. False: the row is another session's by now.
  virtual Async<Result<bool>> move(std::string connection, std::string session, int64_t epoch) = 0;
  // Removes the row if it is still ours.
  virtual Async<Result<void>> leave(std::string session, int64_t epoch) = 0;
};

}  // namespace live
