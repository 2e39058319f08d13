// How far the stubs' clocks are from ours, from the times in their messages: each shows the difference plus
// its own journey, so the smallest of the last ones is nearest to the truth.
#pragma once

#include <algorithm>
#include <deque>

#include "base/clock.h"

namespace live {

class ClockOffset {
 public:
  void observe(TimePoint sent_at, TimePoint received_at) {
    seen_.push_back(received_at - sent_at);
    if (seen_.size() > kSamples) seen_.pop_front();
  }
  // Positive: our clock is ahead, or messages take that long.
  TimePoint::duration estimate() const {
    return seen_.empty() ? TimePoint::duration::zero() : *std::min_element(seen_.begin(), seen_.end());
  }
  TimePoint ours(TimePoint theirs) const { return theirs + estimate(); }

 private:
  static constexpr size_t kSamples = 64;
  std::deque<TimePoint::duration> seen_;
};

}  // namespace live
