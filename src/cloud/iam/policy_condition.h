// One line of a policy's Condition: an operator, a key and the values of which one must fit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cloud/iam/policy_pattern.h"

namespace live::cloud {

class Condition {
 public:
  enum class Compare { text, text_any_case, like, arn, number, date, boolean, binary, address, presence };
  enum class Order { equal, less, less_or_equal, greater, greater_or_equal };
  enum class Quantifier { none, all_values, any_value };

  bool holds(const Context& context) const;

 private:
  friend Result<std::vector<Condition>> parse_conditions(const json::value&, Pattern::Variables);
  bool fits(std::string_view actual,
            const Context& context) const;  // one of the wanted values, or none if negated
  bool fits_one(std::string_view actual, size_t wanted, const Context& context) const;

  Compare compare_ = Compare::text;
  Order order_ = Order::equal;
  Quantifier quantifier_ = Quantifier::none;
  bool negated_ = false, if_exists_ = false;
  std::string key_;
  std::vector<Pattern> wanted_;
  std::vector<ArnPattern> arns_;  // beside wanted_, of ARN operators
};

// Fault: an operator nobody knows, or values of the wrong form.
Result<std::vector<Condition>> parse_conditions(const json::value& block, Pattern::Variables variables);

}  // namespace live::cloud
