#include "base/json_edit.h"

#include <vector>

#include <fmt/format.h>

namespace live {
namespace {

struct Span {
  size_t begin = 0, end = 0;
};

struct Member {
  std::string key;
  size_t key_at = 0;
  Span value;
};

constexpr std::string_view kSpace = " \t\r\n";

// Walks over a text that is known to be JSON.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  // Of the object that begins at `open`.
  std::vector<Member> members(size_t open) {
    std::vector<Member> found;
    for (at_ = open + 1; skip_space() != '}';) {
      if (text_[at_] == ',') ++at_;
      if (skip_space() == '}') break;
      Member member{.key = {}, .key_at = at_, .value = {}};
      auto const key = value();
      member.key = std::string(json::parse(text_.substr(key.begin, key.end - key.begin)).get_string());
      skip_space();
      ++at_;  // the colon
      skip_space();
      member.value = value();
      found.push_back(std::move(member));
    }
    close_ = at_;
    return found;
  }
  // Of the array that begins at `open`.
  std::vector<Span> elements(size_t open) {
    std::vector<Span> found;
    for (at_ = open + 1; skip_space() != ']';) {
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      found.push_back(value());
    }
    close_ = at_;
    return found;
  }
  // Whether one more may follow what ends there.
  bool comma_follows(size_t end) {
    at_ = end;
    return skip_space() == ',';
  }
  size_t begin() {  // of the whole
    at_ = 0;
    skip_space();
    return at_;
  }
  size_t close() const { return close_; }  // of the object that was read last

