// What goes wrong, how often, and what was seen of it: everything named here happens somewhere in a long run.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace live::simulation {

// How often each thing goes wrong in one schedule, per occasion.
struct Odds {
  double request_lost = 0, answer_lost = 0;  // of any HTTP request
  double throttled = 0, failed = 0, failed_but_done = 0, unavailable = 0, forbidden = 0;
  double message_lost = 0, duplicated = 0, late = 0, replayed = 0, garbled = 0;
  double dial_refused = 0, dial_lost = 0;
  // Each second of the schedule, for one host or connection chosen by chance:
  double closed = 0, half_open = 0, blackhole = 0, client_crash = 0, client_leave = 0, client_sleep = 0,
         client_stop = 0;
  double stub_crash = 0, stub_stop = 0, takeover = 0, deployment = 0;
  std::chrono::nanoseconds longest_blackhole{0};
  std::chrono::nanoseconds latest = std::chrono::seconds(1);  // that a late message comes
  bool dials_too = false;  // services refuse to open connections as they refuse requests
  size_t largest_message = 128 * 1024;
};

class Counts {
 public:
  void add(std::string what, uint64_t times = 1) { counts_[std::move(what)] += times; }
  void add(const Counts& other) {
    for (auto const& [what, times] : other.counts_) counts_[what] += times;
  }
  uint64_t of(const std::string& what) const {
    auto const found = counts_.find(what);
    return found == counts_.end() ? 0 : found->second;
  }
  std::map<std::string, uint64_t> all() const { return {counts_.begin(), counts_.end()}; }

 private:
  std::unordered_map<std::string, uint64_t> counts_;
};

}  // namespace live::simulation
