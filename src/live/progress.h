// What the Node side tells while it works, for the developer to read.
#pragma once

#include <string>

#include "live/host_process.h"
#include "live/terminal.h"

namespace live {

class Progress {
 public:
  explicit Progress(Terminal& terminal) : terminal_(terminal) {}

  HostCall told();  // a call whose events are shown; forgets the last app_error()
  void tell(const json::object& event);
  const std::string& app_error() const { return app_error_; }  // "bin/app.ts:12", when the app failed there

 private:
  Terminal& terminal_;
  std::string app_error_;
};

}  // namespace live
