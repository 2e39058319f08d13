// What `live doctor` found, check by check, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace live {

struct Finding {
  enum class State { ok, warning, failed };
  State state = State::ok;
  std::string about;   // "connection", "role dev-Hello"
  std::string said;    // what is so
  std::string advice;  // what to do; empty when it is ok
};

class Findings {
 public:
  void ok(std::string about, std::string said);
  void warn(std::string about, std::string said, std::string advice);
  void fail(std::string about, std::string said, std::string advice);

  void add(Findings more);
  const std::vector<Finding>& all() const { return all_; }
  bool healthy() const;  // nothing failed

 private:
  std::vector<Finding> all_;
};

std::string_view to_string(Finding::State state);  // "ok", "warning", "failed"
json::object to_json(const Finding& finding);
json::array to_json(const Findings& findings);

}  // namespace live
