// A function's port for debuggers: the same for all its workers, one after the other or at once. Each of
// those listens at a port of its own (Node's inspector, debugpy, delve, the JVM, rdbg); a debugger that
// connects here is led to one of them. So a debugger may be there before there is a worker, and what the two
// say shows for certain when a process is held.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/ids.h"
#include "base/result.h"

namespace live {

struct Debugging;

class DebugPort {
 public:
  enum class Speaks {
    inspector,  // HTTP, and the Chrome DevTools Protocol
    dap,        // the process itself
    rdbg,       // likewise, but it does not go on by itself when its debugger has left
    delve,      // DAP, by a program that attaches to the process
    jdwp,
  };
  enum class Hold {
    none,
    attaching,  // its init waits for a debugger to let it go
    paused,     // at a breakpoint
    settling,   // its code is loaded: a debugger has yet to place its breakpoints in it
  };
  struct Options {
    const Debugging* debugging;  // of its language
    std::string title;           // of what can be debugged here
    bool waits = false;          // init is held until a debugger is there; else only for one that comes back
    bool ide_attaches = false;   // by itself, and the process waits for it
    std::function<void(const std::string&)> warn{};  // of a process that no debugger can look into
  };

  // One process that a debugger can look into. Its end hangs up on the debuggers that are led to it.
  class Target {
   public:
    virtual ~Target() = default;
    virtual std::string url() const = 0;  // here, as a debugger is told it
    virtual std::string title() const = 0;
    virtual bool is_spent() const = 0;     // its debugger has left it, with its breakpoints
    virtual bool is_awaited() const = 0;   // its init waits for a debugger
    virtual bool has_to_wait() const = 0;  // likewise, though no IDE's bootloader has it wait
    virtual void listens_at(
        const std::string& url) = 0;      // "ws://127.0.0.1:PORT/ID", "127.0.0.1:PORT", or its pid
    virtual void goes_on() = 0;           // it waits no more: a debugger has let it go
    virtual void has_loaded() = 0;        // its code; held until debuggers have settled
    virtual void waits_to_be_left() = 0;  // it ends, once its debuggers have left it
  };
  using OnHold = std::function<void(Hold)>;

  // Port 0 picks a free one. Fault: it is taken.
  static Result<std::unique_ptr<DebugPort>> listen(Executor executor, Ids& ids, uint16_t port,
                                                   Options options);
  virtual ~DebugPort() = default;
  virtual uint16_t port() const = 0;
  virtual const Debugging& debugging() const = 0;
  // Of a process that is about to start. `on_hold` is not called by the call itself, nor after the target's
  // end.
  virtual std::unique_ptr<Target> add(OnHold on_hold) = 0;
};

}  // namespace live
