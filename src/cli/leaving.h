// The end of a session that listens: Ctrl-C once. No more calls, running ones finish; what stays deployed is
// said; pollers are paused or named; the real code is put back where that is wanted.
#pragma once

#include <functional>
#include <string>

#include "cli/answering.h"
#include "cli/run.h"
#include "cli/starting.h"
#include "live/infrastructure.h"
#include "live/pollers.h"

namespace live::cli {

constexpr std::chrono::seconds kGrace{10};  // for running calls

class Leaving {
 public:
  struct Parts {  // borrowed
    Answering& answering;
    Starting& starting;
    Relay& relay;
    Pollers& pollers;
    const StartOptions& options;
    const Target& target;
    Terminal& terminal;
  };
  explicit Leaving(Parts parts) : parts_(parts) {}

  // `infrastructure`: null where it is not followed.
  Async<int> leave(Interruption::By by, Infrastructure* infrastructure);
  // Somebody takes the stage meanwhile: this goes on to its end all the same.
  bool has_begun() const { return begun_; }
  // What is so at this moment, for who leaves at once: Ctrl-C twice.
  std::string state() const;

 private:
  enum class At { calls, pausing, stubs, restoring, real_code };

  Async<void> pause();
  Async<bool> still_ours();
  Async<void> finish_calls();
  void say_goodbye();
  bool wants_restore(Interruption::By by, bool has_undeployed);
  Async<int> restore(Infrastructure* infrastructure);
  std::string stubs_in_words() const;

  Parts parts_;
  bool begun_ = false;
  At at_ = At::calls;
  std::vector<Pollers::Mapping> polling_{}, paused_{};
};

}  // namespace live::cli
