#include "live/screen.h"

#include <algorithm>

#include <fmt/format.h>

#include "live/columns.h"

namespace live {

Screen::Screen(Write write, Measure measure) : write_(std::move(write)), measure_(std::move(measure)) {}

void Screen::print(std::string_view line) {
  if (is_drawn()) clear();
  write_(line);
  write_("\n");
}

void Screen::pin(std::vector<std::string> lines) { pinned_ = std::move(lines); }

// One column and one row stay free: a full row would wrap, a full screen scroll.
std::vector<std::string> Screen::fitting(Size size) const {
  std::vector<std::string> lines;
  size_t const room = std::max<size_t>(size.rows, 3) - 2;
  bool const all = pinned_.size() <= room;
  for (size_t i = 0; i < (all ? pinned_.size() : room - 1); ++i)
    lines.push_back(cut_to_columns(pinned_[i], std::max<size_t>(size.columns, 2) - 1));
  if (!all) lines.push_back(fmt::format("  … {} more", pinned_.size() - lines.size()));
  return lines;
}

void Screen::draw() {
  if (pinned_.empty() && drawn_.empty()) return;
  auto lines = fitting(measure_());
  if (lines == drawn_) return;
  clear();
  for (auto const& line : lines) {
    write_(line);
    write_("\n");
  }
  drawn_ = std::move(lines);
}

// A terminal that became narrower has wrapped what is drawn.
void Screen::clear() {
  if (drawn_.empty()) return;
  size_t const columns = std::max<size_t>(measure_().columns, 1);
  size_t rows = 0;
  for (auto const& line : drawn_) rows += std::max<size_t>(1, (columns_of(line) + columns - 1) / columns);
  drawn_.clear();
  write_(fmt::format("\r\x1b[{}A\x1b[J", rows));
}

void Screen::forget() { drawn_.clear(); }

}  // namespace live
