#include "cloud/cloudformation/change_plan.h"

#include "template/compare.h"
#include "template/functions.h"

namespace live::cloud::cloudformation {
namespace {

std::string head_of(std::string_view path) { return std::string(path.substr(0, path.find('.'))); }

std::string text_of(const json::value& value) {
  auto text = cfn::text_of(value);
  return text ? text.value() : json::serialize(value);
}

// Why a property changes: its own text did, or what it refers to.
std::pair<std::string, std::string> cause_of(const cfn::Resource& now, const cfn::Resource* before,
                                             const std::string& property) {
  auto* written = now.properties.if_contains(property);
  auto* was = before ? before->properties.if_contains(property) : nullptr;
  if (!written || !was || *written != *was) return {"DirectModification", ""};
  cfn::References found;
  cfn::collect_references(*written, found);
  if (!found.attributes.empty())
    return {"ResourceAttribute", found.attributes.begin()->first + "." + found.attributes.begin()->second};
  if (!found.refs.empty()) return {"ResourceReference", *found.refs.begin()};
  return {"Automatic", ""};
}

json::object detail(const cfn::PropertyChange& change, const ResourceType& type, const cfn::Resource& now,
                    const cfn::Resource* before) {
  std::string property = head_of(change.path);
  bool tags = property == "Tags" && type.tags != TagForm::none;
  json::object target{{"Attribute", tags ? "Tags" : "Properties"},
                      {"Name", property},
                      {"RequiresRecreation", type.replaces_on(property) ? "Always" : "Never"},
                      {"Path", "/Properties/" + change.path}};
  auto& path = target["Path"].get_string();
  std::replace(path.begin(), path.end(), '.', '/');
  if (change.before) target["BeforeValue"] = text_of(*change.before);
  if (change.after) target["AfterValue"] = text_of(*change.after);
  target["AttributeChangeType"] = change.kind == cfn::Difference::added     ? "Add"
                                  : change.kind == cfn::Difference::removed ? "Remove"
                                                                            : "Modify";
  auto [source, entity] = cause_of(now, before, property);
  json::object made{{"Target", std::move(target)},
                    {"Evaluation", change.after && cfn::is_unknown(*change.after) ? "Dynamic" : "Static"},
                    {"ChangeSource", source}};
  if (!entity.empty()) made["CausingEntity"] = entity;
  return made;
}

json::object entry(json::object change) {
  return {{"Type", "Resource"}, {"ResourceChange", std::move(change)}};
}

json::object addition(const cfn::Resource& resource, const json::object& properties) {
  return {{"Action", "Add"},
          {"LogicalResourceId", resource.id},
          {"ResourceType", resource.type},
          {"Scope", json::array{}},
          {"Details", json::array{}},
          {"AfterContext", json::serialize(json::object{{"Properties", properties}})}};
}

json::object removal(const StackResource& resource) {
  bool kept = resource.deletion_policy == "Retain" || resource.deletion_policy == "RetainExceptOnCreate";
  return {{"PolicyAction", kept                                     ? "Retain"
                           : resource.deletion_policy == "Snapshot" ? "Snapshot"
                                                                    : "Delete"},
          {"Action", "Remove"},
          {"LogicalResourceId", resource.id},
          {"PhysicalResourceId", resource.physical_id},
          {"ResourceType", resource.type},
          {"Scope", json::array{}},
          {"Details", json::array{}},
          {"BeforeContext", json::serialize(json::object{{"Properties", resource.properties}})}};
}

// Empty: nothing changes.
json::object modification(const StackResource& old, const cfn::Resource& now, const cfn::Resource* before,
                          const ResourceType& type, const json::object& properties, bool& replaces) {
  auto changes = cfn::compare_values(old.properties, properties, "");
  json::array details;
  std::set<std::string> scope;
  bool unsure = false;
  replaces = old.type != now.type;
  for (const auto& change : changes) {
    bool recreates = type.replaces_on(head_of(change.path));
    bool dynamic = change.after && cfn::is_unknown(*change.after);
    if (recreates && dynamic) unsure = true;
    if (recreates && !dynamic) replaces = true;
    scope.insert(head_of(change.path) == "Tags" && type.tags != TagForm::none ? "Tags" : "Properties");
    details.push_back(detail(change, type, now, before));
  }
  auto attribute = [&](const char* name, bool changed) {
    if (!changed) return;
    scope.insert(name);
    details.push_back(
        json::object{{"Target", json::object{{"Attribute", name}, {"RequiresRecreation", "Never"}}},
                     {"Evaluation", "Static"},
                     {"ChangeSource", "DirectModification"}});
  };
  attribute("Metadata", old.metadata != now.metadata);
  attribute("DeletionPolicy", old.deletion_policy != now.deletion_policy);
  attribute("UpdateReplacePolicy", old.update_replace_policy != now.update_replace_policy);
  if (scope.empty() && !replaces) return {};
  json::array scopes;
  for (const auto& each : scope) scopes.emplace_back(json::string(each));
  json::object made{{"Action", "Modify"},
                    {"LogicalResourceId", old.id},
                    {"PhysicalResourceId", old.physical_id},
                    {"ResourceType", now.type},
                    {"Replacement", replaces ? "True"
                                    : unsure ? "Conditional"
                                             : "False"},
                    {"Scope", std::move(scopes)},
                    {"Details", std::move(details)},
                    {"BeforeContext", json::serialize(json::object{{"Properties", old.properties}})},
                    {"AfterContext", json::serialize(json::object{{"Properties", properties}})}};
  if (replaces)
    made["PolicyAction"] = old.update_replace_policy == "Retain" ? "ReplaceAndRetain" : "ReplaceAndDelete";
  replaces = replaces || unsure;
  return made;
}

bool outputs_differ(const Stack& stack, const Prepared& prepared) {
  size_t shown = 0;
  for (const auto& output : prepared.of.outputs) {
    if (!output.condition.empty() && !prepared.evaluator->condition(output.condition)) continue;
    ++shown;
    auto old = std::find_if(stack.outputs.begin(), stack.outputs.end(),
                            [&](const auto& each) { return each.key == output.name; });
    if (old == stack.outputs.end() || old->description != output.description) return true;
    auto value = prepared.evaluator->value(output.value, "/Outputs/" + output.name);
    if (!value || text_of(value.value()) != old->value) return true;
    std::string name;
    if (output.export_name)
      if (auto found = prepared.evaluator->value(*output.export_name, "/Outputs"))
        name = text_of(found.value());
    if (name != old->export_name) return true;
  }
  return shown != stack.outputs.size();
}

}  // namespace

ApiResult<ChangePlan> plan_changes(const Stack& stack, const Source& source, Prepared& prepared) {
  ChangePlan plan;
  cfn::Graph graph = prepared.graph();
  auto order = cfn::creation_order(graph);
  if (!order) return api_error(400, "ValidationError", order.error().message);
  auto old_template = cfn::read_template(stack.source.text);
  std::map<std::string, json::object> found;
  for (const auto& id : order.value()) {
    const cfn::Resource& resource = *prepared.of.resource(id);
    const ResourceType* type = find_type(resource.type);
    if (!type) return api_error(400, "ValidationError", "unsupported resource type " + resource.type);
    auto properties = wanted_properties(prepared, resource, *type, source);
    if (!properties) return api_error(400, "ValidationError", properties.error().message);
    auto old = stack.resources.find(id);
    if (old == stack.resources.end() || !old->second.exists()) {
      found[id] = addition(resource, properties.value());
      continue;
    }
    bool replaces = false;
    const cfn::Resource* before = old_template ? old_template.value().resource(id) : nullptr;
    auto change = modification(old->second, resource, before, *type, properties.value(), replaces);
    if (replaces) prepared.resolver.unknown.insert(id);
    if (!change.empty()) found[id] = std::move(change);
  }
  for (const auto& [id, resource] : stack.resources)
    if (!graph.contains(id) && resource.exists()) found[id] = removal(resource);
  for (auto& [id, change] : found) plan.changes.push_back(entry(std::move(change)));
  plan.beside_resources = outputs_differ(stack, prepared) || stack.source.tags != source.tags;
  return plan;
}

}  // namespace live::cloud::cloudformation
