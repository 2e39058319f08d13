#include "live/clock_notice.h"

#include <fmt/format.h>

namespace live {
namespace {

constexpr Milliseconds kNoticed = 1s;
constexpr Milliseconds kRefused = 5min;  // SigV4; S3 allows 15

bool beyond(const aws::ClockSkew::Bounds& skew, Milliseconds limit) {
  return skew.least > limit || skew.most < -limit;
}

}  // namespace

bool is_off(const aws::ClockSkew::Bounds& skew) { return beyond(skew, kNoticed); }
bool is_refused(const aws::ClockSkew::Bounds& skew) { return beyond(skew, kRefused); }

std::string in_words(const aws::ClockSkew::Bounds& skew) {
  auto const middle = skew.middle();
  double const seconds = std::chrono::abs(middle) / 1.0s;
  if (!is_off(skew)) return fmt::format("AWS's, to {:.1f} s", (skew.most - skew.least) / 2.0s);
  auto const* const side = middle > 0s ? "ahead of" : "behind";
  if (seconds < 120) return fmt::format("{:.0f} s {} AWS's", seconds, side);
  return fmt::format("{:.0f} minutes {} AWS's", seconds / 60, side);
}

std::optional<std::string> ClockNotice::after(const aws::ClockSkew::Bounds& skew) {
  if (!is_off(skew)) {
    bool const is_right = skew.least > -kNoticed && skew.most < kNoticed;
    if (!told_ || !is_right) return std::nullopt;
    told_.reset();
    return "This machine's clock is right again.";
  }
  bool const is_told = told_ && *told_ > skew.least - kNoticed && *told_ < skew.most + kNoticed;
  if (is_told) return std::nullopt;
  told_ = skew.middle();
  auto const* const consequence =
      is_refused(skew) ? "AWS refuses its signatures, and calls are not run, since they look like replays"
                       : "remaining times are corrected, other times and signatures are not";
  return fmt::format("This machine's clock is {}: {}; {}", in_words(skew), consequence, kSetTheClock);
}

}  // namespace live
