#include "template/read.h"

#include <cctype>

#include "template/yaml.h"

namespace live::cfn {
namespace {

Fault format_error(const std::string& what) { return fault("Template format error: " + what); }

bool alphanumeric(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c); });
}

std::string scalar_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  return value.is_null() ? "" : json::serialize(value);
}

Result<json::object> section(const json::object& document, std::string_view name) {
  const json::value* found = find(document, name);
  if (!found || found->is_null()) return json::object{};
  if (!found->is_object()) return format_error(fmt::format("{} must be an object.", name));
  return found->get_object();
}

std::optional<double> limit(const json::object& from, std::string_view key) {
  const json::value* found = find(from, key);
  if (!found) return std::nullopt;
  try {
    return std::stod(scalar_text(*found));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

Result<Parameter> read_parameter(std::string_view name, const json::value& from) {
  if (!from.is_object()) return format_error(fmt::format("Parameter {} must be an object.", name));
  const auto& object = from.get_object();
  static const std::set<std::string, std::less<>> known{
      "Type",      "Default",  "NoEcho",   "AllowedValues", "AllowedPattern",       "MinLength",
      "MaxLength", "MinValue", "MaxValue", "Description",   "ConstraintDescription"};
  for (const auto& member : object)
    if (!known.contains(member.key()))
      return format_error(
          fmt::format("Invalid template parameter property '{}'", std::string_view(member.key())));
  Parameter parameter{.name = std::string(name), .type = string_or(object, "Type")};
  if (parameter.type.empty())
    return format_error(fmt::format("Every Parameters object must contain a Type member. ({})", name));
  if (auto* value = find(object, "Default")) parameter.default_value = scalar_text(*value);
  parameter.no_echo = find_bool(object, "NoEcho").value_or(false);
  if (auto* values = find_array(object, "AllowedValues"))
    for (const auto& value : *values) parameter.allowed_values.push_back(scalar_text(value));
  parameter.allowed_pattern = string_or(object, "AllowedPattern");
  parameter.min_length = limit(object, "MinLength");
  parameter.max_length = limit(object, "MaxLength");
  parameter.min_value = limit(object, "MinValue");
  parameter.max_value = limit(object, "MaxValue");
  parameter.description = string_or(object, "Description");
  parameter.constraint_description = string_or(object, "ConstraintDescription");
  return parameter;
}

Result<std::vector<std::string>> read_depends_on(std::string_view id, const json::value* from) {
  std::vector<std::string> ids;
  if (!from || from->is_null()) return ids;
  if (from->is_string()) {
    ids.emplace_back(from->get_string());
    return ids;
  }
  if (!from->is_array()) return format_error(fmt::format("DependsOn of {} must be a string or list.", id));
  for (const auto& item : from->get_array()) {
    if (!item.is_string()) return format_error(fmt::format("DependsOn of {} must contain strings.", id));
    ids.emplace_back(item.get_string());
  }
  return ids;
}

Result<std::string> read_policy(std::string_view id, const json::object& from, std::string_view name) {
  std::string policy = string_or(from, name);
  static const std::set<std::string, std::less<>> known{"", "Delete", "Retain", "Snapshot",
                                                        "RetainExceptOnCreate"};
  if (!known.contains(policy))
    return format_error(fmt::format("Unrecognized {} {} for resource {}", name, policy, id));
  return policy;
}

Result<Resource> read_resource(std::string_view id, const json::value& from) {
  if (id.starts_with("Fn::ForEach")) return fault("Fn::ForEach is not supported: " + std::string(id));
  if (!alphanumeric(id)) return format_error(fmt::format("Resource name {} is non alphanumeric.", id));
  if (!from.is_object()) return format_error(fmt::format("Resource {} must be an object.", id));
  const auto& object = from.get_object();
  static const std::set<std::string, std::less<>> known{
      "Type",           "Properties",          "Metadata",     "Condition",      "DependsOn",
      "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy", "Description"};
  for (const auto& member : object)
    if (!known.contains(member.key()))
      return fault(fmt::format("Invalid template resource property '{}' of resource {}",
                               std::string_view(member.key()), id));
  Resource resource{.id = std::string(id), .type = string_or(object, "Type")};
  if (resource.type.empty())
    return format_error(
        fmt::format("[/Resources/{}] Every Resources object must contain a Type member.", id));
  LIVE_TRY(resource.properties, section(object, "Properties"));
  LIVE_TRY(resource.metadata, section(object, "Metadata"));
  resource.condition = string_or(object, "Condition");
  LIVE_TRY(resource.depends_on, read_depends_on(id, find(object, "DependsOn")));
  LIVE_TRY(resource.deletion_policy, read_policy(id, object, "DeletionPolicy"));
  LIVE_TRY(resource.update_replace_policy, read_policy(id, object, "UpdateReplacePolicy"));
  for (const char* name : {"CreationPolicy", "UpdatePolicy"})
    if (auto* found = find(object, name)) resource.attributes[name] = *found;
  return resource;
}

Result<StackOutput> read_output(std::string_view name, const json::value& from) {
  if (!from.is_object()) return format_error(fmt::format("Output {} must be an object.", name));
  const auto& object = from.get_object();
  StackOutput output{.name = std::string(name)};
  auto* value = find(object, "Value");
  if (!value)
    return format_error(fmt::format("Every Outputs member must contain a Value object. ({})", name));
  output.value = *value;
  if (auto* exported = find_object(object, "Export"))
    if (auto* export_name = find(*exported, "Name")) output.export_name = *export_name;
  output.condition = string_or(object, "Condition");
  output.description = string_or(object, "Description");
  return output;
}

Result<std::vector<std::string>> read_transforms(const json::object& document) {
  std::vector<std::string> names;
  auto* found = find(document, "Transform");
  if (!found) return names;
  auto add = [&](const json::value& item) {
    names.push_back(item.is_object() ? string_or(item.get_object(), "Name") : scalar_text(item));
  };
  if (found->is_array())
    for (const auto& item : found->get_array()) add(item);
  else
    add(*found);
  // The language extensions are functions that evaluate.h knows; anything else would rewrite the template.
  for (const auto& name : names)
    if (name != "AWS::LanguageExtensions")
      return fault(fmt::format("Transform {} is not supported: macros cannot run here", name));
  return names;
}

void unresolved(const Template& in, const References& found, std::set<std::string>& missing) {
  for (const auto& name : found.refs)
    if (!name.starts_with("AWS::") && !in.resource(name) && !in.parameter(name)) missing.insert(name);
  for (const auto& [id, attribute] : found.attributes)
    if (!in.resource(id)) missing.insert(id);
}

Result<void> check_references(const Template& in) {
  std::set<std::string> missing;
  std::set<std::string, std::less<>> conditions;
  for (const auto& resource : in.resources) {
    References found;
    collect_references(resource.properties, found);
    unresolved(in, found, missing);
    for (const auto& id : resource.depends_on)
      if (!in.resource(id)) missing.insert(id);
    conditions.merge(found.conditions);
    if (!resource.condition.empty()) conditions.insert(resource.condition);
  }
  if (!missing.empty())
    return format_error(
        fmt::format("Unresolved resource dependencies [{}] in the Resources block of the template",
                    fmt::join(missing, ", ")));
  for (const auto& output : in.outputs) {
    References found;
    collect_references(output.value, found);
    if (output.export_name) collect_references(*output.export_name, found);
    unresolved(in, found, missing);
    conditions.merge(found.conditions);
    if (!output.condition.empty()) conditions.insert(output.condition);
  }
  if (!missing.empty())
    return format_error(
        fmt::format("Unresolved resource dependencies [{}] in the Outputs block of the template",
                    fmt::join(missing, ", ")));
  for (const auto& name : conditions)
    if (!in.conditions.contains(name))
      return format_error(
          fmt::format("Unresolved condition dependency {} in the Resources block of the template", name));
  return outcome::success();
}

}  // namespace

const Resource* Template::resource(std::string_view id) const {
  auto found =
      std::find_if(resources.begin(), resources.end(), [&](const auto& each) { return each.id == id; });
  return found == resources.end() ? nullptr : &*found;
}

const Parameter* Template::parameter(std::string_view name) const {
  auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const auto& each) { return each.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

Result<json::object> read_document(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return format_error("the template is empty.");
  Result<json::value> parsed = text[first] == '{' ? parse_json(text) : parse_yaml(text);
  // A YAML document may begin with a flow mapping; JSON that is not well formed is best named as such.
  if (!parsed && text[first] == '{') {
    auto yaml = parse_yaml(text);
    if (!yaml || !yaml.value().is_object())
      return format_error("JSON not well-formed. " + parsed.error().message);
    parsed = std::move(yaml);
  }
  if (!parsed) return parsed.error();
  if (!parsed.value().is_object()) return format_error("unsupported structure.");
  return std::move(parsed.value().get_object());
}

Result<Template> read_template(std::string_view text) {
  LIVE_TRY(auto document, read_document(text));
  return read_template(document);
}

Result<Template> read_template(const json::object& document) {
  static const std::set<std::string, std::less<>> known{"AWSTemplateFormatVersion",
                                                        "Description",
                                                        "Metadata",
                                                        "Parameters",
                                                        "Mappings",
                                                        "Conditions",
                                                        "Rules",
                                                        "Transform",
                                                        "Resources",
                                                        "Outputs",
                                                        "Hooks"};
  for (const auto& member : document)
    if (!known.contains(member.key()))
      return fault(
          fmt::format("Invalid template property or properties [{}]", std::string_view(member.key())));
  if (document.contains("Hooks")) return fault("Section Hooks is not supported: remove it from the template");
  Template made;
  made.description = string_or(document, "Description");
  LIVE_TRY(made.transforms, read_transforms(document));
  LIVE_TRY(auto parameters, section(document, "Parameters"));
  for (const auto& member : parameters) {
    LIVE_TRY(auto parameter, read_parameter(member.key(), member.value()));
    made.parameters.push_back(std::move(parameter));
  }
  LIVE_TRY(made.mappings, section(document, "Mappings"));
  LIVE_TRY(made.conditions, section(document, "Conditions"));
  LIVE_TRY(made.rules, section(document, "Rules"));
  LIVE_TRY(made.metadata, section(document, "Metadata"));
  LIVE_TRY(auto resources, section(document, "Resources"));
  if (resources.empty()) return format_error("At least one Resources member must be defined.");
  constexpr size_t kMostResources = 500;  // CloudFormation quota
  if (resources.size() > kMostResources)
    return format_error(fmt::format("Number of resources, {}, is greater than maximum allowed, {}",
                                    resources.size(), kMostResources));
  for (const auto& member : resources) {
    LIVE_TRY(auto resource, read_resource(member.key(), member.value()));
    if (made.parameter(resource.id))
      return format_error("Duplicate name " + resource.id + " in Resources and Parameters.");
    made.resources.push_back(std::move(resource));
  }
  LIVE_TRY(auto outputs, section(document, "Outputs"));
  for (const auto& member : outputs) {
    LIVE_TRY(auto output, read_output(member.key(), member.value()));
    made.outputs.push_back(std::move(output));
  }
  LIVE_TRY(check_references(made));
  LIVE_TRY(creation_order(dependencies(made)));
  return made;
}

}  // namespace live::cfn
