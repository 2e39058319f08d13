#include "cloud/logs/filter_condition.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace live::cloud {
namespace {

// CloudWatch Logs quotas, and one of ours: how deep parentheses go.
constexpr size_t kMostExpressions = 2, kMostWildcards = 3, kDeepest = 100;

bool is_of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }
bool is_of_operand(char c) {
  return static_cast<unsigned char>(c) > ' ' &&
         std::string_view("=!<>()&|,]}\"%").find(c) == std::string_view::npos;
}

bool matches_wildcards(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool is_equal(std::string_view text, std::optional<double> number, const FilterOperand& with) {
  if (with.expression) return with.expression->is_found_in(text);
  if (with.number && number) return *number == *with.number;
  return matches_wildcards(with.text, text);
}

std::optional<double> number_of(const json::value& value) {
  if (auto const* whole = value.if_int64()) return double(*whole);
  if (auto const* large = value.if_uint64()) return double(*large);
  if (auto const* real = value.if_double()) return *real;
  return std::nullopt;
}

bool value_compares(const json::value& value, Comparison how, const FilterOperand& with) {
  if (value.is_object() || value.is_array() || value.is_null()) return false;
  auto const number = number_of(value);
  auto const* text = value.if_string();
  return cloud::compares(text ? std::string(*text) : json::serialize(value), number, how, with);
}

void follow(const FilterSelector::Step& step, const json::value& from, std::vector<const json::value*>& to) {
  auto const* object = from.if_object();
  auto const* array = from.if_array();
  if (auto const* name = std::get_if<std::string>(&step.to)) {
    if (auto const* member = object ? object->if_contains(*name) : nullptr) to.push_back(member);
  } else if (auto const* index = std::get_if<size_t>(&step.to)) {
    if (array && *index < array->size()) to.push_back(&(*array)[*index]);
  } else if (object) {
    for (auto const& [name_of_any, member] : *object) to.push_back(&member);
  } else if (array) {
    for (auto const& element : *array) to.push_back(&element);
  }
}

}  // namespace

std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool const whole = error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool compares(std::string_view text, std::optional<double> number, Comparison how,
              const FilterOperand& with) {
  if (how == Comparison::equal) return is_equal(text, number, with);
  if (how == Comparison::different) return !is_equal(text, number, with);
  if (!number || !with.number) return false;
  switch (how) {
    case Comparison::less:
      return *number < *with.number;
    case Comparison::at_most:
      return *number <= *with.number;
    case Comparison::more:
      return *number > *with.number;
    default:
      return *number >= *with.number;
  }
}

std::vector<const json::value*> FilterSelector::in(const json::value& event) const {
  std::vector<const json::value*> here{&event};
  for (auto const& step : steps) {
    std::vector<const json::value*> next;
    for (auto const* one : here) follow(step, *one, next);
    here = std::move(next);
  }
  return here;
}

bool FilterCondition::holds(const json::value& event) const {
  auto const part_holds = [&event](auto const& part) { return part.holds(event); };
  if (kind == Kind::all) return std::ranges::all_of(parts, part_holds);
  if (kind == Kind::any) return std::ranges::any_of(parts, part_holds);
  auto const found = selector.in(event);
  if (kind == Kind::does_not_exist) return found.empty();
  return std::ranges::any_of(found, [this](auto const* value) {
    if (kind == Kind::is_null) return value->is_null();
    if (kind == Kind::is_true) return *value == json::value(true);
    if (kind == Kind::is_false) return *value == json::value(false);
    return value_compares(*value, comparison, operand);
  });
}

bool FilterCondition::holds(std::string_view word) const {
  auto const part_holds = [word](auto const& part) { return part.holds(word); };
  if (kind == Kind::all) return std::ranges::all_of(parts, part_holds);
  if (kind == Kind::any) return std::ranges::any_of(parts, part_holds);
  return compares(word, number_in(word), comparison, operand);
}

std::nullopt_t FilterReader::expected(std::string what) {
  if (error_.empty()) error_ = fmt::format("{} is expected at character {}", what, at_ + 1);
  return std::nullopt;
}

std::string FilterReader::error() const { return error_; }

void FilterReader::skip_spaces() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

bool FilterReader::take(std::string_view token) {
  skip_spaces();
  if (!text_.substr(at_).starts_with(token)) return false;
  at_ += token.size();
  return true;
}

bool FilterReader::at_end() {
  skip_spaces();
  return at_ == text_.size();
}

bool FilterReader::is_at_comparison() {
  skip_spaces();
  return at_ < text_.size() && std::string_view("=!<>").find(text_[at_]) != std::string_view::npos;
}

