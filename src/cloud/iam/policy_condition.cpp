#include "cloud/iam/policy_condition.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace live::cloud {

namespace {

using Compare = Condition::Compare;
using Order = Condition::Order;

struct Operator {
  std::string_view name;
  Compare compare;
  Order order = Order::equal;
  bool negated = false;
};

constexpr Operator operators[] = {
    {"StringEquals", Compare::text},
    {"StringNotEquals", Compare::text, Order::equal, true},
    {"StringEqualsIgnoreCase", Compare::text_any_case},
    {"StringNotEqualsIgnoreCase", Compare::text_any_case, Order::equal, true},
    {"StringLike", Compare::like},
    {"StringNotLike", Compare::like, Order::equal, true},
    {"ArnEquals", Compare::arn},
    {"ArnLike", Compare::arn},
    {"ArnNotEquals", Compare::arn, Order::equal, true},
    {"ArnNotLike", Compare::arn, Order::equal, true},
    {"NumericEquals", Compare::number},
    {"NumericNotEquals", Compare::number, Order::equal, true},
    {"NumericLessThan", Compare::number, Order::less},
    {"NumericLessThanEquals", Compare::number, Order::less_or_equal},
    {"NumericGreaterThan", Compare::number, Order::greater},
    {"NumericGreaterThanEquals", Compare::number, Order::greater_or_equal},
    {"DateEquals", Compare::date},
    {"DateNotEquals", Compare::date, Order::equal, true},
    {"DateLessThan", Compare::date, Order::less},
    {"DateLessThanEquals", Compare::date, Order::less_or_equal},
    {"DateGreaterThan", Compare::date, Order::greater},
    {"DateGreaterThanEquals", Compare::date, Order::greater_or_equal},
    {"Bool", Compare::boolean},
    {"BinaryEquals", Compare::binary},
    {"IpAddress", Compare::address},
    {"NotIpAddress", Compare::address, Order::equal, true},
    {"Null", Compare::presence},
};

bool cut_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() || !same_letters(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool cut_suffix(std::string_view& text, std::string_view suffix) {
  if (text.size() < suffix.size() || !same_letters(text.substr(text.size() - suffix.size()), suffix))
    return false;
  text.remove_suffix(suffix.size());
  return true;
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// ISO 8601 as W3C's note has it (a date, or date and time with a zone), or seconds since the epoch.
std::optional<double> date_of(std::string_view text) {
  if (auto seconds = number_of(text)) return seconds;
  std::string copy(text);
  std::tm parts{};
  const char* rest = strptime(copy.c_str(), "%Y-%m-%d", &parts);
  if (!rest) return std::nullopt;
  if (*rest == '\0') return static_cast<double>(timegm(&parts));
  rest = *rest == 'T' ? strptime(rest, "T%H:%M", &parts) : nullptr;
  if (!rest) return std::nullopt;
  double fraction = 0;
  if (*rest == ':') {
    rest = strptime(rest, ":%S", &parts);
    if (!rest) return std::nullopt;
    double unit = 0.1;
    if (*rest == '.')
      for (++rest; *rest >= '0' && *rest <= '9'; ++rest, unit /= 10) fraction += (*rest - '0') * unit;
  }
  auto seconds = static_cast<double>(timegm(&parts)) + fraction;
  if (std::string_view(rest) == "Z") return seconds;
  int hours = 0, minutes = 0;
  char sign = 0;
  if (std::sscanf(rest, "%c%2d:%2d", &sign, &hours, &minutes) != 3 || (sign != '+' && sign != '-'))
    return std::nullopt;
  return seconds - (sign == '+' ? 1 : -1) * (hours * 3600 + minutes * 60);
}

struct Network {
  std::array<unsigned char, 16> bytes{};
  bool v6 = false;
  int bits = 0;  // of the prefix
};

std::optional<Network> network_of(std::string_view text) {
  auto slash = text.find('/');
  std::string address(text.substr(0, slash));
  Network made;
  if (inet_pton(AF_INET, address.c_str(), made.bytes.data()) == 1)
    made.bits = 32;
  else if (inet_pton(AF_INET6, address.c_str(), made.bytes.data()) == 1)
    made.v6 = true, made.bits = 128;
  else
    return std::nullopt;
  if (slash == text.npos) return made;
  auto bits = number_of(text.substr(slash + 1));
  if (!bits || *bits < 0 || *bits > made.bits) return std::nullopt;
  made.bits = static_cast<int>(*bits);
  return made;
}

bool within_network(std::string_view actual, std::string_view wanted) {
  auto address = network_of(actual), network = network_of(wanted);
  if (!address || !network || address->v6 != network->v6) return false;
  for (int bit = 0; bit < network->bits; ++bit) {
    auto byte = static_cast<size_t>(bit / 8);
    auto mask = static_cast<unsigned char>(0x80 >> (bit % 8));
    if ((address->bytes[byte] & mask) != (network->bytes[byte] & mask)) return false;
  }
  return true;
}

bool in_order(std::optional<double> actual, std::optional<double> wanted, Order order) {
  if (!actual || !wanted) return false;
  switch (order) {
    case Order::equal:
      return *actual == *wanted;
    case Order::less:
      return *actual < *wanted;
    case Order::less_or_equal:
      return *actual <= *wanted;
    case Order::greater:
      return *actual > *wanted;
    case Order::greater_or_equal:
      break;
  }
  return *actual >= *wanted;
}

Result<std::string> scalar(const json::value& value) {
  if (auto text = value.if_string()) return std::string(*text);
  if (value.is_bool() || value.is_number()) return json::serialize(value);
  return fault("a condition's value is neither text nor number");
}

}  // namespace

bool Condition::fits_one(std::string_view actual, size_t wanted, const Context& context) const {
  auto& pattern = wanted_[wanted];
  if (compare_ == Compare::text || compare_ == Compare::like || compare_ == Compare::binary)
    return pattern.matches(actual, context);
  if (compare_ == Compare::text_any_case) return pattern.matches(actual, context, Pattern::Case::any);
  if (compare_ == Compare::arn) return arns_[wanted].matches(actual, context);
  auto text = pattern.text(context);
  if (!text) return false;
  if (compare_ == Compare::boolean) return same_letters(actual, *text);
  if (compare_ == Compare::number) return in_order(number_of(actual), number_of(*text), order_);
  if (compare_ == Compare::date) return in_order(date_of(actual), date_of(*text), order_);
  return within_network(actual, *text);
}

bool Condition::fits(std::string_view actual, const Context& context) const {
  bool found = false;
  for (size_t i = 0; i < wanted_.size() && !found; ++i) found = fits_one(actual, i, context);
  return found != negated_;
}

bool Condition::holds(const Context& context) const {
  auto actual = context.values(key_);
  auto good = [&](const std::string& value) { return fits(value, context); };
  if (compare_ == Compare::presence) {
    auto wanted = wanted_.empty() ? std::nullopt : wanted_[0].text(context);
    return wanted && same_letters(*wanted, actual.empty() ? "true" : "false");
  }
  if (quantifier_ == Quantifier::all_values) return std::all_of(actual.begin(), actual.end(), good);
  if (actual.empty()) return if_exists_ || (negated_ && quantifier_ == Quantifier::none);
  if (negated_ && quantifier_ == Quantifier::none) return std::all_of(actual.begin(), actual.end(), good);
  return std::any_of(actual.begin(), actual.end(), good);
}

Result<std::vector<Condition>> parse_conditions(const json::value& block, Pattern::Variables variables) {
  std::vector<Condition> made;
  auto tests = block.if_object();
  if (!tests) return fault("Condition is not an object");
  for (auto& [written, keys] : *tests) {
    Condition condition;
    std::string_view name = written;
    if (cut_prefix(name, "ForAllValues:")) condition.quantifier_ = Condition::Quantifier::all_values;
    if (cut_prefix(name, "ForAnyValue:")) condition.quantifier_ = Condition::Quantifier::any_value;
    condition.if_exists_ = cut_suffix(name, "IfExists");
    auto known = std::find_if(std::begin(operators), std::end(operators),
                              [&](auto& each) { return same_letters(each.name, name); });
    if (known == std::end(operators) || (known->compare == Compare::presence && condition.if_exists_))
      return fault(fmt::format("Invalid Condition type : {}.", std::string_view(written)));
    condition.compare_ = known->compare;
    condition.order_ = known->order;
    condition.negated_ = known->negated;
    if (!keys.is_object()) return fault(fmt::format("{} holds no keys", std::string_view(written)));
    for (auto& [key, values] : keys.get_object()) {
      auto one = condition;
      one.key_ = key;
      json::array single;
      if (!values.is_array()) single.push_back(values);
      auto wildcards =
          one.compare_ == Compare::like ? Pattern::Wildcards::active : Pattern::Wildcards::literal;
      for (auto& value : values.is_array() ? values.get_array() : single) {
        LIVE_TRY(auto text, scalar(value));
        one.wanted_.push_back(Pattern::compile(text, wildcards, variables));
        if (one.compare_ == Compare::arn) one.arns_.push_back(ArnPattern::compile(text, variables));
      }
      made.push_back(std::move(one));
    }
  }
  return made;
}

}  // namespace live::cloud