 private:
  char skip_space() {
    do at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
    while (skip_comment());
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool skip_comment() {
    auto const rest = text_.substr(at_);
    bool const is_line = rest.starts_with("//");
    if (!is_line && !rest.starts_with("/*")) return false;
    auto const end = is_line ? text_.find('\n', at_) : text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + (is_line ? 1 : 2);
    return true;
  }

  Span value() {
    size_t const begin = at_;
    if (text_[at_] == '"') return {begin, string()};
    if (text_[at_] != '{' && text_[at_] != '[') {
      at_ = std::min(text_.find_first_of(",]}/ \t\r\n", at_), text_.size());
      return {begin, at_};
    }
    for (int depth = 0;;) {
      char const c = text_[at_];
      if (c == '"') {
        string();
        continue;
      }
      if (skip_comment()) continue;
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      ++at_;
      if (depth == 0) return {begin, at_};
    }
  }

  size_t string() {
    for (++at_; text_[at_] != '"';) at_ += text_[at_] == '\\' ? 2 : 1;
    return ++at_;
  }

  std::string_view text_;
  size_t at_ = 0, close_ = 0;
};

const Member* find(const std::vector<Member>& members, std::string_view key) {
  for (auto const& one : members)
    if (one.key == key) return &one;
  return nullptr;
}

// What stands before the first member: "\n  ", or nothing where all is in one line.
std::string_view lead(std::string_view text, size_t open, const std::vector<Member>& members) {
  return members.empty() ? std::string_view() : text.substr(open + 1, members.front().key_at - open - 1);
}

std::string quoted(std::string_view text) { return json::serialize(json::string(text)); }

// How far one more level is indented: by what the top's members are.
std::string deeper(std::string_view lead) {
  auto const line = lead.rfind('\n');
  return line == std::string_view::npos ? std::string(lead)
                                        : std::string(lead) + std::string(lead.substr(line + 1));
}

struct Place {
  size_t open = 0;        // of the object
  std::string otherwise;  // its members' lead when it has none yet
  std::string end;        // then what stands before its closing brace
};

// The line's beginning that stands before a member: "\n  ".
std::string line_of(std::string_view text, size_t at) {
  size_t const line = text.substr(0, at).rfind('\n');
  if (line == std::string_view::npos) return " ";
  auto const indent = text.substr(line + 1, at - line - 1);
  return "\n" + std::string(indent.substr(0, indent.find_first_not_of(" \t")));
}

std::string indented(const json::value& value, const std::string& line) {
  std::string made;
  auto const text = pretty_json(value);
  for (char const c : std::string_view(text).substr(0, text.size() - 1))
    if (c == '\n')
      made += line;
    else
      made += c;
  return made;
}

// Behind what stands before a closing bracket, its comments too.
std::string insert_before(std::string text, size_t close, const std::string& what) {
  size_t const last = text.find_last_not_of(kSpace, close - 1);
  return text.insert(last + 1, what);
}

// One more, behind the last one, which ends at `end`.
std::string insert(Scan& scan, std::string text, size_t end, size_t close, const std::string& what) {
  bool const has_comma = scan.comma_follows(end);
  auto made = insert_before(std::move(text), close, what);
  if (!has_comma) made.insert(end, ",");
  return made;
}

std::string put(std::string_view text, const Place& place, std::string_view key, const std::string& value) {
  Scan scan(text);
  auto const members = scan.members(place.open);
  std::string made(text);
  if (auto const* there = find(members, key))
    return made.replace(there->value.begin, there->value.end - there->value.begin, value);
  auto const line = quoted(key) + ": " + value;
  if (!members.empty())
    return made.insert(members.back().value.end, "," + std::string(lead(text, place.open, members)) + line);
  return made.replace(place.open + 1, scan.close() - place.open - 1, place.otherwise + line + place.end);
}

}  // namespace

Result<std::string> with_member(std::string_view text, std::string_view parent, std::string_view key,
                                const json::value& value) {
  LIVE_TRY(auto const whole, parse_json_object(text));
  size_t const open = text.find('{');
  Scan scan(text);
  auto const members = scan.members(open);
  auto const own = members.empty() ? std::string("\n  ") : std::string(lead(text, open, members));
  auto const end = own.find('\n') == std::string::npos ? std::string() : std::string("\n");
  auto const serialized = json::serialize(value);
  Place const top{open, own, end};
  if (parent.empty()) return put(text, top, key, serialized);
  auto const inner = deeper(own), inner_end = own.find('\n') == std::string::npos ? std::string() : own;
  auto const* there = find(members, parent);
  if (!there) return put(text, top, parent, "{" + inner + quoted(key) + ": " + serialized + inner_end + "}");
  if (text[there->value.begin] != '{') return fault(fmt::format("\"{}\" is not an object", parent));
  return put(text, {there->value.begin, inner, inner_end}, key, serialized);
}

Result<json::object> parse_commented_json(std::string_view text) {
  json::parse_options options;
  options.allow_comments = options.allow_trailing_commas = true;
  boost::system::error_code error;
  auto parsed = json::parse(text, error, {}, options);
  if (error) return fault("not JSON: " + error.message());
  if (!parsed.is_object()) return fault("not a JSON object");
  return std::move(parsed.get_object());
}

Result<std::string> with_element(std::string_view text, std::string_view array, const json::value& element) {
  LIVE_TRY(auto const whole, parse_commented_json(text));
  Scan scan(text);
  size_t const open = scan.begin();
  auto const members = scan.members(open);
  size_t const end_of_whole = scan.close();
  auto const own = members.empty() ? std::string("\n  ") : line_of(text, members.front().key_at);
  auto const inner = deeper(own);
  auto const added = inner + indented(element, inner);
  std::string made(text);
  auto const* there = find(members, array);
  if (!there) {
    auto const member = own + quoted(array) + ": [" + added + own + "]";
    if (members.empty()) return made.replace(open + 1, end_of_whole - open - 1, member + "\n");
    size_t const end = members.back().value.end;
    return insert(scan, std::move(made), end, end_of_whole, member);
  }
  if (text[there->value.begin] != '[') return fault(fmt::format("\"{}\" is not an array", array));
  auto const elements = scan.elements(there->value.begin);
  size_t const close = scan.close();
  if (elements.empty()) return insert_before(std::move(made), close, added + own);
  return insert(scan, std::move(made), elements.back().end, close, added);
}

}  // namespace live
