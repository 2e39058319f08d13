#include "cloud/cloudformation/stack.h"

namespace live::cloud::cloudformation {
namespace {

json::array list_json(const std::vector<std::string>& list) {
  json::array made;
  for (const auto& item : list) made.emplace_back(json::string(item));
  return made;
}

std::vector<std::string> list_from(const json::object& from, std::string_view key) {
  std::vector<std::string> list;
  if (auto* found = find_array(from, key))
    for (const auto& item : *found)
      if (item.is_string()) list.emplace_back(item.get_string());
  return list;
}

template <class Map>
json::object map_json(const Map& map) {
  json::object made;
  for (const auto& [key, value] : map) made[key] = value;
  return made;
}

template <class Map>
Map map_from(const json::object& from, std::string_view key) {
  Map map;
  if (auto* found = find_object(from, key))
    for (const auto& member : *found)
      if (member.value().is_string())
        map[std::string(member.key())] = std::string(member.value().get_string());
  return map;
}

json::object object_from(const json::object& from, std::string_view key) {
  auto* found = find_object(from, key);
  return found ? *found : json::object{};
}

json::object source_json(const Source& source) {
  return {{"text", source.text},
          {"given", map_json(source.given)},
          {"values", map_json(source.values)},
          {"tags", map_json(source.tags)},
          {"capabilities", list_json(source.capabilities)},
          {"notification_arns", list_json(source.notification_arns)},
          {"role_arn", source.role_arn}};
}

Source source_from(const json::object& from) {
  return {.text = string_or(from, "text"),
          .given = map_from<cfn::ParameterTexts>(from, "given"),
          .values = map_from<cfn::ParameterTexts>(from, "values"),
          .tags = map_from<std::map<std::string, std::string>>(from, "tags"),
          .capabilities = list_from(from, "capabilities"),
          .notification_arns = list_from(from, "notification_arns"),
          .role_arn = string_or(from, "role_arn")};
}

json::array outputs_json(const std::vector<StackExport>& outputs) {
  json::array made;
  for (const auto& output : outputs)
    made.push_back(json::object{{"key", output.key},
                                {"value", output.value},
                                {"description", output.description},
                                {"export", output.export_name}});
  return made;
}

}  // namespace

json::object to_json(const StackResource& resource) {
  json::object made{{"id", resource.id},
                    {"type", resource.type},
                    {"physical_id", resource.physical_id},
                    {"status", resource.status},
                    {"reason", resource.reason},
                    {"updated", resource.updated},
                    {"properties", resource.properties},
                    {"attributes", resource.attributes},
                    {"metadata", resource.metadata},
                    {"deletion_policy", resource.deletion_policy},
                    {"update_replace_policy", resource.update_replace_policy},
                    {"depends_on", list_json(resource.depends_on)}};
  if (resource.before) made["before"] = *resource.before;
  return made;
}

StackResource resource_from(const json::object& document) {
  StackResource made{.id = string_or(document, "id"),
                     .type = string_or(document, "type"),
                     .physical_id = string_or(document, "physical_id"),
                     .status = string_or(document, "status"),
                     .reason = string_or(document, "reason"),
                     .updated = string_or(document, "updated"),
                     .properties = object_from(document, "properties"),
                     .attributes = object_from(document, "attributes"),
                     .metadata = object_from(document, "metadata"),
                     .deletion_policy = string_or(document, "deletion_policy"),
                     .update_replace_policy = string_or(document, "update_replace_policy"),
                     .depends_on = list_from(document, "depends_on")};
  if (auto* before = find(document, "before")) made.before = *before;
  return made;
}

json::object to_json(const Stack& stack) {
  json::array retired;
  for (const auto& resource : stack.retired) retired.push_back(to_json(resource));
  json::object made{{"id", stack.id},
                    {"name", stack.name},
                    {"region", stack.region},
                    {"status", stack.status},
                    {"reason", stack.reason},
                    {"created", stack.created},
                    {"updated", stack.updated},
                    {"deleted", stack.deleted},
                    {"caller_account", stack.caller.account},
                    {"caller_arn", stack.caller.arn},
                    {"caller_user_id", stack.caller.user_id},
                    {"caller_session_policies", stack.caller.session_policies},
                    {"source", source_json(stack.source)},
                    {"outputs", outputs_json(stack.outputs)},
                    {"imports", list_json(stack.imports)},
                    {"on_failure", stack.on_failure},
                    {"termination_protection", stack.termination_protection},
                    {"policy", stack.policy},
                    {"parent_id", stack.parent_id},
                    {"root_id", stack.root_id},
                    {"change_set_id", stack.change_set_id},
                    {"client_token", stack.client_token},
                    {"retain_on_delete", list_json(stack.retain_on_delete)},
                    {"retired", std::move(retired)}};
  if (stack.previous) made["previous"] = source_json(*stack.previous);
  return made;
}

Stack stack_from(const json::object& document) {
  Stack made{.id = string_or(document, "id"),
             .name = string_or(document, "name"),
             .region = string_or(document, "region"),
             .status = string_or(document, "status"),
             .reason = string_or(document, "reason"),
             .created = string_or(document, "created"),
             .updated = string_or(document, "updated"),
             .deleted = string_or(document, "deleted")};
  made.caller = {.account = string_or(document, "caller_account"),
                 .arn = string_or(document, "caller_arn"),
                 .user_id = string_or(document, "caller_user_id"),
                 .access_key = {},
                 .service = "cloudformation.amazonaws.com",
                 .session_policies = string_or(document, "caller_session_policies")};
  made.source = source_from(object_from(document, "source"));
  if (auto* previous = find_object(document, "previous")) made.previous = source_from(*previous);
  if (auto* outputs = find_array(document, "outputs"))
    for (const auto& item : *outputs) {
      const auto& output = item.as_object();
      made.outputs.push_back({string_or(output, "key"), string_or(output, "value"),
                              string_or(output, "description"), string_or(output, "export")});
    }
  made.imports = list_from(document, "imports");
  made.on_failure = string_or(document, "on_failure", "ROLLBACK");
  made.termination_protection = find_bool(document, "termination_protection").value_or(false);
  made.policy = string_or(document, "policy");
  made.parent_id = string_or(document, "parent_id");
  made.root_id = string_or(document, "root_id");
  made.change_set_id = string_or(document, "change_set_id");
  made.client_token = string_or(document, "client_token");
  made.retain_on_delete = list_from(document, "retain_on_delete");
  if (auto* retired = find_array(document, "retired"))
    for (const auto& item : *retired) made.retired.push_back(resource_from(item.as_object()));
  return made;
}

json::object to_json(const ChangeSet& change_set) {
  return {{"id", change_set.id},
          {"name", change_set.name},
          {"stack_id", change_set.stack_id},
          {"type", change_set.type},
          {"status", change_set.status},
          {"reason", change_set.reason},
          {"execution", change_set.execution},
          {"created", change_set.created},
          {"description", change_set.description},
          {"on_failure", change_set.on_failure},
          {"source", source_json(change_set.source)},
          {"changes", change_set.changes},
          {"include_nested", change_set.include_nested},
          {"import_existing", change_set.import_existing},
          {"deployment_config", change_set.deployment_config}};
}

ChangeSet change_set_from(const json::object& document) {
  auto* changes = find_array(document, "changes");
  return {.id = string_or(document, "id"),
          .name = string_or(document, "name"),
          .stack_id = string_or(document, "stack_id"),
          .type = string_or(document, "type"),
          .status = string_or(document, "status"),
          .reason = string_or(document, "reason"),
          .execution = string_or(document, "execution"),
          .created = string_or(document, "created"),
          .description = string_or(document, "description"),
          .on_failure = string_or(document, "on_failure"),
          .source = source_from(object_from(document, "source")),
          .changes = changes ? *changes : json::array{},
          .include_nested = find_bool(document, "include_nested").value_or(false),
          .import_existing = find_bool(document, "import_existing").value_or(false),
          .deployment_config = object_from(document, "deployment_config")};
}

}  // namespace live::cloud::cloudformation
