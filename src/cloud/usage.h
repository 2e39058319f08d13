// What AWS would bill of the relay, counted since the start: GET /_live/status tells it, `live bench` divides
// it by its calls.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace live::cloud {

struct Usage {
  std::map<std::string, int64_t> requests;  // by service
  int64_t websocket_messages = 0;           // both ways, in units of 32 KB as API Gateway bills them
  int64_t websocket_connections = 0;        // opened
  int64_t open_connections = 0;

  void count_message(size_t bytes) {
    constexpr size_t unit = 32 * 1024;
    websocket_messages += static_cast<int64_t>(bytes == 0 ? 1 : (bytes + unit - 1) / unit);
  }
};

}  // namespace live::cloud
