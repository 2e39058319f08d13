#include "base/json_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace live {
namespace {

size_t line_at(std::string_view text, size_t offset) {
  return 1 + size_t(std::count(text.begin(), text.begin() + ptrdiff_t(std::min(offset, text.size())), '\n'));
}

size_t column_at(std::string_view text, size_t offset) {
  std::string_view const before = text.substr(0, offset);
  return offset - (before.find_last_of('\n') + 1) + 1;  // npos + 1 is 0
}

// Walks over a text that is known to be JSON and notes where each member begins.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  void run() { value(""); }
  std::map<std::string, size_t> lines;
  std::string twice;  // the pointer of a member that is there again

 private:
  void value(const std::string& pointer) {
    skip_space();
    lines.emplace(pointer, line_at(text_, at_));
    if (text_[at_] == '{') {
      members(pointer);
    } else if (text_[at_] == '[') {
      elements(pointer);
    } else if (text_[at_] == '"') {
      string();
    } else {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
  }

  void members(const std::string& pointer) {
    for (++at_; next('}');) {
      size_t const line = line_at(text_, at_);
      auto const member = pointer_to(pointer, string());
      if (!lines.emplace(member, line).second && twice.empty()) {
        twice = member;
        lines[member] = line;
      }
      skip_space();
      ++at_;  // the colon
      value(member);
    }
  }

  void elements(const std::string& pointer) {
    size_t index = 0;
    for (++at_; next(']'); ++index) value(fmt::format("{}/{}", pointer, index));
  }

  // Stands on the next member; false: the end was there, and is behind us.
  bool next(char end) {
    skip_space();
    if (text_[at_] == ',') ++at_;
    skip_space();
    if (text_[at_] != end) return true;
    ++at_;
    return false;
  }

  std::string string() {
    size_t const begin = at_++;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
    return std::string(json::parse(text_.substr(begin, at_ - begin)).get_string());
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size() - 1); }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::string pointer_to(const std::string& parent, std::string_view member) {
  std::string pointer = parent + "/";
  for (char c : member) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

Result<JsonText> JsonText::parse(const std::filesystem::path& file, std::string_view text) {
  JsonText parsed;
  parsed.file_ = file.string();
  json::stream_parser parser;
  boost::system::error_code error;
  size_t const read = parser.write_some(text.data(), text.size(), error);
  size_t const rest = std::min(text.find_first_not_of(" \t\r\n", read), text.size());
  if (!error) parser.finish(error);
  if (!error && rest < text.size()) error = json::make_error_code(json::error::extra_data);
  if (error) {
    size_t const at = error == json::error::extra_data ? rest : read;
    return fault(fmt::format("{}:{}:{}: not JSON: {}", parsed.file_, line_at(text, at), column_at(text, at),
                             error.message()));
  }
  parsed.value_ = parser.release();
  Walk walk(text);
  walk.run();
  parsed.lines_ = std::move(walk.lines);
  if (!walk.twice.empty())
    return fault(fmt::format("{}: \"{}\" is there twice", parsed.place(walk.twice),
                             walk.twice.substr(walk.twice.rfind('/') + 1)));
  return parsed;
}

std::string JsonText::place(const std::string& pointer) const {
  auto const found = lines_.find(pointer);
  return found == lines_.end() ? file_ : fmt::format("{}:{}", file_, found->second);
}

}  // namespace live
