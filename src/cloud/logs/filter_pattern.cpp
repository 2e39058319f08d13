#include "cloud/logs/filter_pattern.h"

#include <algorithm>

#include <fmt/format.h>

#include "cloud/logs/filter_condition.h"

namespace live::cloud {
namespace {

constexpr size_t kLongest = 1024;  // CloudWatch Logs quota

struct Terms {
  std::vector<std::string> all, any, none;

  bool match(std::string_view message) const {
    auto const holds = [message](const std::string& word) { return message.find(word) != message.npos; };
    if (!std::ranges::all_of(all, holds) || !std::ranges::none_of(none, holds)) return false;
    bool const optional_count = all.empty() && none.empty() && !any.empty();
    return !optional_count || std::ranges::any_of(any, holds);
  }
};

struct Field {
  std::optional<FilterCondition> condition;  // none: whatever it is
};

// "…" is as many words as are left over. Without it the last field has the rest of the line.
struct Fields {
  std::vector<Field> before, after;
  bool has_ellipsis = false;

  bool match(std::string_view message) const;
};

// Between brackets and between double quotes is one word.
std::vector<std::string_view> words_of(std::string_view message) {
  std::vector<std::string_view> words;
  for (size_t at = 0; (at = message.find_first_not_of(" \t\r\n", at)) != message.npos;) {
    char const first = message[at], closing = first == '[' ? ']' : first == '"' ? '"' : ' ';
    bool const enclosed = closing != ' ' && message.find(closing, at + 1) != message.npos;
    if (enclosed) ++at;
    auto const end =
        enclosed ? message.find(closing, at) : std::min(message.find_first_of(" \t\r\n", at), message.size());
    words.push_back(message.substr(at, end - at));
    at = end + (enclosed ? 1 : 0);
  }
  return words;
}

bool holds(const Field& field, std::string_view word) {
  return !field.condition || field.condition->holds(word);
}

bool Fields::match(std::string_view message) const {
  auto words = words_of(message);
  size_t const wanted = before.size() + after.size();
  if (words.size() < wanted) return false;
  if (!has_ellipsis && words.size() > wanted && wanted > 0) {
    auto const* const rest = words[wanted - 1].data();
    words[wanted - 1] = message.substr(size_t(rest - message.data()));
  }
  for (size_t i = 0; i < before.size(); ++i)
    if (!holds(before[i], words[i])) return false;
  for (size_t i = 0; i < after.size(); ++i)
    if (!holds(after[i], words[words.size() - after.size() + i])) return false;
  return true;
}

bool matches_json(const FilterCondition& condition, std::string_view message) {
  auto const begin = message.find_first_not_of(" \t\r\n");
  if (begin == message.npos || (message[begin] != '{' && message[begin] != '[')) return false;
  boost::system::error_code error;
  auto const event = json::parse(message, error);
  return !error && condition.holds(event);
}

ApiError invalid(const std::string& why) {
  return api_error(400, "InvalidParameterException", fmt::format("Invalid filter pattern: {}", why));
}

}  // namespace

struct FilterPattern::Form {
  std::variant<Terms, RegularExpression, FilterCondition, Fields> value;
};

namespace {

using Value = decltype(FilterPattern::Form::value);

ApiResult<Value> parse_terms(std::string_view text) {
  Terms terms;
  for (size_t at = 0; (at = text.find_first_not_of(" \t\r\n", at)) != text.npos;) {
    auto* into = &terms.all;
    if (text[at] == '?') into = &terms.any;
    if (text[at] == '-') into = &terms.none;
    if (into != &terms.all) ++at;
    bool const quoted = at < text.size() && text[at] == '"';
    if (quoted) ++at;
    auto const end = quoted ? text.find('"', at) : std::min(text.find_first_of(" \t\r\n", at), text.size());
    if (end == text.npos) return invalid("the closing \" is missing");
    if (end > at) into->emplace_back(text.substr(at, end - at));
    at = end + (quoted ? 1 : 0);
  }
  // " " is AWS's own example of a pattern that matches everything.
  std::erase_if(terms.all, [](auto const& one) { return one.find_first_not_of(' ') == one.npos; });
  return Value(std::move(terms));
}

ApiResult<Value> parse_expression(std::string_view text) {
  auto expression = RegularExpression::parse(text.substr(1, text.size() - 2));
  if (!expression) return invalid("CloudWatch Logs does not support this regular expression");
  return Value(std::move(*expression));
}

ApiResult<Value> parse_json_condition(std::string_view text) {
  FilterReader reader(text);
  reader.take("{");
  auto condition = reader.condition(FilterReader::Subject::json);
  if (condition && !reader.take("}")) condition = reader.expected("\"}\", && or ||");
  if (condition && !reader.at_end()) condition = reader.expected("the end");
  if (!condition) return invalid(reader.error());
  return Value(std::move(*condition));
}

// "status = 4* || status = 5*", "(w1 = a)", or a name alone.
std::optional<Field> parse_field(FilterReader& reader) {
  auto ahead = reader;
  while (ahead.take("(")) {
  }
  auto const name = ahead.name();
  if (!name) return reader.expected("a field's name or \"...\"");
  if (ahead.is_at_comparison()) {
    auto condition = reader.condition(FilterReader::Subject::word, *name);
    if (!condition) return std::nullopt;
    return Field{std::move(condition)};
  }
  reader.name();
  return Field{};
}

ApiResult<Value> parse_fields(std::string_view text) {
  FilterReader reader(text);
  reader.take("[");
  Fields fields;
  do {
    if (reader.take("...")) {
      if (std::exchange(fields.has_ellipsis, true)) return invalid("\"...\" may stand there once");
      continue;
    }
    auto field = parse_field(reader);
    if (!field) return invalid(reader.error());
    (fields.has_ellipsis ? fields.after : fields.before).push_back(std::move(*field));
  } while (reader.take(","));
  if (!reader.take("]") || !reader.at_end()) {
    reader.expected("\",\" or \"]\" at the end");
    return invalid(reader.error());
  }
  return Value(std::move(fields));
}

ApiResult<Value> parse_value(std::string_view text) {
  if (text.starts_with('{')) return parse_json_condition(text);
  if (text.starts_with('[')) return parse_fields(text);
  if (text.size() > 1 && text.starts_with('%') && text.ends_with('%')) return parse_expression(text);
  return parse_terms(text);
}

}  // namespace

ApiResult<FilterPattern> FilterPattern::parse(std::string_view text) {
  if (text.size() > kLongest) return invalid(fmt::format("it has more than {} characters", kLongest));
  auto const begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  auto const end = text.find_last_not_of(" \t\r\n") + 1;
  LIVE_API_TRY(auto value, parse_value(begin < end ? text.substr(begin, end - begin) : ""));
  return FilterPattern(std::make_shared<const Form>(Form{std::move(value)}));
}

bool FilterPattern::matches(std::string_view message) const {
  if (auto const* terms = std::get_if<Terms>(&form_->value)) return terms->match(message);
  if (auto const* expression = std::get_if<RegularExpression>(&form_->value))
    return expression->is_found_in(message);
  if (auto const* condition = std::get_if<FilterCondition>(&form_->value))
    return matches_json(*condition, message);
  return std::get<Fields>(form_->value).match(message);
}

}  // namespace live::cloud
