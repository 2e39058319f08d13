#include "cloud/lambda/name.h"

#include <fmt/format.h>

namespace live::cloud::lambda {
namespace {

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 140) return false;
  for (char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') return false;
  return true;
}

bool is_qualifier(std::string_view text) { return text == "$LATEST" || is_name(text); }

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == text.npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

ApiError malformed(std::string_view text) {
  return api_error(
      400, "ValidationException",
      fmt::format("1 validation error detected: Value '{}' at 'functionName' failed to satisfy "
                  "constraint: Member must satisfy regular expression pattern: "
                  "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{{2}}(-gov)?-[a-z]+-\\d{{1}}:)?(\\d{{12}}:)?"
                  "(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
                  text));
}

}  // namespace

ApiResult<FunctionName> parse_function_name(std::string_view text, std::string_view qualifier,
                                            std::string_view region) {
  FunctionName result{std::string(region), {}, std::string(qualifier)};
  if (is_name(text)) {  // by far the most frequent
    result.name = text;
    return result;
  }
  auto parts = parts_of(text);
  size_t at = 0;
  if (parts.size() > 5 && parts[0] == "arn" && parts[2] == "lambda") {
    result.region = parts[3];
    at = 5;
  } else if (parts.size() > 2 && parts[1] == "function") {
    at = 1;
  }
  if (parts.size() > at + 1 && parts[at] == "function") ++at;
  const size_t left = parts.size() - at;
  if (left < 1 || left > 2 || !is_name(parts[at]) || (left == 2 && !is_qualifier(parts[at + 1])))
    return malformed(text);
  result.name = parts[at];
  if (left == 2) {
    if (!qualifier.empty() && qualifier != parts[at + 1])
      return invalid("The derived qualifier from the function name does not match the specified qualifier.");
    result.qualifier = parts[at + 1];
  }
  return result;
}

ApiResult<FunctionName> function_name_of(const Call& call) {
  const auto* name = find(call.input, "FunctionName");
  if (!name || !name->is_string()) return malformed("");
  const auto* qualifier = find(call.input, "Qualifier");
  return parse_function_name(
      name->get_string(),
      qualifier && qualifier->is_string() ? std::string_view(qualifier->get_string()) : "", call.region);
}

std::string function_arn(std::string_view region, std::string_view account, std::string_view name,
                         std::string_view qualifier) {
  auto arn = fmt::format("arn:aws:lambda:{}:{}:function:{}", region, account, name);
  if (!qualifier.empty()) arn.append(":").append(qualifier);
  return arn;
}

ApiError not_found(std::string message) {
  return ApiError{404, "ResourceNotFoundException", std::move(message), {{"Type", "User"}}};
}

ApiError invalid(std::string message) {
  return ApiError{400, "InvalidParameterValueException", std::move(message), {{"Type", "User"}}};
}

ApiError unsupported(std::string_view what) {
  return invalid(fmt::format("{} is not supported by the embedded AWS yet", what));
}

}  // namespace live::cloud::lambda
