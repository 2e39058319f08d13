// Text of a policy with wildcards and ${variables}, compiled once. What a variable holds is compared
// literally: a user named "*" matches only himself.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live::cloud {

// What conditions and variables may ask of a request. Keys compare without case.
class Context {
 public:
  virtual ~Context() = default;
  virtual std::vector<std::string> values(
      std::string_view key) const = 0;  // none: the request has no such key
};

class Pattern {
 public:
  enum class Wildcards { active, literal };
  enum class Variables { active, literal };  // literal: a policy of version 2008-10-17 has none
  enum class Case { same, any };

  static Pattern compile(std::string_view text, Wildcards wildcards, Variables variables);

  // False also where a variable has no value.
  bool matches(std::string_view text, const Context& context, Case letters = Case::same) const;
  std::optional<std::string> text(const Context& context) const;  // wildcards as they were written
  bool is_everything() const { return everything_; }

 private:
  struct Variable {
    size_t at = 0;  // stands before code_[at]
    std::string key;
    std::optional<std::string> otherwise;
  };
  std::optional<std::u16string> expanded(const Context& context) const;

  std::u16string code_;  // bytes, and two codes past them for "?" and "*"
  std::vector<Variable> variables_;
  bool everything_ = false;
};

// An ARN's six parts are compared one by one: a wildcard does not reach over the colon between two of them,
// and parts that a policy leaves off are wildcards.
class ArnPattern {
 public:
  static ArnPattern compile(std::string_view text, Pattern::Variables variables);
  bool matches(std::string_view arn, const Context& context) const;

 private:
  std::array<Pattern, 6> parts_;
  bool everything_ = false;
};

bool same_letters(std::string_view a, std::string_view b);  // ASCII, without case

}  // namespace live::cloud
