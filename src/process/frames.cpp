#include "process/frames.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace live {
namespace {

using namespace std::string_view_literals;
constexpr auto kMagic = "\xa5\x5a\0"sv;
constexpr size_t kHead = 16, kLengthAt = 4;
constexpr size_t kLongest = 1024 * 1024;  // an event of CloudWatch Logs (quota)

size_t length_of(std::string_view head) {
  uint32_t length = 0;
  for (char const byte : head.substr(kLengthAt, sizeof length)) length = length << 8 | uint8_t(byte);
  return length;
}

// Where a frame begins, or may begin once more bytes are there; or the end.
size_t begin_of_frame(std::string_view bytes) {
  if (auto const at = bytes.find(kMagic); at != std::string_view::npos) return at;
  for (size_t some = std::min(kMagic.size() - 1, bytes.size()); some > 0; --some)
    if (bytes.ends_with(kMagic.substr(0, some))) return bytes.size() - some;
  return bytes.size();
}

}  // namespace

void Frames::add(std::string_view bytes, const std::function<void(std::string_view)>& give) {
  if (framing_ == Framing::none) return lines_.add(bytes, give);
  if (begun_.empty()) {
    begun_ = take(bytes, give);
  } else {
    begun_ += bytes;
    begun_ = std::string(take(begun_, give));
  }
}

// What is left: a frame that has begun.
std::string_view Frames::take(std::string_view bytes, const std::function<void(std::string_view)>& give) {
  for (;;) {
    auto const begin = begin_of_frame(bytes);
    lines_.add(bytes.substr(0, begin), give);
    bytes.remove_prefix(begin);
    if (bytes.size() < kHead) return bytes;
    auto const length = length_of(bytes);
    if (length > kLongest) {  // no frame after all
      lines_.add(bytes.substr(0, 1), give);
      bytes.remove_prefix(1);
      continue;
    }
    if (bytes.size() < kHead + length) return bytes;
    auto message = bytes.substr(kHead, length);
    bytes.remove_prefix(kHead + length);
    if (message.ends_with('\n')) message.remove_suffix(1);
    lines_.finish(give);
    give(message);
  }
}

void Frames::finish(const std::function<void(std::string_view)>& give) {
  bool const is_text = begun_.size() < kMagic.size();  // heads are written whole
  if (is_text) lines_.add(std::exchange(begun_, ""), give);
  lines_.finish(give);
}

}  // namespace live
