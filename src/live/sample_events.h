// The texts of sample events: "${queue}" and its like are filled in (sample_event.cpp).
#pragma once

#include <span>
#include <string_view>

namespace live {

struct SampleText {
  std::string_view kind, text;
};
extern const std::span<const SampleText> kSampleEvents;

}  // namespace live
