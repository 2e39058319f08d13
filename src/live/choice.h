// Which functions run live: all, those that --only names, all but those that --except names. A glob is
// matched against a function's construct path, the last part of that, and its logical id.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace live {

class Choice {
 public:
  struct Globs {
    std::vector<std::string> patterns;
    std::string from;  // who says so: "--only", "live.only in live.json"
  };
  struct Function {
    std::string construct_path, logical_id;
  };

  static bool names(const std::string& glob, const Function& function);
  // Fault: a glob names none of them; it lists what there is.
  static Result<void> check_globs(const Globs& globs, const std::vector<Function>& all);

  Choice() = default;
  Choice(Globs only, Globs except) : only_(std::move(only)), except_(std::move(except)) {}

  // Fault: a glob names none of them, or none is left; it lists what there is.
  Result<void> check(const std::vector<Function>& all) const;
  // Why it keeps its deployed code; nothing: it is to run live.
  std::optional<std::string> leaves_out(const Function& function) const;

 private:
  Globs only_, except_;
};

}  // namespace live
