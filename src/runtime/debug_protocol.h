// How the debuggers of a language and its processes talk: whole messages, and what of them says whether a
// process is held. It decides; DebugBoard carries the messages.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/result.h"

namespace live {

class DebugWire {  // one connection: a debugger's to us, or ours to a process
 public:
  virtual ~DebugWire() = default;
  virtual Async<Result<std::string>> read() = 0;  // the next whole message; one reader at a time
  virtual Async<Result<void>> write(std::string message) = 0;
  virtual void end() = 0;   // nothing more is written: the other side is to hang up
  virtual void drop() = 0;  // now: a pending read or write fails
};
using DebugWirePtr = std::unique_ptr<DebugWire>;

// What is known of one debugger and the process that it was led to.
class DebugTalk {
 public:
  struct Says {
    std::optional<bool> paused{};
    bool lets_go = false;      // the debugger asks for it: init may go on
    bool goes_on = false;      // init does
    bool is_withheld = false;  // from the other side
    bool has_settled = false;  // the debugger has placed its breakpoints in the code that is there
  };
  virtual ~DebugTalk() = default;
  virtual Says debugger_says(std::string_view message) = 0;
  virtual Says process_says(std::string_view message) = 0;
  // What a debugger says, as its process has to hear it.
  virtual std::string translated(std::string message) { return message; }
  // Last words to a debugger whose process has ended; empty: none.
  virtual std::string farewell() { return {}; }
  // A debugger has left a process that would not go on by itself: what is said to it first, and in answer to
  // what it says. Empty: it goes on.
  virtual std::string take_over() { return {}; }
  virtual std::string answer(std::string_view /*message*/) { return {}; }
  // The process has loaded its code: what to ask it, again and again, until it shows that the debugger has
  // settled. Empty: nobody can tell.
  virtual std::string ask_whether_settled() { return {}; }
  virtual void has_not_settled() {}  // in the time that it had
  virtual void leaves() {}           // the debugger, of its own accord
};

class DebugProtocol {
 public:
  virtual ~DebugProtocol() = default;
  virtual std::unique_ptr<DebugTalk> talk() const = 0;
  // A process, where it says that it listens.
  virtual Async<Result<DebugWirePtr>> dial(Executor executor, std::string where) const = 0;
  // Has a process go on whose debugger has not come, or has left it held. True: it does; false: it says so
  // itself.
  virtual Async<bool> let_go(Executor executor, std::string where,
                             std::function<bool()> still_waits) const = 0;
  // Several debuggers may look into one process.
  virtual bool is_shared() const = 0;
};

}  // namespace live
