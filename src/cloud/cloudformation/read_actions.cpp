// Actions that show stacks, their resources, events and exports.
#include "cloud/cloudformation/service.h"

namespace live::cloud::cloudformation {
namespace {

constexpr size_t events_a_page = 100;

json::array outputs_json(const Stack& stack) {
  json::array made;
  for (const auto& output : stack.outputs) {
    json::object item{{"OutputKey", output.key}, {"OutputValue", output.value}};
    if (!output.description.empty()) item["Description"] = output.description;
    if (!output.export_name.empty()) item["ExportName"] = output.export_name;
    made.push_back(std::move(item));
  }
  return made;
}

void put_unless_empty(json::object& into, std::string_view name, const std::string& value) {
  if (!value.empty()) into[name] = value;
}

json::object shown(const Stack& stack) {
  json::object made{{"StackId", stack.id},
                    {"StackName", stack.name},
                    {"CreationTime", stack.created},
                    {"StackStatus", stack.status},
                    {"DisableRollback", stack.on_failure == "DO_NOTHING"},
                    {"EnableTerminationProtection", stack.termination_protection},
                    {"NotificationARNs", texts_json(stack.source.notification_arns)},
                    {"RollbackConfiguration", json::object{}},
                    {"Capabilities", texts_json(stack.source.capabilities)},
                    {"Parameters", parameters_json(stack.source)},
                    {"Tags", tags_json(stack.source.tags)},
                    {"Outputs", outputs_json(stack)},
                    {"DriftInformation", json::object{{"StackDriftStatus", "NOT_CHECKED"}}}};
  if (auto of = cfn::read_template(stack.source.text))
    put_unless_empty(made, "Description", of.value().description);
  put_unless_empty(made, "StackStatusReason", stack.reason);
  put_unless_empty(made, "LastUpdatedTime", stack.updated);
  put_unless_empty(made, "DeletionTime", stack.deleted);
  put_unless_empty(made, "ChangeSetId", stack.change_set_id);
  put_unless_empty(made, "RoleARN", stack.source.role_arn);
  put_unless_empty(made, "ParentId", stack.parent_id);
  put_unless_empty(made, "RootId", stack.root_id);
  return made;
}

ApiResult<json::object> describe_stacks(Service& service, const Call& call) {
  json::array stacks;
  if (string_or(call.input, "StackName").empty()) {
    for (const auto& stack : service.records().list(call.region))
      if (!stack->gone()) stacks.push_back(shown(*stack));
  } else {
    LIVE_API_TRY(auto stack, find_stack(service, call));
    stacks.push_back(shown(*stack));
  }
  return json::object{{"Stacks", std::move(stacks)}};
}

ApiResult<json::object> describe_events(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  auto events = service.records().events(*stack);
  size_t from = 0;
  std::string token = string_or(call.input, "NextToken");
  if (!token.empty()) {  // the last event shown: newer ones may have come meanwhile
    while (from < events.size() && string_or(events[from], "EventId") != token) ++from;
    ++from;
  }
  json::array page;
  for (size_t i = from; i < std::min(events.size(), from + events_a_page); ++i) page.push_back(events[i]);
  json::object made{{"StackEvents", std::move(page)}};
  if (events.size() > from + events_a_page)
    made["NextToken"] = string_or(events[from + events_a_page - 1], "EventId");
  return made;
}

json::object shown(const Stack& stack, const StackResource& resource, const char* time) {
  json::object made{{"LogicalResourceId", resource.id},
                    {"ResourceType", resource.type},
                    {time, resource.updated},
                    {"ResourceStatus", resource.status},
                    {"DriftInformation", json::object{{"StackResourceDriftStatus", "NOT_CHECKED"}}}};
  put_unless_empty(made, "PhysicalResourceId", resource.physical_id);
  put_unless_empty(made, "ResourceStatusReason", resource.reason);
  made["StackId"] = stack.id;
  made["StackName"] = stack.name;
  return made;
}

ApiResult<json::object> describe_resources(Service& service, const Call& call) {
  std::string physical = string_or(call.input, "PhysicalResourceId"),
              logical = string_or(call.input, "LogicalResourceId");
  StackPointer stack;
  if (!physical.empty() && string_or(call.input, "StackName").empty()) {
    for (const auto& each : service.records().list(call.region))
      for (const auto& [id, resource] : each->resources)
        if (resource.physical_id == physical && !each->gone()) stack = each;
    if (!stack) return validation_error(fmt::format("Stack for {} does not exist", physical));
  } else {
    LIVE_API_TRY(stack, find_stack(service, call));
  }
  json::array list;
  for (const auto& [id, resource] : stack->resources)
    if (logical.empty() || id == logical) list.push_back(shown(*stack, resource, "Timestamp"));
  return json::object{{"StackResources", std::move(list)}};
}

ApiResult<json::object> describe_resource(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  std::string id = string_or(call.input, "LogicalResourceId");
  auto found = stack->resources.find(id);
  if (found == stack->resources.end())
    return validation_error(fmt::format("Resource {} does not exist for stack {}", id, stack->name));
  auto detail = shown(*stack, found->second, "LastUpdatedTimestamp");
  if (!found->second.metadata.empty()) detail["Metadata"] = json::serialize(found->second.metadata);
  return json::object{{"StackResourceDetail", std::move(detail)}};
}

ApiResult<json::object> list_resources(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  json::array list;
  for (const auto& [id, resource] : stack->resources) {
    auto item = shown(*stack, resource, "LastUpdatedTimestamp");
    item.erase("StackId");
    item.erase("StackName");
    list.push_back(std::move(item));
  }
  return json::object{{"StackResourceSummaries", std::move(list)}};
}

ApiResult<json::object> list_stacks(Service& service, const Call& call) {
  auto wanted = texts_in(call.input, "StackStatusFilter");
  json::array list;
  for (const auto& stack : service.records().list(call.region)) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), stack->status) == wanted.end()) continue;
    json::object whole = shown(*stack), item;
    for (const char* name :
         {"StackId", "StackName", "TemplateDescription", "CreationTime", "LastUpdatedTime", "DeletionTime",
          "StackStatus", "StackStatusReason", "ParentId", "RootId", "DriftInformation"})
      if (auto* value = whole.if_contains(name)) item[name] = *value;
    list.push_back(std::move(item));
  }
  return json::object{{"StackSummaries", std::move(list)}};
}

