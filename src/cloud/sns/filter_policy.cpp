#include "cloud/sns/filter_policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace live::cloud::sns {
namespace {

ApiError invalid(std::string why) {
  return api_error(400, "InvalidParameter", "Invalid parameter: FilterPolicy: " + std::move(why));
}

std::optional<double> number_of(const json::value& value) {
  if (value.is_int64()) return double(value.get_int64());
  if (value.is_uint64()) return double(value.get_uint64());
  if (value.is_double()) return value.get_double();
  return std::nullopt;
}

bool same(const json::value& a, const json::value& b) {
  auto x = number_of(a), y = number_of(b);
  return x && y ? *x == *y : a == b;
}

std::optional<std::string_view> text_of(const json::value& value) {
  if (!value.is_string()) return std::nullopt;
  return std::string_view(value.get_string());
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return out;
}

bool compares(double value, std::string_view sign, double bound) {
  if (sign == "=") return value == bound;
  if (sign == "<") return value < bound;
  if (sign == "<=") return value <= bound;
  if (sign == ">") return value > bound;
  return sign == ">=" && value >= bound;
}

bool in_range(const json::array& range, const json::value& value) {
  auto number = number_of(value);
  for (size_t i = 0; number && i + 1 < range.size(); i += 2)
    if (!compares(*number, *text_of(range[i]), *number_of(range[i + 1]))) return false;
  return number.has_value();
}

// `value` is one that is there; exists is decided before.
bool matches(const json::value& condition, const json::value& value) {
  if (!condition.is_object()) return same(condition, value);
  auto& [name, operand] = *condition.get_object().begin();
  auto text = text_of(value), wanted = text_of(operand);
  if (name == "prefix") return text && wanted && text->starts_with(*wanted);
  if (name == "suffix") return text && wanted && text->ends_with(*wanted);
  if (name == "equals-ignore-case") return text && wanted && lower(*text) == lower(*wanted);
  if (name == "numeric") return in_range(operand.get_array(), value);
  if (name != "anything-but") return false;
  if (operand.is_object()) return !matches(operand, value);
  if (!operand.is_array()) return !same(operand, value);
  return std::none_of(operand.get_array().begin(), operand.get_array().end(),
                      [&](auto& one) { return matches(one, value); });
}

bool wants_exists(const json::value& condition, bool exists) {
  auto* operand = condition.is_object() ? condition.get_object().if_contains("exists") : nullptr;
  return operand && operand->is_bool() && operand->get_bool() == exists;
}

// One key of a policy: any condition with any of the values it has.
bool key_admits(const json::array& conditions, const json::array& values) {
  return std::any_of(conditions.begin(), conditions.end(), [&](auto& condition) {
    if (wants_exists(condition, !values.empty())) return true;
    return std::any_of(values.begin(), values.end(), [&](auto& value) { return matches(condition, value); });
  });
}

json::array values_of_attribute(const json::object& attribute) {
  auto type = string_or(attribute, "DataType");
  auto text = string_or(attribute, "StringValue");
  if (type == "Number" || type.starts_with("Number.")) {
    char* end = nullptr;
    double number = std::strtod(text.c_str(), &end);
    if (end != text.c_str() && *end == '\0') return {number};
    return {};
  }
  if (type == "String.Array") {
    auto parsed = parse_json(text);
    return parsed && parsed.value().is_array() ? parsed.value().get_array() : json::array();
  }
  return type.starts_with("Binary") ? json::array() : json::array{json::string(text)};
}

bool attributes_admitted(const json::object& policy, const json::object& attributes);
bool body_admitted(const json::object& policy, const json::object& body);

template <class Admit>
bool any_admitted(const json::value& alternatives, const Admit& admit) {
  auto& list = alternatives.get_array();
  return std::any_of(list.begin(), list.end(), [&](auto& one) { return admit(one.as_object()); });
}

bool attributes_admitted(const json::object& policy, const json::object& attributes) {
  return std::all_of(policy.begin(), policy.end(), [&](auto& entry) {
    if (entry.key() == "$or")
      return any_admitted(entry.value(), [&](auto& one) { return attributes_admitted(one, attributes); });
    auto* attribute = find_object(attributes, entry.key());
    return key_admits(entry.value().get_array(), attribute ? values_of_attribute(*attribute) : json::array());
  });
}

// What stands under a key, lists flattened: a condition holds if it holds for any element.
json::array flattened(const json::value* value) {
  if (!value) return {};
  if (!value->is_array()) return {*value};
  json::array out;
  for (auto& one : value->get_array())
    for (auto& inner : flattened(&one)) out.push_back(inner);
  return out;
}

bool body_admitted(const json::object& policy, const json::object& body) {
  return std::all_of(policy.begin(), policy.end(), [&](auto& entry) {
    if (entry.key() == "$or")
      return any_admitted(entry.value(), [&](auto& one) { return body_admitted(one, body); });
    auto values = flattened(body.if_contains(entry.key()));
    if (entry.value().is_array()) return key_admits(entry.value().get_array(), values);
    auto& nested = entry.value().get_object();
    if (values.empty()) return body_admitted(nested, json::object());
    return std::any_of(values.begin(), values.end(),
                       [&](auto& one) { return one.is_object() && body_admitted(nested, one.get_object()); });
  });
}

ApiResult<void> check_condition(const json::value& condition) {
  if (condition.is_array()) return invalid("Match value must be String, number, true, false, or null");
  if (!condition.is_object()) return outcome::success();
  auto& members = condition.get_object();
  if (members.size() != 1) return invalid("Only one key allowed in match expression");
  auto& [name, operand] = *members.begin();
  bool text = name == "prefix" || name == "suffix" || name == "equals-ignore-case";
  if (text && !operand.is_string()) return invalid(std::string(name) + " match pattern must be a string");
  if (name == "exists" && !operand.is_bool())
    return invalid("exists match pattern must be either true or false.");
  if (name == "anything-but" && operand.is_object()) return check_condition(operand);
  if (name == "numeric") {
    auto* range = operand.if_array();
    if (!range || range->empty() || range->size() % 2 != 0)
      return invalid("Value of numeric must be an array of pairs");
    constexpr std::array<std::string_view, 5> kSigns{"=", "<", "<=", ">", ">="};
    for (size_t i = 0; i < range->size(); i += 2) {
      auto sign = text_of((*range)[i]);
      if (!sign || std::find(kSigns.begin(), kSigns.end(), *sign) == kSigns.end())
        return invalid("Unrecognized numeric range operator");
      if (!number_of((*range)[i + 1])) return invalid("Value of numeric comparison must be a number");
    }
  }
  if (!text && name != "exists" && name != "anything-but" && name != "numeric")
    return invalid("Unrecognized match type " + std::string(name));
  return outcome::success();
}

ApiResult<void> check_policy(const json::object& policy, FilterScope scope) {
  for (auto& [name, content] : policy) {
    if (name == "$or" && content.is_array()) {
      for (auto& one : content.get_array()) {
        if (!one.is_object()) return invalid("\"$or\" must be an array of objects");
        LIVE_API_TRY(check_policy(one.get_object(), scope));
      }
    } else if (content.is_array()) {
      if (content.get_array().empty()) return invalid("Empty arrays are not allowed");
      for (auto& condition : content.get_array()) {
        LIVE_API_TRY(check_condition(condition));
      }
    } else if (content.is_object() && scope == FilterScope::body) {
      if (content.get_object().empty()) return invalid("Empty objects are not allowed");
      LIVE_API_TRY(check_policy(content.get_object(), scope));
    } else {
      return invalid(content.is_object()
                         ? "Filter policy scope MessageAttributes does not support nested filter policy"
                         : "\"" + std::string(name) + "\" must be an object or an array");
    }
  }
  return outcome::success();
}

}  // namespace

ApiResult<void> check_filter_policy(std::string_view policy, FilterScope scope) {
  auto parsed = parse_json_object(policy);
  if (!parsed) return invalid("failed to parse JSON.");
  return check_policy(parsed.value(), scope);
}

bool admits(const json::object& policy, FilterScope scope, const json::object& attributes,
            std::string_view body) {
  if (scope == FilterScope::attributes) return attributes_admitted(policy, attributes);
  auto parsed = parse_json_object(body);
  return parsed && body_admitted(policy, parsed.value());
}

}  // namespace live::cloud::sns
