// The Lambda function that replaces the user's: asks Lambda for an event, has it run by the stage's client
// and gives Lambda the answer, or the error, as the user's own code gave it.
//
// At the deadline: a client that is at work is left to it. Lambda then ends the call in its own words, as it
// would have ended the deployed function, and the caller sees no difference. Only a stub that has reached
// nobody answers by itself, a little earlier (Wait::Limits), because Lambda's timeout would not say why.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "invocation/invocation.h"
#include "runtime/runtime_client.h"
#include "stub/uplink.h"

namespace live {

// The variables that travel: all but those that describe this process and not the function.
Environment travelling_variables(const char* const* environment);

// To standard output, which Lambda takes for the function's log.
void print_lines(std::string_view lines);

class Stub {
 public:
  struct Options {
    std::string function;                           // physical name
    const char* const* environment = nullptr;       // the process's, read for each invocation
    std::function<void(std::string_view)> print{};  // what the local code printed; null: print_lines
  };
  // Everything is borrowed; there may be no uplink.
  Stub(RuntimeClient& lambda, Invoker& remote, Uplink* uplink, Ids& ids, Log& log, Options options);

  Async<Fault> run();  // until Lambda no longer answers: says why

 private:
  Async<Result<void>> serve_one();
  Async<Result<void>> give(std::string request_id, Reply reply);

  RuntimeClient& lambda_;
  Invoker& remote_;
  Uplink* uplink_;
  Ids& ids_;
  Log& log_;
  Options options_;
  std::string environment_id_;
};

}  // namespace live
