#include "cloud/iam/policy_pattern.h"

#include <algorithm>

namespace live::cloud {

namespace {

constexpr char16_t one = 0x100, many = 0x101;

char16_t code_of(char c) { return static_cast<unsigned char>(c); }

char16_t lower(char16_t c) { return c >= 'A' && c <= 'Z' ? static_cast<char16_t>(c - 'A' + 'a') : c; }

bool same(char16_t wanted, char actual, Pattern::Case letters) {
  if (wanted == one) return true;
  auto other = code_of(actual);
  return letters == Pattern::Case::same ? wanted == other : lower(wanted) == lower(other);
}

// Goes back to the last "*" only: linear but for patterns with many of them, never exponential.
bool glob(std::u16string_view pattern, std::string_view text, Pattern::Case letters) {
  size_t at = 0, star = pattern.npos, taken = 0;
  for (size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == many) {
      star = at++;
      taken = i;
    } else if (at < pattern.size() && same(pattern[at], text[i], letters)) {
      ++at, ++i;
    } else if (star != pattern.npos) {
      at = star + 1;
      i = ++taken;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == many) ++at;
  return at == pattern.size();
}

struct Reference {  // what stands between "${" and "}"
  std::string key;
  std::optional<std::string> otherwise;
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Reference reference_of(std::string_view inner) {
  auto comma = inner.find(',');
  Reference made{.key = std::string(trimmed(inner.substr(0, comma)))};
  if (comma == inner.npos) return made;
  auto quoted = trimmed(inner.substr(comma + 1));
  if (quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'')
    made.otherwise = std::string(quoted.substr(1, quoted.size() - 2));
  return made;
}

}  // namespace

bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lower(code_of(x)) == lower(code_of(y));
         });
}

Pattern Pattern::compile(std::string_view text, Wildcards wildcards, Variables variables) {
  Pattern made;
  made.everything_ = text == "*" && wildcards == Wildcards::active;
  for (size_t i = 0; i < text.size(); ++i) {
    auto end = text.substr(i).starts_with("${") ? text.find('}', i) : text.npos;
    if (variables == Variables::active && end != text.npos) {
      auto inner = text.substr(i + 2, end - i - 2);
      if (inner == "*" || inner == "?" || inner == "$") {
        made.code_ += code_of(inner[0]);
      } else {
        auto reference = reference_of(inner);
        made.variables_.push_back(
            {made.code_.size(), std::move(reference.key), std::move(reference.otherwise)});
      }
      i = end;
      continue;
    }
    bool wild = wildcards == Wildcards::active;
    made.code_ += wild && text[i] == '*' ? many : wild && text[i] == '?' ? one : code_of(text[i]);
  }
  return made;
}

std::optional<std::u16string> Pattern::expanded(const Context& context) const {
  std::u16string whole;
  size_t from = 0;
  for (auto& variable : variables_) {
    whole.append(code_, from, variable.at - from);
    from = variable.at;
    auto values = context.values(variable.key);
    if (values.size() != 1 && !variable.otherwise) return std::nullopt;
    for (char c : values.size() == 1 ? values[0] : *variable.otherwise) whole += code_of(c);
  }
  whole.append(code_, from);
  return whole;
}

bool Pattern::matches(std::string_view text, const Context& context, Case letters) const {
  if (everything_) return true;
  if (variables_.empty()) return glob(code_, text, letters);
  auto whole = expanded(context);
  return whole && glob(*whole, text, letters);
}

std::optional<std::string> Pattern::text(const Context& context) const {
  auto whole = expanded(context);
  if (!whole) return std::nullopt;
  std::string text;
  for (auto code : *whole) text += code == many ? '*' : code == one ? '?' : static_cast<char>(code);
  return text;
}

ArnPattern ArnPattern::compile(std::string_view text, Pattern::Variables variables) {
  ArnPattern made;
  made.everything_ = text == "*";
  for (size_t part = 0; part < made.parts_.size(); ++part) {
    bool last = part + 1 == made.parts_.size();
    size_t end = 0;
    bool inside = false;  // of ${…}, whose default may hold a colon
    for (; end < text.size() && (last || inside || text[end] != ':'); ++end) {
      if (text.substr(end).starts_with("${")) inside = true;
      if (text[end] == '}') inside = false;
    }
    made.parts_[part] = Pattern::compile(text.substr(0, end), Pattern::Wildcards::active, variables);
    bool over = end >= text.size();
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!over) continue;
    for (++part; part < made.parts_.size(); ++part)
      made.parts_[part] = Pattern::compile("*", Pattern::Wildcards::active, variables);
  }
  return made;
}

bool ArnPattern::matches(std::string_view arn, const Context& context) const {
  if (everything_) return true;
  for (size_t part = 0; part < parts_.size(); ++part) {
    auto end = part + 1 == parts_.size() ? arn.size() : std::min(arn.find(':'), arn.size());
    if (!parts_[part].matches(arn.substr(0, end), context)) return false;
    arn.remove_prefix(std::min(end + 1, arn.size()));
  }
  return true;
}

}  // namespace live::cloud
