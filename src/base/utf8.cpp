#include "base/utf8.h"

#include <cstdint>

namespace live {
namespace {

// How many bytes the character at the front has; 0: it is none. Unicode 15, table 3-7.
size_t character_length(std::string_view text) {
  auto const byte = [text](size_t i) -> uint8_t { return i < text.size() ? uint8_t(text[i]) : 0; };
  auto const follows = [&](size_t i, uint8_t least = 0x80, uint8_t most = 0xBF) {
    return byte(i) >= least && byte(i) <= most;
  };
  uint8_t const first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    bool const second = follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    bool const second = follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    size_t const length = character_length(text);
    if (length == 0)
      valid += "\xEF\xBF\xBD";
    else
      valid += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

}  // namespace live
