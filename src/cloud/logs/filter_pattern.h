// CloudWatch Logs' filter patterns: terms, a regular expression, conditions on members of a JSON event
// ({ $.level = "ERROR" }), or on its words ([ip, ..., status = 4*]).
#pragma once

#include <memory>
#include <string_view>

#include "cloud/call.h"

namespace live::cloud {

class FilterPattern {
 public:
  static ApiResult<FilterPattern> parse(std::string_view text);
  bool matches(std::string_view message) const;

  struct Form;

 private:
  explicit FilterPattern(std::shared_ptr<const Form> form) : form_(std::move(form)) {}

  std::shared_ptr<const Form> form_;
};

}  // namespace live::cloud
