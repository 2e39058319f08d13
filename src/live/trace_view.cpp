#include "live/trace_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "live/columns.h"
#include "live/source_place.h"

namespace live {
namespace {

using Tint = Terminal::Tint;

constexpr size_t kBeside = 18;  // columns beside a line of code: id, marks, indent

struct Frame : StackFrame {
  bool own = false;
};

std::vector<Frame> frames_of(const json::array& trace, const Terminal& terminal) {
  std::vector<Frame> frames;
  for (auto const& one : trace) {
    auto const* line = one.if_string();
    auto frame = line ? stack_frame(std::string_view(*line)) : std::nullopt;
    if (!frame) continue;
    bool const own = is_own(*frame, terminal.around().others);
    frames.push_back({std::move(*frame), own});
  }
  return frames;
}

std::string line_of(const Frame& frame, const Terminal& terminal) {
  auto const where = frame.place ? describe(*frame.place, terminal.around().folder) : frame.where;
  auto const text = frame.function.empty() ? fmt::format("    at {}", where)
                                           : fmt::format("    at {} ({})", frame.function, where);
  return frame.own ? text : terminal.tint(Tint::dim, text);
}

std::string folded(size_t count, std::string_view runtime, const Terminal& terminal) {
  return terminal.tint(Tint::dim,
                       fmt::format("    … {} frame{} of packages and {} (--verbose shows {})", count,
                                   count == 1 ? "" : "s", runtime, count == 1 ? "it" : "them"));
}

}  // namespace

std::vector<std::string> code_lines(const std::vector<std::string>& code, const Terminal& terminal) {
  auto const* screen = terminal.around().screen;
  size_t const most = screen ? std::max<size_t>(screen->size().columns, 40) - kBeside : 200;
  std::vector<std::string> lines;
  lines.reserve(code.size());
  for (auto const& line : code) lines.push_back("      " + cut_to_columns(line, most));
  if (lines.size() < 2) return lines;
  auto const caret = lines[1].rfind('^');
  if (caret == std::string::npos) {  // beyond what fits
    lines.pop_back();
  } else {
    lines[1].replace(caret, 1, terminal.tint(Tint::red, "^"));
  }
  return lines;
}

json::array trace_of(const json::object& envelope) {
  if (auto const* trace = find_array(envelope, "trace")) return *trace;
  auto const* trace = find_array(envelope, "stackTrace");
  if (!trace) return {};
  auto const* first = trace->empty() ? nullptr : trace->front().if_string();
  bool const innermost_last = first && first->starts_with("  File ");  // Python
  json::array frames = *trace;
  if (innermost_last) std::reverse(frames.begin(), frames.end());
  return frames;
}

std::vector<std::string> trace_lines(const json::array& trace, const Terminal& terminal) {
  auto const frames = frames_of(trace, terminal);
  auto const first = std::find_if(frames.begin(), frames.end(), [](const Frame& one) { return one.own; });
  std::vector<std::string> lines;
  if (first != frames.end()) {
    lines.push_back(line_of(*first, terminal));
    for (auto& line : code_lines(code_at(*first->place), terminal)) lines.push_back(std::move(line));
  }
  size_t others = 0;
  for (auto at = frames.begin(); at != frames.end(); ++at) {
    if (!at->own && !terminal.is_whole()) {
      ++others;
    } else if (at != first || (terminal.is_whole() && first != frames.begin())) {
      lines.push_back(line_of(*at, terminal));
    }
  }
  if (others > 0) lines.push_back(folded(others, frames.front().runtime, terminal));
  return lines;
}

}  // namespace live