std::string_view FilterReader::run_of(bool (*belongs)(char)) {
  auto const begin = at_;
  while (at_ < text_.size() && belongs(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

std::optional<std::string> FilterReader::name() {
  skip_spaces();
  auto const found = run_of(is_of_name);
  if (found.empty()) return std::nullopt;
  return std::string(found);
}

std::optional<FilterCondition> FilterReader::condition(Subject subject, std::string_view field) {
  if (++depth_ > kDeepest) return expected("no further parenthesis");
  auto made = joined(subject, field, "||");
  --depth_;
  return made;
}

// && binds closer than ||.
std::optional<FilterCondition> FilterReader::joined(Subject subject, std::string_view field,
                                                    std::string_view by) {
  bool const outer = by == "||";
  FilterCondition made{.kind = outer ? FilterCondition::Kind::any : FilterCondition::Kind::all};
  do {
    auto part = outer ? joined(subject, field, "&&") : single(subject, field);
    if (!part) return std::nullopt;
    made.parts.push_back(std::move(*part));
  } while (take(by));
  if (made.parts.size() > 1) return made;
  auto only = std::move(made.parts.front());
  return only;
}

std::optional<FilterCondition> FilterReader::single(Subject subject, std::string_view field) {
  if (take("(")) {
    auto inner = condition(subject, field);
    if (inner && !take(")")) return expected("\")\"");
    return inner;
  }
  if (subject == Subject::json) return of_selector();
  if (!is_at_comparison()) {
    auto const named = name();
    if (!named || *named != field) return expected(fmt::format("a condition of the field {}", field));
  }
  FilterCondition made{.kind = FilterCondition::Kind::comparison};
  auto const how = comparison();
  if (!how) return std::nullopt;
  auto with = operand();
  if (!with) return std::nullopt;
  made.comparison = *how;
  made.operand = std::move(*with);
  return made;
}

std::optional<FilterCondition> FilterReader::of_selector() {
  FilterCondition made;
  auto subject = selector();
  if (!subject) return std::nullopt;
  made.selector = std::move(*subject);
  if (take("NOT EXISTS")) {
    made.kind = FilterCondition::Kind::does_not_exist;
    return made;
  }
  if (take("IS")) {
    if (take("NULL")) {
      made.kind = FilterCondition::Kind::is_null;
    } else if (take("TRUE")) {
      made.kind = FilterCondition::Kind::is_true;
    } else if (take("FALSE")) {
      made.kind = FilterCondition::Kind::is_false;
    } else {
      return expected("NULL, TRUE or FALSE");
    }
    return made;
  }
  auto const how = comparison();
  if (!how) return std::nullopt;
  auto with = operand();
  if (!with) return std::nullopt;
  made.kind = FilterCondition::Kind::comparison;
  made.comparison = *how;
  made.operand = std::move(*with);
  return made;
}

std::optional<FilterSelector> FilterReader::selector() {
  if (!take("$")) return expected("a selector that begins with \"$\"");
  FilterSelector made;
  auto const is_next = [this](std::string_view text) { return text_.substr(at_).starts_with(text); };
  size_t wildcards = 0;
  while (is_next(".") || is_next("[")) {
    bool const dot = is_next(".");
    if (dot) ++at_;
    FilterSelector::Step step;
    if (is_next("[")) {
      auto inner = step_in_brackets();
      if (!inner) return std::nullopt;
      step = std::move(*inner);
    } else if (is_next("*")) {
      ++at_;
    } else {
      auto const member = run_of(is_of_name);
      if (member.empty()) return expected("a member's name");
      step.to = std::string(member);
    }
    if (step.to.index() == 0 && (++wildcards > 1 || ++wildcards_ > kMostWildcards))
      return expected("at most one \"*\" in a selector and three in all");
    made.steps.push_back(std::move(step));
  }
  if (made.steps.empty()) return expected("\".\" or \"[\"");
  return made;
}

std::optional<FilterSelector::Step> FilterReader::step_in_brackets() {
  ++at_;  // "["
  FilterSelector::Step step;
  skip_spaces();
  if (take("*")) {
  } else if (take("'")) {
    auto named = quoted('\'');
    if (!named) return std::nullopt;
    step.to = std::move(*named);
  } else if (take("\"")) {
    auto named = quoted('"');
    if (!named) return std::nullopt;
    step.to = std::move(*named);
  } else {
    size_t index = 0;
    auto const [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), index);
    if (error != std::errc()) return expected("an index, a name in quotes or \"*\"");
    at_ = size_t(end - text_.data());
    step.to = index;
  }
  if (!take("]")) return expected("\"]\"");
  return step;
}

std::optional<Comparison> FilterReader::comparison() {
  if (take("!=")) return Comparison::different;
  if (take("<=")) return Comparison::at_most;
  if (take(">=")) return Comparison::at_least;
  if (take("=")) return Comparison::equal;
  if (take("<")) return Comparison::less;
  if (take(">")) return Comparison::more;
  return expected("=, !=, <, <=, > or >=");
}

std::optional<FilterOperand> FilterReader::operand() {
  FilterOperand made;
  if (take("%")) {
    auto const end = text_.find('%', at_);
    if (end == std::string_view::npos) return expected("\"%\" at the end of the regular expression");
    made.expression = RegularExpression::parse(text_.substr(at_, end - at_));
    if (!made.expression || ++expressions_ > kMostExpressions)
      return expected("a regular expression that CloudWatch Logs supports, and at most two of them,");
    at_ = end + 1;
    return made;
  }
  if (take("\"")) {
    auto text = quoted('"');
    if (!text) return std::nullopt;
    made.text = std::move(*text);
    return made;
  }
  made.text = run_of(is_of_operand);
  if (made.text.empty()) return expected("a value");
  made.number = number_in(made.text);
  return made;
}

std::optional<std::string> FilterReader::quoted(char quote) {
  std::string text;
  for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    text += text_[at_];
  }
  if (at_ == text_.size()) return expected(fmt::format("the closing {}", quote));
  ++at_;
  return text;
}

}  // namespace live::cloud
