#include "process/frames.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace live {
namespace {

using namespace std::string_view_literals;
constexpr auto kMagic = "\xa5\x5a\0"sv;
constexpr size_t kHead = 16, kTypeAt = 3, kLengthAt = 4;
constexpr uint8_t kTypes = 0x20;          // Lambda's are below: text or JSON, and a level
constexpr size_t kLargest = 256 << 20;    // a message is never larger
constexpr size_t kLongest = 1024 * 1024;  // an event of CloudWatch Logs (quota)
constexpr size_t kLongestCharacter = 4;   // bytes of UTF-8

// Nothing: it only begins as one does.
std::optional<size_t> length_of(std::string_view head) {
  uint32_t length = 0;
  for (char const byte : head.substr(kLengthAt, sizeof length)) length = length << 8 | uint8_t(byte);
  bool const is_one = uint8_t(head[kTypeAt]) < kTypes && length <= kLargest;
  return is_one ? std::optional<size_t>(length) : std::nullopt;
}

// Where a frame begins, or may begin once more bytes are there; or the end.
size_t begin_of_frame(std::string_view bytes) {
  if (auto const at = bytes.find(kMagic); at != std::string_view::npos) return at;
  for (size_t some = std::min(kMagic.size() - 1, bytes.size()); some > 0; --some)
    if (bytes.ends_with(kMagic.substr(0, some))) return bytes.size() - some;
  return bytes.size();
}

// Where a text may be cut that is longer: no character is.
size_t end_of_piece(std::string_view text) {
  auto const is_inside = [](char byte) { return (uint8_t(byte) & 0xc0) == 0x80; };
  size_t end = kLongest;
  while (end + kLongestCharacter > kLongest && is_inside(text[end])) --end;
  return end;
}

}  // namespace

void Frames::add(std::string_view bytes, const Give& give) {
  if (framing_ == Framing::none) return lines_.add(bytes, give);
  if (head_.empty()) return take(bytes, give);
  auto const joined = std::exchange(head_, "").append(bytes);
  take(joined, give);
}

void Frames::take(std::string_view bytes, const Give& give) {
  while (!bytes.empty()) {
    if (missing_ > 0) {
      bytes = take_message(bytes, give);
      continue;
    }
    auto const begin = begin_of_frame(bytes);
    lines_.add(bytes.substr(0, begin), give);
    bytes.remove_prefix(begin);
    if (bytes.size() < kHead) {
      head_ = bytes;
      return;
    }
    auto const length = length_of(bytes);
    if (!length) lines_.add(bytes.substr(0, 1), give);
    if (length) begin_message(*length, give);
    bytes.remove_prefix(length ? kHead : 1);
  }
}

void Frames::begin_message(size_t length, const Give& give) {
  lines_.finish(give);
  missing_ = length;
  if (length == 0) give("");
}

std::string_view Frames::take_message(std::string_view bytes, const Give& give) {
  auto const part = bytes.substr(0, missing_);
  missing_ -= part.size();
  message_ += part;
  if (missing_ == 0 && message_.ends_with('\n')) message_.pop_back();
  while (message_.size() > kLongest) {
    auto const end = end_of_piece(message_);
    give(std::string_view(message_).substr(0, end));
    message_.erase(0, end);
  }
  if (missing_ == 0) give(std::exchange(message_, ""));
  return bytes.substr(part.size());
}

void Frames::finish(const Give& give) {
  bool const is_text = head_.size() < kMagic.size();
  if (auto const head = std::exchange(head_, ""); is_text) lines_.add(head, give);
  lines_.finish(give);
  if (std::exchange(missing_, 0) > 0 && !message_.empty()) give(std::exchange(message_, ""));
}

}  // namespace live
