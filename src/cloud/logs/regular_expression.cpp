#include "cloud/logs/regular_expression.h"

#include <algorithm>
#include <charconv>

namespace live::cloud {
namespace {

constexpr size_t kMostSteps = 2'000;  // after {m,n} is written out
constexpr std::string_view kSymbols = ":_#=@/;,- ";
constexpr std::string_view kOperators = "^$?[]{}|\\*+.";

bool is_word(unsigned char c) { return std::isalnum(c) || c == '_'; }
bool is_space(unsigned char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool is_plain(unsigned char c) {
  return c < 128 && (std::isalnum(c) || kSymbols.find(char(c)) != std::string_view::npos);
}

}  // namespace

class RegularExpression::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<RegularExpression> run() {
    RegularExpression made;
    made.alternatives_.emplace_back();
    while (at_ < text_.size()) {
      if (take('|')) {
        made.alternatives_.emplace_back();
      } else if (!term(made.alternatives_.back())) {
        return std::nullopt;
      } else if (++steps_ > kMostSteps) {
        return std::nullopt;
      }
    }
    return made;
  }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool term(Alternative& into) {
    if (take('^')) return add(into, {Step::Kind::at_begin});
    if (take('$')) return add(into, {Step::Kind::at_end});
    auto const characters = atom();
    return characters && repeat(into, *characters);
  }

  bool add(Alternative& into, Step step) {
    into.push_back(step);
    return true;
  }

  std::optional<Characters> atom() {
    if (take('[')) return set();
    if (take('.')) return ~Characters();
    if (take('\\')) return escaped();
    unsigned char const c = static_cast<unsigned char>(text_[at_]);
    if (!is_plain(c)) return std::nullopt;
    ++at_;
    return Characters().set(c);
  }

  std::optional<Characters> escaped() {
    if (at_ == text_.size()) return std::nullopt;
    unsigned char const c = static_cast<unsigned char>(text_[at_++]);
    Characters found;
    auto const all = [&found](auto const& belongs) {
      for (size_t i = 0; i < 256; ++i) found.set(i, belongs(static_cast<unsigned char>(i)));
    };
    switch (c) {
      case 'd':
      case 'D':
        all(is_digit);
        break;
      case 's':
      case 'S':
        all(is_space);
        break;
      case 'w':
      case 'W':
        all(is_word);
        break;
      case 'x':
        return by_number();
      default:
        if (c >= 128 || std::isalnum(c)) return std::nullopt;
        return Characters().set(c);
    }
    return std::isupper(c) ? ~found : found;
  }

  std::optional<Characters> by_number() {
    unsigned value = 0;
    auto const digits = text_.substr(at_, 2);
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() < 2 || error != std::errc() || end != digits.data() + 2) return std::nullopt;
    at_ += 2;
    return Characters().set(value);
  }

  std::optional<Characters> set() {
    bool const inverted = take('^');
    Characters all;
    for (bool first = true; first || !take(']'); first = false) {
      auto const from = member();
      if (!from) return std::nullopt;
      all |= *from;
      bool const is_range = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
      if (!is_range) continue;
      ++at_;
      auto const to = member();
      if (!to || from->count() != 1 || to->count() != 1) return std::nullopt;
      if (first_of(*from) > first_of(*to)) return std::nullopt;
      for (size_t i = first_of(*from); i <= first_of(*to); ++i) all.set(i);
    }
    return inverted ? ~all : all;
  }

  std::optional<Characters> member() {
    if (at_ == text_.size()) return std::nullopt;
    if (take('\\')) return escaped();
    unsigned char const c = static_cast<unsigned char>(text_[at_]);
    if (!is_plain(c) && (c == '[' || c == ']' || kOperators.find(char(c)) == std::string_view::npos))
      return std::nullopt;
    ++at_;
    return Characters().set(c);
  }

  static size_t first_of(const Characters& one) {
    size_t at = 0;
    while (!one.test(at)) ++at;
    return at;
  }

  bool repeat(Alternative& into, const Characters& characters) {
    size_t least = 1, most = 1;
    bool endless = false;
    if (take('*')) {
      least = most = 0;
      endless = true;
    } else if (take('+')) {
      endless = true;
    } else if (take('?')) {
      least = 0;
    } else if (take('{') && !bounds(least, most, endless)) {
      return false;
    }
    steps_ += most;
    if (steps_ > kMostSteps) return false;
    for (size_t i = 0; i < most; ++i)
      into.push_back({i < least ? Step::Kind::once : Step::Kind::optional, characters});
    if (endless) into.push_back({Step::Kind::repeated, characters});
    return true;
  }

  // "3}", "3,}", ",5}" or "3,5}".
  bool bounds(size_t& least, size_t& most, bool& endless) {
    auto const from = number();
    bool const comma = take(',');
    auto const to = comma ? number() : from;
    if (!take('}') || (!from && !to)) return false;
    least = from.value_or(0);
    most = to.value_or(least);
    endless = comma && !to;
    return least <= most && most <= kMostSteps;
  }

  std::optional<size_t> number() {
    size_t value = 0;
    auto const [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    at_ = size_t(end - text_.data());
    return value;
  }

  std::string_view text_;
  size_t at_ = 0, steps_ = 0;
};

std::optional<RegularExpression> RegularExpression::parse(std::string_view text) {
  return Parser(text).run();
}

bool RegularExpression::is_found_in(std::string_view text) const {
  return std::ranges::any_of(alternatives_, [text](auto const& one) { return is_found(one, text); });
}

// All places in the expression at which a match that is under way can be, from character to character.
bool RegularExpression::is_found(const Alternative& steps, std::string_view text) {
  std::vector<char> here(steps.size() + 1), next(steps.size() + 1);
  for (size_t at = 0;; ++at) {
    here[0] = 1;
    std::ranges::fill(next, char(0));
    for (size_t i = 0; i < steps.size(); ++i) {
      if (!here[i]) continue;
      auto const kind = steps[i].kind;
      bool const passes = kind == Step::Kind::optional || kind == Step::Kind::repeated ||
                          (kind == Step::Kind::at_begin && at == 0) ||
                          (kind == Step::Kind::at_end && at == text.size());
      if (passes) here[i + 1] = 1;
      bool const takes = at < text.size() && steps[i].characters.test(static_cast<unsigned char>(text[at]));
      if (takes) next[kind == Step::Kind::repeated ? i : i + 1] = 1;
    }
    if (here[steps.size()]) return true;
    if (at == text.size()) return false;
    std::swap(here, next);
  }
}

}  // namespace live::cloud
