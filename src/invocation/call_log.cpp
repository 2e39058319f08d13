#include "invocation/call_log.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.h"

namespace live {
namespace {

constexpr size_t kRemark = 128;  // room for the line that says what is left out

std::string left_out(size_t lines) {
  return fmt::format("LIVE {} more line{} of output {} on the developer's machine alone\n", lines,
                     lines == 1 ? "" : "s", lines == 1 ? "is" : "are");
}

}  // namespace

void CallLog::add(std::string_view message) {
  auto text = valid_utf8(message);
  std::ranges::replace(text, '\n', '\r');
  if (left_out_ > 0 || text_.size() + text.size() >= kLimit) {
    ++left_out_;
    return;
  }
  text_.append(text).append("\n");
}

void CallLog::close(std::string line) {
  last_ = std::move(line);
  expected_ = {};
}

std::string_view CallLog::lines_after(uint64_t offset, size_t room) const {
  auto const rest = std::string_view(text_).substr(std::min<uint64_t>(offset, text_.size()));
  if (rest.size() <= room) return rest;
  auto const end = room == 0 ? std::string_view::npos : rest.rfind('\n', room - 1);
  return rest.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

LogPiece CallLog::piece(uint64_t offset, size_t room) const {
  auto const lines = lines_after(offset, room);
  if (!lines.empty() || offset >= text_.size()) return {offset, std::string(lines)};
  return {offset, text_.substr(offset, room)};
}

LogPiece CallLog::rest(uint64_t offset, size_t room) const {
  auto const there = std::string_view(text_).substr(std::min<uint64_t>(offset, text_.size()));
  bool const is_whole = left_out_ == 0 && there.size() + last_.size() < room;
  auto const reserved = last_.size() + 1 + kRemark;
  auto const fits = is_whole ? there : lines_after(offset, room > reserved ? room - reserved : 0);
  auto const cut = there.substr(fits.size());
  LogPiece piece{offset, std::string(fits)};
  if (auto const more = left_out_ + size_t(std::ranges::count(cut, '\n'))) piece.text += left_out(more);
  if (!last_.empty()) piece.text.append(last_).append("\n");
  return piece;
}

std::string LogReceiver::take(const LogPiece& piece) {
  if (!piece.end.empty()) end_ = piece.end;
  auto const end = piece.offset + piece.text.size();
  if (end <= printed_) return "";
  bool const has_gap = piece.offset > printed_;
  auto const known = has_gap ? 0 : size_t(printed_ - piece.offset);
  printed_ = end;
  auto text =
      has_gap ? std::string("LIVE some output was lost on its way: it is on the developer's machine alone\n")
              : std::string();
  return text.append(piece.text, known);
}

std::string LogReceiver::take_last(LogPiece piece) {
  if (has_ended_ && !piece.text.empty()) {
    auto const before =
        piece.text.size() < 2 ? std::string::npos : piece.text.rfind('\n', piece.text.size() - 2);
    piece.text.resize(before == std::string::npos ? 0 : before + 1);
  }
  return take(piece);
}

std::string LogReceiver::end() {
  if (end_.empty() || std::exchange(has_ended_, true)) return "";
  return end_ + "\n";
}

}  // namespace live
