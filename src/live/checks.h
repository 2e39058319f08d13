// What the project's own type checker and linter say, while a session runs: told beside everything else, and
// nothing waits for it. A newer save ends a run that is under way.
#pragma once

#include <filesystem>
#include <memory>

#include "live/host.h"
#include "live/terminal.h"
#include "watch/watch.h"

namespace live {

class Checks {
 public:
  struct Parts {  // borrowed, but for what is moved in
    Executor executor;
    Host& host;
    Terminal& terminal;
    std::filesystem::path folder;  // the app's
    std::unique_ptr<Watch> watch;
    bool types = true, lint = true;
  };
  explicit Checks(Parts parts);  // begins at once
  ~Checks();

  void saved();  // a file of the app; those that the checks have read are watched besides

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// As an editor lists them: "lib/stack.ts:12:5 error: Type 'string' is not … (TS2322)".
std::string describe(const Remark& finding, const std::filesystem::path& folder);
// "2 errors and 1 warning"
std::string count_of(const std::vector<Remark>& findings);

}  // namespace live
