// A DynamoDB number: up to 38 significant decimal digits, exact, from 1E-130 to 9.99…E+125 in magnitude.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "cloud/call.h"

namespace live::cloud::dynamodb {

class Number {
 public:
  static ApiResult<Number> parse(std::string_view text);  // ValidationException in AWS's words
  static Number of(int64_t value);

  std::string text() const;      // normal form: no exponent, no needless zeros
  std::string sortable() const;  // bytes that compare as the numbers do
  size_t digits() const { return digits_.size(); }

  std::strong_ordering operator<=>(const Number& other) const;
  bool operator==(const Number& other) const = default;
  friend ApiResult<Number> add(const Number& a, const Number& b);
  Number operator-() const;

 private:
  static ApiResult<Number> checked(bool negative, std::string digits, int exponent);
  bool negative_ = false;
  std::string digits_;  // without zeros at either end; empty: zero
  int exponent_ = 0;    // the value is 0.DIGITS × 10^exponent
};

ApiResult<Number> add(const Number& a, const Number& b);

}  // namespace live::cloud::dynamodb
