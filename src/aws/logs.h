// CloudWatch Logs: the events of a group, page by page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "aws/client.h"

namespace live::aws {

struct LogEvent {
  std::string id;  // the same each time that it is read
  std::string stream, message;
  int64_t at_ms = 0;
};

struct FilterLogEventsInput {
  std::string group;
  std::string pattern;  // CloudWatch's filter pattern, or empty
  int64_t from_ms = 0;
  std::string next_token;
};

struct FilterLogEventsOutput {
  std::vector<LogEvent> events;
  std::string next_token;  // there is more; a page may be empty all the same
};

// Fault not_found: there is no such group, as before a function's first invocation.
Async<Result<FilterLogEventsOutput>> filter_log_events(AwsClient& client, FilterLogEventsInput input);

}  // namespace live::aws
