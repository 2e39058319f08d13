// The server side of the Lambda Runtime API for one process: on loopback, behind a path nobody can guess,
// which a process that is known may leave out.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "invocation/invocation.h"
#include "net/http_server.h"
#include "process/process.h"
#include "runtime/countdown.h"

namespace live {

class RuntimeApi : public Invoker {
 public:
  struct Events {
    std::function<void()> on_initialised;  // the first time it asks for work
    std::function<void()> on_init_error;   // its init failed; it will answer nothing any more
    std::function<void()> on_answer;       // before an answer is given on: output written earlier is read now
    std::function<void()> on_deadline;     // it did not answer in time: its process has to go
  };

  static Result<std::unique_ptr<RuntimeApi>> listen(Executor executor, const Clock& clock, Ids& ids,
                                                    Events events);
  // Without a port of its own: whoever has requests gives them to `serve`. For fuzzing.
  struct Unserved;
  static Unserved without_server(Executor executor, const Clock& clock, Ids& ids, Events events);
  ~RuntimeApi() override = default;

  // "127.0.0.1:PORT/TOKEN"
  virtual std::string address() const = 0;
  // This process and those that are its (process/connections.h) are known by their connections, and need no
  // token: clients that were made for Lambda take a host and a port alone.
  virtual void admit(pid_t leader) = 0;
  // Until it asks for work; false: it has ended, or does not ask though its last answer is long given.
  virtual Async<bool> asks() = 0;
  // One at a time. Waits for the process to ask for work, then for its answer, until the deadline.
  Async<Reply> invoke(Invocation invocation) override = 0;
  // The process has ended: who waits, and who comes later, is told so. The first reason given stays.
  virtual void end(ExitStatus status) = 0;
  virtual void init_timed_out(std::chrono::milliseconds limit) = 0;
  // While a debugger holds the process no deadline comes nearer.
  virtual void set_clocks(Countdown::State state) = 0;
  // While the clocks stand: of the call's time so much has passed all the same.
  virtual void count(std::chrono::nanoseconds time) = 0;
  // Whoever has asked for work waits meanwhile.
  virtual void withhold_work(bool is_withheld) = 0;

  virtual bool alive() const = 0;
  virtual bool initialised() const = 0;
  virtual bool busy() const = 0;
  virtual std::string_view request_id() const = 0;  // of the invocation it was given last; empty during init
};

struct RuntimeApi::Unserved {
  std::unique_ptr<RuntimeApi> api;
  net::Handler serve;
};

}  // namespace live
