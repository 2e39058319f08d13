// How far this machine's clock is from AWS's: bounds, which every answer with a Date narrows. A date is whole
// seconds, but answers come at other fractions of them, and their bounds meet.
#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.h"

namespace live::aws {

class ClockSkew {
 public:
  struct Bounds {  // positive: our clock is ahead
    Milliseconds least{}, most{};
    Milliseconds middle() const { return (least + most) / 2; }
  };

  // An answer that was made at `date`, between these two times of ours.
  void observe(TimePoint asked, TimePoint date, TimePoint received) {
    Bounds const seen{std::chrono::floor<Milliseconds>(asked - (date + 1s)),
                      std::chrono::ceil<Milliseconds>(received - date)};
    if (seen.least > seen.most) return;  // the clock was set meanwhile
    bool const another = !bounds_ || seen.least > bounds_->most || seen.most < bounds_->least;
    if (another) {  // the first, or the clock was set, or has drifted
      bounds_ = seen;
    } else {
      bounds_ = Bounds{std::max(seen.least, bounds_->least), std::min(seen.most, bounds_->most)};
    }
  }
  const std::optional<Bounds>& bounds() const { return bounds_; }

 private:
  std::optional<Bounds> bounds_;
};

}  // namespace live::aws
