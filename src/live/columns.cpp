#include "live/columns.h"

#include <algorithm>
#include <array>
#include <vector>

namespace live {
namespace {

constexpr char kEscape = '\x1b';
constexpr std::string_view kEllipsis = "…", kReset = "\x1b[0m";

struct Range {
  char32_t first, last;
};
// Unicode's East Asian Width "wide", and emoji; what is rare there counts as narrow.
constexpr std::array kWide{Range{0x1100, 0x115F},   Range{0x2E80, 0xA4CF},   Range{0xAC00, 0xD7A3},
                           Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
                           Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
                           Range{0x1F900, 0x1FAFF}, Range{0x20000, 0x3FFFD}};
constexpr std::array kNone{Range{0x0300, 0x036F}, Range{0x200B, 0x200F}, Range{0xFE00, 0xFE0F}};

bool is_in(const auto& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [point](const Range& one) { return point >= one.first && point <= one.last; });
}

// A character, or a whole escape sequence, at the front of a text.
struct Piece {
  std::string_view text;
  size_t columns = 0;
  enum class Kind { character, colour, link, control } kind = Kind::character;
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

Piece character(std::string_view text) {
  auto const lead = static_cast<unsigned char>(text[0]);
  size_t const wanted = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t point = wanted == 1 ? lead : lead & (0x7Fu >> wanted);
  size_t size = 1;
  for (; size < wanted && size < text.size() && is_continuation(text[size]); ++size)
    point = (point << 6) | (static_cast<unsigned char>(text[size]) & 0x3F);
  bool const is_control = (lead < 0x20 && lead != '\t') || lead == 0x7F || (point >= 0x80 && point < 0xA0);
  if (is_control) return {text.substr(0, size), 0, Piece::Kind::control};
  return {text.substr(0, size), is_in(kNone, point) ? 0u : is_in(kWide, point) ? 2u : 1u};
}

// ESC [ parameters final
Piece control_sequence(std::string_view text) {
  size_t const end = text.find_first_not_of("0123456789:;<=>?!\"#$%&'()*+,-./ ", 2);
  if (end == std::string_view::npos) return {text, 0, Piece::Kind::control};
  bool const is_colour = text[end] == 'm' && text.find_first_not_of("0123456789:;", 2) == end;
  return {text.substr(0, end + 1), 0, is_colour ? Piece::Kind::colour : Piece::Kind::control};
}

// ESC ] … BEL or ESC backslash
Piece command(std::string_view text) {
  size_t const end = text.find_first_of("\a\x1b", 2);
  if (end == std::string_view::npos) return {text, 0, Piece::Kind::control};
  size_t const size = text[end] == '\a' ? end + 1 : std::min(end + 2, text.size());
  bool const is_link = text.starts_with("\x1b]8;");
  return {text.substr(0, size), 0, is_link ? Piece::Kind::link : Piece::Kind::control};
}

Piece front(std::string_view text) {
  if (text[0] != kEscape) return character(text);
  if (text.size() > 1 && text[1] == '[') return control_sequence(text);
  if (text.size() > 1 && text[1] == ']') return command(text);
  return {text.substr(0, 2), 0, Piece::Kind::control};
}

}  // namespace

size_t columns_of(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    auto const piece = front(text);
    columns += piece.columns;
    text.remove_prefix(piece.text.size());
  }
  return columns;
}

std::string shortened_in_the_middle(std::string_view text, size_t most) {
  if (columns_of(text) <= most) return std::string(text);
  if (most <= 1) return std::string(most == 0 ? "" : kEllipsis);
  std::vector<Piece> pieces;
  for (auto rest = text; !rest.empty(); rest.remove_prefix(pieces.back().text.size()))
    pieces.push_back(front(rest));
  size_t const tail_most = (most - 1) / 2;
  std::string head, tail;
  size_t used = 0;
  for (auto at = pieces.rbegin(); at != pieces.rend() && used + at->columns <= tail_most; ++at) {
    tail.insert(0, at->text);
    used += at->columns;
  }
  for (auto at = pieces.begin(); at != pieces.end() && used + at->columns <= most - 1; ++at) {
    head += at->text;
    used += at->columns;
  }
  return head + std::string(kEllipsis) + tail;
}

std::string cut_to_columns(std::string_view text, size_t most) {
  if (columns_of(text) <= most) return std::string(text);
  std::string cut;
  size_t used = 0;
  bool coloured = false;
  while (!text.empty() && most > 0) {
    auto const piece = front(text);
    if (used + piece.columns > most - 1) break;
    coloured = coloured || piece.kind == Piece::Kind::colour;
    cut += piece.text;
    used += piece.columns;
    text.remove_prefix(piece.text.size());
  }
  if (most > 0) cut += kEllipsis;
  return coloured ? cut + std::string(kReset) : cut;
}

bool is_harmless(std::string_view line) {
  return std::none_of(line.begin(), line.end(), [](char one) {
    auto const byte = static_cast<unsigned char>(one);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F || byte == 0xC2;  // C2: of U+0080 to U+009F
  });
}

std::string harmless(std::string_view line) {
  if (is_harmless(line)) return std::string(line);
  std::string text;
  bool coloured = false, linked = false;
  while (!line.empty()) {
    auto const piece = front(line);
    coloured = coloured || piece.kind == Piece::Kind::colour;
    linked = linked || piece.kind == Piece::Kind::link;
    if (piece.kind != Piece::Kind::control) text += piece.text;
    line.remove_prefix(piece.text.size());
  }
  if (linked) text += "\x1b]8;;\x1b\\";
  if (coloured) text += kReset;
  return text;
}

}  // namespace live
