// Parameter values: what was given, what is the default, what is allowed.
#include <regex>

#include "template/evaluate.h"

namespace live::cfn {
namespace {

constexpr std::string_view ssm_prefix = "AWS::SSM::Parameter::Value<";

Fault unmet(const Parameter& parameter, const std::string& what) {
  if (!parameter.constraint_description.empty())
    return fault(fmt::format("Parameter {} failed to satisfy constraint: {}", parameter.name,
                             parameter.constraint_description));
  return fault(fmt::format("Parameter '{}' {}", parameter.name, what));
}

bool known_type(std::string_view type) {
  return type == "String" || type == "Number" || type == "CommaDelimitedList" || type == "List<Number>" ||
         type == "List<String>" || type == "AWS::SSM::Parameter::Name" || type.starts_with("AWS::") ||
         type.starts_with("List<AWS::");
}

std::optional<double> number(const std::string& text) {
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  return text.empty() || *end ? std::nullopt : std::optional(value);
}

Result<void> check_number(const Parameter& parameter, const std::string& text) {
  auto value = number(text);
  if (!value) return unmet(parameter, "must be a number.");
  if (parameter.min_value && *value < *parameter.min_value)
    return unmet(parameter, fmt::format("must be a number not less than {}", *parameter.min_value));
  if (parameter.max_value && *value > *parameter.max_value)
    return unmet(parameter, fmt::format("must be a number not greater than {}", *parameter.max_value));
  return outcome::success();
}

Result<void> check_text(const Parameter& parameter, const std::string& text) {
  if (parameter.min_length && double(text.size()) < *parameter.min_length)
    return unmet(parameter, fmt::format("must contain at least {} characters", *parameter.min_length));
  if (parameter.max_length && double(text.size()) > *parameter.max_length)
    return unmet(parameter, fmt::format("must contain at most {} characters", *parameter.max_length));
  if (parameter.allowed_pattern.empty()) return outcome::success();
  try {
    if (!std::regex_match(text, std::regex(parameter.allowed_pattern)))
      return unmet(parameter, "must match pattern " + parameter.allowed_pattern);
  } catch (const std::regex_error&) {
    return fault(fmt::format("AllowedPattern {} of parameter {} is not supported", parameter.allowed_pattern,
                             parameter.name));
  }
  return outcome::success();
}

Result<void> check(const Parameter& parameter, const std::string& text) {
  if (!known_type(parameter.type))
    return fault(fmt::format("Template format error: Unrecognized parameter type: {} ({})", parameter.type,
                             parameter.name));
  const auto& allowed = parameter.allowed_values;
  std::vector<std::string> items{text};
  if (parameter.type == "CommaDelimitedList" || parameter.type.starts_with("List<")) {
    items.clear();
    for (std::string_view rest = text;;) {
      size_t comma = rest.find(',');
      items.emplace_back(rest.substr(0, comma));
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  for (const auto& item : items) {
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), item) == allowed.end())
      return unmet(parameter, fmt::format("must be one of AllowedValues [{}]", fmt::join(allowed, ", ")));
    if (parameter.type == "Number" || parameter.type == "List<Number>") {
      LIVE_TRY(check_number(parameter, item));
    }
  }
  return check_text(parameter, text);
}

}  // namespace

Result<ParameterTexts> complete_parameters(const Template& of, const ParameterTexts& given) {
  std::vector<std::string> unknown, missing;
  for (const auto& [name, text] : given)
    if (!of.parameter(name)) unknown.push_back(name);
  if (!unknown.empty())
    return fault(fmt::format("Parameters: [{}] do not exist in the template", fmt::join(unknown, ", ")));
  ParameterTexts texts;
  for (const auto& parameter : of.parameters) {
    auto found = given.find(parameter.name);
    if (found != given.end())
      texts[parameter.name] = found->second;
    else if (parameter.default_value)
      texts[parameter.name] = *parameter.default_value;
    else
      missing.push_back(parameter.name);
  }
  if (!missing.empty())
    return fault(fmt::format("Parameters: [{}] must have values", fmt::join(missing, ", ")));
  for (const auto& parameter : of.parameters) {
    LIVE_TRY(check(parameter, texts[parameter.name]));
  }
  return texts;
}

std::map<std::string, std::string> ssm_parameters(const Template& of, const ParameterTexts& texts) {
  std::map<std::string, std::string> names;
  for (const auto& parameter : of.parameters) {
    auto found = texts.find(parameter.name);
    if (parameter.type.starts_with(ssm_prefix) && found != texts.end()) names[parameter.name] = found->second;
  }
  return names;
}

}  // namespace live::cfn
