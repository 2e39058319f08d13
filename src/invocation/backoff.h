// Waiting longer after each failure, at random within the upper half, so that many do not return together.
#pragma once

#include <algorithm>

#include "base/clock.h"
#include "base/ids.h"

namespace live {

class Backoff {
 public:
  Backoff(Ids& ids, Milliseconds first, Milliseconds most) : ids_(ids), first_(first), most_(most) {}
  Milliseconds next() {
    auto const bytes = ids_.bytes(2);
    auto const random = uint8_t(bytes[0]) * 256 + uint8_t(bytes[1]);
    auto const full = std::min<int64_t>(most_.count(), first_.count() << std::min(failures_++, 20));
    return Milliseconds(full / 2 + full * random / 2 / 65'536);
  }
  void reset() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  Ids& ids_;
  Milliseconds first_, most_;
  int failures_ = 0;
};

}  // namespace live
