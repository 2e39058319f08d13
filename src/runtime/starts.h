// How many processes start at once. More than the machine has cores for only slow each other down, and starve
// whoever has to answer them.
#pragma once

#include <sys/types.h>

#include <chrono>

#include "base/timer.h"
#include "runtime/places.h"

namespace live {

class Starts {
 public:
  // A place, left when the last copy goes, or sooner.
  class Start : public std::enable_shared_from_this<Start> {
   public:
    Start(const Executor& executor, Places::Place place);
    // What its place is for, one of so many that there are. Those above what may start at once give way to
    // others, to us first, who answer for all of them.
    void runs_in(pid_t pid, size_t processes = 1);
    void end();  // it has started, or never will

   private:
    friend Starts;
    void leave_after(std::chrono::milliseconds time);  // unless it works then
    void look();

    Places::Place place_;
    Timer limit_;
    Steady::time_point began_;
    pid_t pid_ = -1;
    int rests_ = 0;  // looks in a row at which it wanted no processor
  };
  using Turn = std::shared_ptr<Start>;

  // Who holds a place longer, though it wants no processor (its init waits for something), does not keep
  // others from starting; who still works does, for ten seconds.
  explicit Starts(Executor executor, size_t most = for_this_machine(),
                  std::chrono::milliseconds longest = std::chrono::seconds(1))
      : executor_(std::move(executor)), places_(executor_, {most, most}), longest_(longest) {}
  static size_t for_this_machine();

  // As Places::enter.
  Async<Turn> enter(std::chrono::nanoseconds patience);

 private:
  Executor executor_;
  Places places_;
  std::chrono::milliseconds longest_;
};

}  // namespace live
