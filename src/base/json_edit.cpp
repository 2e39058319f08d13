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
      skip_space();
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
  size_t close() const { return close_; }  // of the object that was read last

 private:
  char skip_space() {
    at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  Span value() {
    size_t const begin = at_;
    if (text_[at_] == '"') return {begin, string()};
    if (text_[at_] != '{' && text_[at_] != '[') {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
      return {begin, at_};
    }
    for (int depth = 0;;) {
      char const c = text_[at_];
      if (c == '"') {
        string();
        continue;
      }
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

}  // namespace live
