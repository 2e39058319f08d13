// Which of the lines that a function prints Lambda keeps. In text all of them; of a function whose log format
// is JSON those at or above its application log level, which lines say in a member "level" (AWS: "Log-level
// filtering"). A line that says none counts as INFO.
#pragma once

#include <string_view>

#include "cloud/lambda/function.h"

namespace live::cloud::lambda {

class ApplicationLog {
 public:
  explicit ApplicationLog(const Version& version);
  bool keeps(std::string_view line) const;

 private:
  enum class Level { trace, debug, info, warn, error, fatal };
  static Level level_named(std::string_view name);
  static Level level_of(std::string_view line);

  Level least_;
};

}  // namespace live::cloud::lambda
