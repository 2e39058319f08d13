// The events of all log streams, in a table of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/call.h"
#include "cloud/store.h"

namespace live::cloud {

struct LogEvent {
  int64_t id = 0;
  std::string stream;
  int64_t at_ms = 0, ingested_ms = 0;
  std::string message;
};

struct LogSpan {
  int64_t from_ms = 0;
  int64_t until_ms = INT64_MAX;  // not in it
};

void create_log_tables(Store& store);
void append_event(Store& store, std::string_view region, std::string_view group, const LogEvent& event);
void erase_events(Store& store, std::string_view region, std::string_view group, std::string_view stream);

// In the order of time, from the `skip`th on. An empty stream name means all of the group's.
std::vector<LogEvent> read_events(Store& store, std::string_view region, std::string_view group,
                                  std::string_view stream, LogSpan span, int64_t skip, int64_t limit);
int64_t count_events(Store& store, std::string_view region, std::string_view group, std::string_view stream,
                     LogSpan span);

}  // namespace live::cloud
