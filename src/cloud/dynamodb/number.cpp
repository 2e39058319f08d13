#include "cloud/dynamodb/number.h"

#include <algorithm>
#include <charconv>

namespace live::cloud::dynamodb {
namespace {

constexpr size_t kMaxDigits = 38;
constexpr int kMaxExponent = 126;   // of 0.9…E126
constexpr int kMinExponent = -129;  // of 0.1E-129

ApiError invalid(std::string message) { return api_error(400, "ValidationException", std::move(message)); }

std::string take_digits(std::string_view& text) {
  auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string digits(text.substr(0, end));
  text.remove_prefix(end);
  return digits;
}

std::string add_digits(std::string_view a, std::string_view b) {
  std::string sum(a.size() + 1, '0');
  int carry = 0;
  for (size_t i = a.size(); i-- > 0;) {
    int digit = (a[i] - '0') + (b[i] - '0') + carry;
    sum[i + 1] = char('0' + digit % 10);
    carry = digit / 10;
  }
  sum[0] = char('0' + carry);
  return sum;
}

std::string subtract_digits(std::string_view larger, std::string_view smaller) {
  std::string difference(larger.size() + 1, '0');
  int borrow = 0;
  for (size_t i = larger.size(); i-- > 0;) {
    int digit = (larger[i] - '0') - (smaller[i] - '0') - borrow;
    borrow = digit < 0 ? 1 : 0;
    difference[i + 1] = char('0' + digit + borrow * 10);
  }
  return difference;
}

}  // namespace

ApiResult<Number> Number::checked(bool negative, std::string digits, int exponent) {
  auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return Number();
  digits.erase(0, first);
  exponent -= int(first);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.size() > kMaxDigits)
    return invalid("Attempting to store more than 38 significant digits in a Number");
  if (exponent > kMaxExponent)
    return invalid(
        "Number overflow. Attempting to store a number with magnitude larger than supported range");
  if (exponent < kMinExponent)
    return invalid(
        "Number underflow. Attempting to store a number with magnitude smaller than supported range");
  Number out;
  out.negative_ = negative;
  out.digits_ = std::move(digits);
  out.exponent_ = exponent;
  return out;
}

ApiResult<Number> Number::parse(std::string_view text) {
  auto malformed = invalid("The parameter cannot be converted to a numeric value: " + std::string(text));
  if (text.empty()) return invalid("The parameter cannot be converted to a numeric value");
  bool negative = text.front() == '-';
  if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
  auto digits = take_digits(text);
  int exponent = int(digits.size());
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += take_digits(text);
  }
  if (digits.empty()) return malformed;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    int shift = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), shift);
    if (error != std::errc() || end != text.data() + text.size() || std::abs(shift) > 100'000)
      return malformed;
    exponent += shift;
    text = {};
  }
  if (!text.empty()) return malformed;
  return checked(negative, std::move(digits), exponent);
}

Number Number::of(int64_t value) { return parse(std::to_string(value)).value(); }

std::string Number::text() const {
  if (digits_.empty()) return "0";
  std::string sign = negative_ ? "-" : "";
  if (exponent_ <= 0) return sign + "0." + std::string(size_t(-exponent_), '0') + digits_;
  auto whole = size_t(exponent_);
  if (digits_.size() <= whole) return sign + digits_ + std::string(whole - digits_.size(), '0');
  return sign + digits_.substr(0, whole) + "." + digits_.substr(whole);
}

// A byte for the sign, two for the exponent, the digits and an end below every digit; of a negative number
// all bits after the sign are inverted.
std::string Number::sortable() const {
  if (digits_.empty()) return "\x01";
  auto biased = unsigned(exponent_ + 0x4000);
  std::string out{char(biased >> 8), char(biased & 0xFF)};
  out += digits_;
  out += '\0';
  if (negative_)
    for (auto& byte : out) byte = char(~byte);
  return (negative_ ? std::string(1, '\0') : std::string("\x02")) + out;
}

std::strong_ordering Number::operator<=>(const Number& other) const {
  auto a = sortable(), b = other.sortable();
  int order = a.compare(b);
  return order <=> 0;
}

Number Number::operator-() const {
  auto out = *this;
  out.negative_ = !negative_ && !digits_.empty();
  return out;
}

ApiResult<Number> add(const Number& a, const Number& b) {
  if (a.digits_.empty()) return b;
  if (b.digits_.empty()) return a;
  int exponent = std::max(a.exponent_, b.exponent_);
  auto shifted = [exponent](const Number& n) {
    return std::string(size_t(exponent - n.exponent_), '0') + n.digits_;
  };
  auto x = shifted(a), y = shifted(b);
  auto width = std::max(x.size(), y.size());
  x.resize(width, '0');
  y.resize(width, '0');
  if (a.negative_ == b.negative_) return Number::checked(a.negative_, add_digits(x, y), exponent + 1);
  if (x == y) return Number();
  if (x > y) return Number::checked(a.negative_, subtract_digits(x, y), exponent + 1);
  return Number::checked(b.negative_, subtract_digits(y, x), exponent + 1);
}

}  // namespace live::cloud::dynamodb
