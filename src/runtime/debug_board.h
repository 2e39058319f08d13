// Who debugs which of a function's processes: a debugger is led to one, or waits for the next. What passes
// between the two shows when the process is held.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/async.h"
#include "base/timer.h"
#include "runtime/debug_port.h"
#include "runtime/debug_protocol.h"

namespace live {

// Shared with those who wait, which may outlive the DebugPort.
class DebugBoard : public std::enable_shared_from_this<DebugBoard> {
 public:
  struct Debugger;
  using DebuggerPtr = std::shared_ptr<Debugger>;
  struct Debugged {  // a process
    Debugged(const Executor& executor, std::string id, DebugPort::OnHold on_hold);
    std::string id;
    DebugPort::OnHold on_hold;
    std::optional<std::string> where;  // it listens
    Timer found;                       // cancelled when it listens, or is gone
    std::list<DebuggerPtr> debuggers;
    bool awaited = false;      // a debugger, which lets its init go on
    bool has_to_wait = false;  // likewise, though no IDE's bootloader has it wait
    bool goes_on = false, gone = false;
    bool left = false;  // by a debugger, and spent
    DebugPort::Hold hold = DebugPort::Hold::none;

    void judge();
    void go_on();
  };
  using DebuggedPtr = std::shared_ptr<Debugged>;

  DebugBoard(Executor executor, std::shared_ptr<const DebugProtocol> protocol, DebugPort::Options options);

  DebuggedPtr add(std::string id, DebugPort::OnHold on_hold);
  void remove(const DebuggedPtr& one);
  void close();
  void settle(const DebuggedPtr& one);                                    // its code is loaded
  const std::list<DebuggedPtr>& processes() const { return processes_; }  // the newest first
  DebuggedPtr undebugged() const;                                         // the newest; null: none
  const Executor& executor() const { return executor_; }
  const std::string& title() const { return options_.title; }

  // Until it hangs up. Null: it is led to the next process.
  static Async<void> serve(std::shared_ptr<DebugBoard> self, DebugWirePtr near, DebuggedPtr wanted);

 private:
  using Self = std::shared_ptr<DebugBoard>;
  void spawn(Async<void> task);
  void expect();
  void lead(const DebuggerPtr& debugger, const DebuggedPtr& process);
  void lead_who_waits(const DebuggedPtr& process);
  void wait_for_another(const DebuggerPtr& debugger);
  void leave(const DebuggerPtr& debugger);
  bool take_over(const DebuggerPtr& debugger);
  static Async<void> say(DebuggerPtr debugger, std::string words);
  static Async<void> ask_until_settled(Self self, DebuggerPtr debugger, std::string question);
  static Async<void> answer(Self self, DebuggerPtr debugger, const std::string& message);
  void heed(const DebuggerPtr& debugger, DebugTalk::Says says);
  static void hang_up(Debugger& debugger);
  static void part(Debugger& debugger);
  static Async<void> hear_debugger(Self self, DebuggerPtr debugger);
  static Async<bool> give(Self self, DebuggerPtr debugger, std::string message);
  static Async<void> hear_process(Self self, DebuggerPtr debugger);
  static Async<bool> reach(Self self, DebuggerPtr debugger);
  static Async<void> say_farewell(Self self, DebuggerPtr debugger);
  static Async<bool> found(DebuggedPtr process);
  static Async<DebugWirePtr> dial(Self self, DebuggedPtr process);
  static Async<void> let_go_in_the_end(Self self, DebuggedPtr process);
  static Async<void> let_go(Self self, DebuggedPtr process);

  Executor executor_;
  std::shared_ptr<const DebugProtocol> protocol_;
  DebugPort::Options options_;
  Timer time_;  // tells it
  std::list<DebuggedPtr> processes_;
  std::list<DebuggerPtr> waiting_;                    // for a process
  std::optional<Steady::time_point> expected_until_;  // a debugger whose process has ended comes back
};

}  // namespace live
