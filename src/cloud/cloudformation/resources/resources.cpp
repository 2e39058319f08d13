#include "cloud/cloudformation/resources/resources.h"

#include <cctype>

#include "template/functions.h"

namespace live::cloud::cloudformation {
namespace {

std::map<std::string, ResourceType, std::less<>> all_types() {
  std::map<std::string, ResourceType, std::less<>> types;
  // A service that runs here comes first: its types are not the accepted ones.
  for (auto family : {s3_types, dynamodb_types, iam_types, sns_types, logs_types, ssm_types, ecr_types,
                      lambda_types, lambda_companion_types, apigateway_types, apigatewayv2_types,
                      cloudformation_types, bucket_deployment_types, accepted_types})
    for (auto& type : family()) types.emplace(type.name, type);
  return types;
}

}  // namespace

const ResourceType* find_type(std::string_view name) {
  static const auto types = all_types();
  auto found = types.find(name);
  if (found == types.end() && name.starts_with("Custom::"))
    found = types.find("AWS::CloudFormation::CustomResource");
  return found == types.end() ? nullptr : &found->second;
}

json::object with(std::string_view name, std::string_view value) { return {{name, value}}; }

json::object with(std::string_view name, std::string_view value, std::string_view name2,
                  std::string_view value2) {
  return {{name, value}, {name2, value2}};
}

json::object pick(const json::object& from, const std::vector<std::string_view>& names) {
  json::object made;
  for (auto name : names)
    if (auto* value = from.if_contains(name)) made[name] = *value;
  return made;
}

std::string lower_first(std::string_view name) {
  std::string made(name);
  if (!made.empty()) made[0] = char(std::tolower(static_cast<unsigned char>(made[0])));
  return made;
}

json::value lower_first_deep(const json::value& value) {
  if (auto* list = value.if_array()) {
    json::array made;
    for (const auto& item : *list) made.push_back(lower_first_deep(item));
    return made;
  }
  auto* object = value.if_object();
  if (!object) return value;
  json::object made;
  for (const auto& member : *object) made[lower_first(member.key())] = lower_first_deep(member.value());
  return made;
}

json::value as_bool(const json::value& value) {
  if (value.is_string() && value.get_string() == "true") return true;
  if (value.is_string() && value.get_string() == "false") return false;
  return value;
}

json::value as_number(const json::value& value) {
  if (!value.is_string()) return value;
  std::string text(value.get_string());
  char* end = nullptr;
  long long whole = std::strtoll(text.c_str(), &end, 10);
  return text.empty() || *end ? value : json::value(int64_t(whole));
}

void make_bools(json::object& in, const std::vector<std::string_view>& names) {
  for (auto name : names)
    if (auto* value = in.if_contains(name)) *value = as_bool(*value);
}

void make_numbers(json::object& in, const std::vector<std::string_view>& names) {
  for (auto name : names)
    if (auto* value = in.if_contains(name)) *value = as_number(*value);
}

std::string json_text(const json::value& document) {
  return document.is_string() ? std::string(document.get_string()) : json::serialize(document);
}

json::object tag_map(const json::object& properties) {
  json::object made;
  if (auto* list = find_array(properties, "Tags"))
    for (const auto& tag : *list)
      if (tag.is_object())
        if (auto text = cfn::text_of(tag.get_object().contains("Value") ? tag.get_object().at("Value") : ""))
          made[string_or(tag.get_object(), "Key")] = text.value();
  if (auto* map = find_object(properties, "Tags"))
    for (const auto& tag : *map)
      if (auto text = cfn::text_of(tag.value())) made[tag.key()] = text.value();
  return made;
}

TagChange tag_change(const json::object& old, const json::object& now) {
  TagChange change;
  json::object before = tag_map(old), after = tag_map(now);
  for (const auto& tag : after) {
    auto* known = before.if_contains(tag.key());
    if (!known || *known != tag.value()) change.set[tag.key()] = tag.value();
  }
  for (const auto& tag : before)
    if (!after.contains(tag.key())) change.removed.emplace_back(json::string(tag.key()));
  return change;
}

bool differs(const json::object& old, const json::object& now, std::string_view name) {
  auto *before = old.if_contains(name), *after = now.if_contains(name);
  if (!before || !after) return before != after;
  return !cfn::same_value(*before, *after);
}

}  // namespace live::cloud::cloudformation
