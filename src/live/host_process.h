// One Node child of ours: started at its first call and again when it has died. Requests and answers are JSON
// lines; host/README.md describes them.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/json.h"
#include "base/result.h"
#include "invocation/invocation.h"
#include "process/process.h"

namespace live {

// Asks a call to end early. Shared by who awaits the call and who may want it stopped.
class Stop {
 public:
  void now();
  bool asked() const { return asked_; }
  void when(std::function<void()> then);  // at once, if it was asked already

 private:
  bool asked_ = false;
  std::vector<std::function<void()>> then_;
};

struct HostCall {
  std::chrono::milliseconds deadline{};  // zero: the method's own
  // Progress, output of the user's app, warnings; before a fault, {"event": "error"} with all that is known.
  std::function<void(const json::object& event)> on_event;
  std::shared_ptr<Stop> stop;
};

class HostProcess {
 public:
  struct Options {
    std::string node = "node";
    std::filesystem::path script;
    Environment environment;  // over ours
    std::string name;         // for messages: "the builder"
  };

  HostProcess(Executor executor, Options options);
  ~HostProcess();  // ends the child; calls that wait get Fault::closed
  HostProcess(const HostProcess&) = delete;

  // Fault: the method's own error; timeout; cancelled; closed, with the child's last lines, when it died.
  Async<Result<json::object>> call(std::string method, json::object params, HostCall how);

  Result<void> begin();  // loads, before the first call needs it
  pid_t pid() const;     // 0: not running
  // Ends the child if no call waits for it: its memory is given back until the next call.
  void rest();

  struct Link;

 private:
  std::shared_ptr<Link> link_;
};

}  // namespace live