ApiResult<json::object> list_exports(Service& service, const Call& call) {
  json::array list;
  for (const auto& stack : service.records().list(call.region)) {
    if (stack->gone()) continue;
    for (const auto& output : stack->outputs)
      if (!output.export_name.empty())
        list.push_back(json::object{
            {"ExportingStackId", stack->id}, {"Name", output.export_name}, {"Value", output.value}});
  }
  return json::object{{"Exports", std::move(list)}};
}

ApiResult<json::object> list_imports(Service& service, const Call& call) {
  std::string name = string_or(call.input, "ExportName");
  auto users = service.records().importers(call.region, name);
  if (users.empty()) return validation_error(fmt::format("Export '{}' is not imported by any stack.", name));
  return json::object{{"Imports", texts_json(users)}};
}

}  // namespace

void add_read_actions(ServicePointer service) {
  using Plain = ApiResult<json::object> (*)(Service&, const Call&);
  const std::pair<const char*, Plain> plain[] = {
      {"DescribeStacks", describe_stacks},
      {"DescribeStackEvents", describe_events},
      {"DescribeStackResources", describe_resources},
      {"DescribeStackResource", describe_resource},
      {"ListStackResources", list_resources},
      {"ListStacks", list_stacks},
      {"ListExports", list_exports},
      {"ListImports", list_imports},
  };
  for (const auto& [name, run] : plain)
    service->world.actions.add_plain("cloudformation", name,
                                     [service, run = run](const Call& call) { return run(*service, call); });
}

}  // namespace live::cloud::cloudformation
