// What Lambda itself says in a function's log, about a call: START, END and REPORT, or JSON events where the
// function's log format is JSON and its system log level shows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/lambda/function.h"

namespace live::cloud::lambda {

struct CallReport {
  std::string request_id;
  double duration_ms = 0;
  double init_ms = 0;  // 0: the environment was warm
  long max_memory_mb = 0;
  std::string error_type;  // of what the platform itself noticed, as Runtime.ExitError; empty: none
};

class PlatformLog {
 public:
  explicit PlatformLog(const Version& version);

  using Lines = std::vector<std::string>;
  Lines start(TimePoint now, std::string_view request_id, std::string_view function_arn) const;
  Lines end(TimePoint now, const CallReport& call) const;

 private:
  enum class Level { debug, info, warn };
  Lines end_in_text(TimePoint now, const CallReport& call) const;
  Lines end_in_json(TimePoint now, const CallReport& call) const;
  void add(Lines& lines, Level level, TimePoint now, std::string_view type, json::object record) const;

  std::string version_;
  int memory_mb_, timeout_s_;
  bool is_json_;
  Level level_;
};

}  // namespace live::cloud::lambda
