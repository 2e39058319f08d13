// Regular expressions as CloudWatch Logs takes them between percent signs: ASCII, without groups, so that a
// match takes time in proportion to text and expression, whatever they are.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live::cloud {

class RegularExpression {
 public:
  // Nothing: it has a character or an operator that CloudWatch Logs does not support, or is too long.
  static std::optional<RegularExpression> parse(std::string_view text);
  bool is_found_in(std::string_view text) const;

 private:
  using Characters = std::bitset<256>;
  struct Step {
    enum class Kind { once, optional, repeated, at_begin, at_end } kind = Kind::once;
    Characters characters{};
  };
  using Alternative = std::vector<Step>;
  class Parser;

  static bool is_found(const Alternative& steps, std::string_view text);

  std::vector<Alternative> alternatives_;
};

}  // namespace live::cloud
