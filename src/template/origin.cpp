#include "template/origin.h"

namespace live {
namespace {

constexpr int kMostHops = 16;  // parameters and outputs between a value and its resource

class Search {
 public:
  explicit Search(Assembly& assembly) : assembly_(assembly) {}

  std::optional<Origin> find(AssemblyTemplate& one, const json::value& value, int hops = 0) {
    auto const* object = value.if_object();
    if (!object || hops > kMostHops) return std::nullopt;
    if (auto const* path = find_array(*object, "Fn::GetAtt");
        path && path->size() == 2 && path->at(0).is_string() && path->at(1).is_string())
      return through_attribute(one, std::string(path->at(0).get_string()),
                               std::string(path->at(1).get_string()), hops);
    if (auto const text = find_string(*object, "Fn::GetAtt"); text && text->find('.') != std::string::npos)
      return through_attribute(one, text->substr(0, text->find('.')), text->substr(text->find('.') + 1),
                               hops);
    if (auto const name = find_string(*object, "Ref")) {
      if (resource_in(one, *name)) return Origin{&one, *name, ""};
      return through_parameter(one, *name, hops);
    }
    if (auto const* name = live::find(*object, "Fn::ImportValue")) return through_export(*name, hops);
    return std::nullopt;
  }

 private:
  std::optional<Origin> through_attribute(AssemblyTemplate& one, const std::string& id,
                                          const std::string& attribute, int hops) {
    auto* resource = resource_in(one, id);
    if (!resource) return std::nullopt;
    constexpr std::string_view kOutputs = "Outputs.";
    bool const nested = string_or(*resource, "Type") == "AWS::CloudFormation::Stack";
    if (!nested || !attribute.starts_with(kOutputs)) return Origin{&one, id, attribute};
    for (auto& [file, inner] : assembly_.templates()) {
      if (inner.parent != one.file || inner.parent_id != id) continue;
      auto* outputs = object_in(inner.body, "Outputs");
      auto* output = outputs ? object_in(*outputs, attribute.substr(kOutputs.size())) : nullptr;
      if (output && output->contains("Value")) return find(inner, output->at("Value"), hops + 1);
    }
    return std::nullopt;
  }

  std::optional<Origin> through_parameter(AssemblyTemplate& one, const std::string& name, int hops) {
    if (one.parent.empty()) return std::nullopt;
    auto& parent = assembly_.templates().at(one.parent);
    auto* stack = resource_in(parent, one.parent_id);
    auto* properties = stack ? object_in(*stack, "Properties") : nullptr;
    auto* parameters = properties ? object_in(*properties, "Parameters") : nullptr;
    auto const* value = parameters ? parameters->if_contains(name) : nullptr;
    return value ? find(parent, *value, hops + 1) : std::nullopt;
  }

  std::optional<Origin> through_export(const json::value& name, int hops) {
    for (auto& [file, other] : assembly_.templates()) {
      auto* outputs = object_in(other.body, "Outputs");
      if (!outputs) continue;
      for (auto& [key, value] : *outputs) {
        auto* output = value.if_object();
        auto* exported = output ? object_in(*output, "Export") : nullptr;
        if (exported && exported->contains("Name") && exported->at("Name") == name &&
            output->contains("Value"))
          return find(other, output->at("Value"), hops + 1);
      }
    }
    return std::nullopt;
  }

  Assembly& assembly_;
};

}  // namespace

json::object* object_in(json::object& in, std::string_view key) {
  auto* value = in.if_contains(key);
  return value ? value->if_object() : nullptr;
}

json::object* resource_in(AssemblyTemplate& one, std::string_view id) {
  auto* resources = object_in(one.body, "Resources");
  return resources ? object_in(*resources, id) : nullptr;
}

std::optional<Origin> origin_of(Assembly& assembly, AssemblyTemplate& one, const json::value& value) {
  return Search(assembly).find(one, value);
}

std::optional<Origin> function_behind(Assembly& assembly, AssemblyTemplate& one, const json::value& name) {
  auto found = origin_of(assembly, one, name);
  if (!found) return std::nullopt;
  auto const& resource = *resource_in(*found->where, found->id);
  auto const type = string_or(resource, "Type");
  if (type == "AWS::Lambda::Function") return found;
  auto const* properties = find_object(resource, "Properties");
  auto const* behind = properties ? find(*properties, "FunctionName") : nullptr;
  bool const leads_on = type == "AWS::Lambda::Version" || type == "AWS::Lambda::Alias";
  return leads_on && behind ? function_behind(assembly, *found->where, *behind) : std::nullopt;
}

}  // namespace live
