// A filter pattern of CloudWatch Logs, a line, and an event behind it. Read and matched twice, with the same
// outcome.
#include <cstddef>
#include <cstdint>

#include "cloud/logs/filter_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view const text(reinterpret_cast<const char*>(data), size);
  auto const end = std::min(text.find('\n'), text.size());
  auto const pattern = text.substr(0, end), event = text.substr(std::min(end + 1, text.size()));
  auto const first = live::cloud::FilterPattern::parse(pattern);
  auto const second = live::cloud::FilterPattern::parse(pattern);
  if (first.has_value() != second.has_value()) __builtin_trap();
  if (!first.has_value()) return 0;
  if (first.value().matches(event) != second.value().matches(event)) __builtin_trap();
  return 0;
}
