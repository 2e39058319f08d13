#include "live/source_place.h"

#include <algorithm>
#include <charconv>
#include <fstream>

#include <fmt/format.h>

#include "live/columns.h"

namespace live {
namespace {

constexpr size_t kLongestLine = 400;  // bytes: a longer one was written by a program
constexpr std::string_view kFile = "file://";

std::optional<int> number(std::string_view text) {
  int value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "/app/src/api.ts:12:9"
std::optional<SourcePlace> place_of(std::string_view where) {
  if (where.starts_with(kFile)) where.remove_prefix(kFile.size());
  size_t const column = where.rfind(':');
  size_t const line =
      column == std::string_view::npos || column == 0 ? std::string_view::npos : where.rfind(':', column - 1);
  if (line == std::string_view::npos || where.starts_with("node:")) return std::nullopt;
  auto const line_number = number(where.substr(line + 1, column - line - 1));
  auto const column_number = number(where.substr(column + 1));
  if (!line_number || !column_number) return std::nullopt;
  return SourcePlace{std::string(where.substr(0, line)), *line_number, *column_number};
}

constexpr std::string_view kPythonFile = "  File \"";

// 'File "/app/api.py", line 12, in handler'
std::optional<StackFrame> python_frame(std::string_view line) {
  constexpr std::string_view kLine = "\", line ", kIn = ", in ";
  line.remove_prefix(kPythonFile.size());
  size_t const file = line.find(kLine), in = line.find(kIn, file);
  if (file == std::string_view::npos || in == std::string_view::npos) return std::nullopt;
  auto const at = number(line.substr(file + kLine.size(), in - file - kLine.size()));
  if (!at) return std::nullopt;
  std::string const path(line.substr(0, file));
  return StackFrame{std::string(line.substr(in + kIn.size())), SourcePlace{path, *at, 0},
                    fmt::format("{}:{}", path, *at), "Python"};
}

// "/app/api.rb:12:in `handler'", with an apostrophe on both sides since Ruby 3.4
std::optional<StackFrame> ruby_frame(std::string_view line) {
  constexpr std::string_view kIn = ":in ";
  size_t const in = line.find(kIn), colon = line.rfind(':', in == std::string_view::npos ? in : in - 1);
  auto const place = line.substr(0, in);
  auto const at = colon == std::string_view::npos ? std::nullopt : number(place.substr(colon + 1));
  if (!at) return std::nullopt;
  auto function = in == std::string_view::npos ? "" : line.substr(in + kIn.size());
  if (function.size() > 2) function = function.substr(1, function.size() - 2);
  return StackFrame{std::string(function), SourcePlace{std::string(place.substr(0, colon)), *at, 0},
                    std::string(place), "Ruby"};
}

bool is_of_a_package(std::string_view file) {
  constexpr std::string_view kMarks[] = {"node_modules/", "/site-packages/", "/dist-packages/",
                                         "/lib/python3",  "/gems/",          "/lib/ruby/",
                                         "<frozen ",      "/vendor/bundle/", "/.live/python/"};
  return std::ranges::any_of(kMarks, [file](auto mark) { return file.find(mark) != std::string_view::npos; });
}

std::optional<std::string> line_of(const SourcePlace& place) {
  std::ifstream file(place.file);
  std::string text;
  for (int i = 0; i < place.line; ++i)
    if (!std::getline(file, text)) return std::nullopt;
  if (text.ends_with('\r')) text.pop_back();
  if (place.line < 1 || text.size() > kLongestLine) return std::nullopt;
  return text;
}

// V8 counts UTF-16 units.
size_t bytes_of_units(std::string_view text, size_t units) {
  size_t at = 0;
  while (at < text.size() && units > 0) {
    auto const lead = static_cast<unsigned char>(text[at]);
    size_t const bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    units -= std::min<size_t>(units, bytes == 4 ? 2 : 1);
    at += bytes;
  }
  return std::min(at, text.size());
}

// Blank, but as wide; with the same tabs.
std::string blank(std::string_view text) {
  std::string blanks;
  while (!text.empty()) {
    size_t const end = std::min(text.find('\t'), text.size());
    blanks.append(columns_of(text.substr(0, end)), ' ');
    if (end < text.size()) blanks += '\t';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return blanks;
}

}  // namespace

std::optional<StackFrame> stack_frame(std::string_view line) {
  constexpr std::string_view kAt = "    at ";
  if (line.starts_with(kPythonFile)) return python_frame(line.substr(0, line.find('\n')));
  if (line.starts_with('/')) return ruby_frame(line);
  if (!line.starts_with(kAt)) return std::nullopt;
  line.remove_prefix(kAt.size());
  size_t const open = line.ends_with(')') ? line.rfind(" (") : std::string_view::npos;
  if (open == std::string_view::npos)
    return StackFrame{.function = "", .place = place_of(line), .where = std::string(line)};
  auto const where = line.substr(open + 2, line.size() - open - 3);
  return StackFrame{std::string(line.substr(0, open)), place_of(where), std::string(where)};
}

bool is_own(const StackFrame& frame, const std::vector<std::filesystem::path>& others) {
  if (!frame.place) return false;
  auto const& file = frame.place->file.native();
  if (is_of_a_package(file)) return false;
  return std::none_of(others.begin(), others.end(), [&file](const std::filesystem::path& folder) {
    return !folder.empty() && file.starts_with(folder.native() + "/");
  });
}

std::string describe(const SourcePlace& place, const std::filesystem::path& folder) {
  std::string file = place.file.native();
  if (!folder.empty() && file.starts_with(folder.native() + "/")) file.erase(0, folder.native().size() + 1);
  if (place.line > 0) file += fmt::format(":{}", place.line);
  if (place.column > 0) file += fmt::format(":{}", place.column);
  return file;
}

std::vector<std::string> code_at(const SourcePlace& place) {
  auto const found = line_of(place);
  if (!found) return {};
  std::string_view text = *found;
  size_t const indent = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(indent);
  if (text.empty()) return {};
  auto const number = std::to_string(place.line);
  std::vector<std::string> lines{fmt::format("{} │ {}", number, harmless(text))};
  size_t const column = place.column > 0 ? size_t(place.column) - 1 : 0;
  if (column >= indent && column - indent < text.size() && place.column > 0)
    lines.push_back(fmt::format("{} │ {}^", std::string(number.size(), ' '),
                                blank(text.substr(0, bytes_of_units(text, column - indent)))));
  return lines;
}

}  // namespace live
