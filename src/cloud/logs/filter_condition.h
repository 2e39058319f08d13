// What a filter pattern asks of a value, and how its conditions are read: the same in JSON and in words.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "cloud/logs/regular_expression.h"

namespace live::cloud {

struct FilterOperand {
  std::string text;              // "*" in it stands for anything
  std::optional<double> number;  // when it is one, and without quotes
  std::optional<RegularExpression> expression{};
};

enum class Comparison { equal, different, less, at_most, more, at_least };

// False where text and operand cannot be compared so: a word with a number.
bool compares(std::string_view text, std::optional<double> number, Comparison how, const FilterOperand& with);
std::optional<double> number_in(std::string_view text);

// $.a[0].*, as steps; nothing in a step: any member, or any element.
struct FilterSelector {
  struct Step {
    std::variant<std::monostate, std::string, size_t> to;
  };
  std::vector<Step> steps;
  std::vector<const json::value*> in(const json::value& event) const;
};

struct FilterCondition {
  enum class Kind { all, any, comparison, is_null, is_true, is_false, does_not_exist } kind = Kind::all;
  std::vector<FilterCondition> parts{};  // of all and any
  FilterSelector selector{};             // in JSON; elsewhere the value is the field's
  Comparison comparison{};
  FilterOperand operand{};

  bool holds(const json::value& event) const;
  bool holds(std::string_view word) const;
};

// Reads from the front of a text. Whatever is not there as it must be gives nothing, and then error() says
// why.
class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : text_(text) {}

  enum class Subject { json, word };
  std::optional<FilterCondition> condition(Subject subject, std::string_view field = {});
  std::optional<std::string> name();  // of a field
  bool take(std::string_view token);  // behind spaces
  bool at_end();
  bool is_at_comparison();
  std::string error() const;
  std::nullopt_t expected(std::string what);

 private:
  std::optional<FilterCondition> joined(Subject subject, std::string_view field, std::string_view by);
  std::optional<FilterCondition> single(Subject subject, std::string_view field);
  std::optional<FilterCondition> of_selector();
  std::optional<FilterSelector> selector();
  std::optional<FilterSelector::Step> step_in_brackets();
  std::optional<Comparison> comparison();
  std::optional<FilterOperand> operand();
  std::optional<std::string> quoted(char quote);
  std::string_view run_of(bool (*belongs)(char));
  void skip_spaces();

  std::string_view text_;
  size_t at_ = 0, depth_ = 0, expressions_ = 0, wildcards_ = 0;
  std::string error_;
};

}  // namespace live::cloud
