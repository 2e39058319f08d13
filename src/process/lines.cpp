#include "process/lines.h"

namespace live {

namespace {

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

void Lines::add(std::string_view bytes, const std::function<void(std::string_view)>& give) {
  while (!bytes.empty()) {
    size_t end = bytes.find('\n');
    size_t room = longest_ - partial_.size();
    if (end == std::string_view::npos && bytes.size() <= room) {
      partial_ += bytes;
      return;
    }
    bool ends_here = end <= room;
    std::string_view piece = bytes.substr(0, std::min(end, room));
    bytes.remove_prefix(piece.size() + (ends_here ? 1 : 0));
    if (partial_.empty()) {
      give(ends_here ? without_return(piece) : piece);
    } else {
      std::string line = std::move(partial_);
      partial_.clear();
      line += piece;
      give(ends_here ? without_return(line) : std::string_view(line));
    }
  }
}

void Lines::finish(const std::function<void(std::string_view)>& give) {
  if (partial_.empty()) return;
  std::string line = std::move(partial_);
  partial_.clear();
  give(without_return(line));
}

}  // namespace live
