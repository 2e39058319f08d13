// What the developer is told of this machine's clock: that it is off, again when that changes, and that it is
// right again. Decides; performs no I/O.
#pragma once

#include <optional>
#include <string>

#include "aws/clock_skew.h"

namespace live {

inline constexpr const char* kSetTheClock = "set the clock, with `sudo timedatectl set-ntp true` say";

bool is_off(const aws::ClockSkew::Bounds& skew);      // by more than a second, for certain
bool is_refused(const aws::ClockSkew::Bounds& skew);  // by more than the 5 minutes that a signature may be
std::string in_words(const aws::ClockSkew::Bounds& skew);  // "40 s ahead of AWS's"

class ClockNotice {
 public:
  // After a measurement: the line to print, if there is one.
  std::optional<std::string> after(const aws::ClockSkew::Bounds& skew);

 private:
  std::optional<Milliseconds> told_;  // off by this
};

}  // namespace live
