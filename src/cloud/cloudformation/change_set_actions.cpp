// Change sets: what would happen, shown before it does.
#include "cloud/cloudformation/change_plan.h"
#include "cloud/cloudformation/service.h"

namespace live::cloud::cloudformation {
namespace {

using Answer = ApiResult<Output>;

ApiError no_such(std::string_view name) {
  return api_error(404, "ChangeSetNotFound", fmt::format("ChangeSet [{}] does not exist", name));
}

ApiResult<std::shared_ptr<ChangeSet>> find_change_set(Service& service, const Call& call) {
  std::string name = string_or(call.input, "ChangeSetName");
  if (name.starts_with("arn:")) {
    auto found = service.records().change_set(name);
    if (!found) return no_such(name);
    return found;
  }
  std::string stack_name = string_or(call.input, "StackName");
  if (stack_name.empty())
    return validation_error("StackName must be specified if ChangeSetName is not specified as an ARN.");
  auto stack = service.records().find(call.region, stack_name);
  if (!stack) return validation_error(fmt::format("Stack [{}] does not exist", stack_name));
  auto found = service.records().change_set(*stack, name);
  if (!found) return no_such(name);
  return found;
}

ApiResult<StackPointer> stack_for(Service& service, const Call& call, const std::string& type, bool& is_new) {
  std::string name = string_or(call.input, "StackName");
  auto stack = service.records().find(call.region, name);
  is_new = false;
  if (type == "UPDATE") {
    if (!stack) return validation_error(fmt::format("Stack [{}] does not exist", name));
    LIVE_API_TRY(check_updatable(*stack));
    return stack;
  }
  if (type != "CREATE")
    return validation_error(fmt::format("ChangeSetType {} is not supported by the embedded AWS", type));
  if (stack && stack->status != "REVIEW_IN_PROGRESS")
    return validation_error(
        fmt::format("Stack [{}] already exists and cannot be created again with the changeSet [{}].", name,
                    string_or(call.input, "ChangeSetName")));
  if (stack) return stack;
  is_new = true;
  return std::make_shared<Stack>(new_stack(service, call, name));
}

ChangeSet new_change_set(Service& service, const Call& call, const Stack& stack, const std::string& type) {
  ChangeSet made{.name = string_or(call.input, "ChangeSetName"), .stack_id = stack.id, .type = type};
  made.id = fmt::format("arn:aws:cloudformation:{}:{}:changeSet/{}/{}", call.region, service.world.account,
                        made.name, service.world.ids.uuid());
  made.created = service.records().now();
  made.description = string_or(call.input, "Description");
  made.on_failure = string_or(call.input, "OnStackFailure");
  made.include_nested = find_bool(call.input, "IncludeNestedStacks").value_or(false);
  made.import_existing = find_bool(call.input, "ImportExistingResources").value_or(false);
  if (auto* config = find_object(call.input, "DeploymentConfig")) made.deployment_config = *config;
  return made;
}

Async<Answer> create_change_set(ServicePointer service, Call call) {
  std::string type = string_or(call.input, "ChangeSetType", "UPDATE"),
              name = string_or(call.input, "ChangeSetName");
  bool is_new = false;
  auto found = stack_for(*service, call, type, is_new);
  if (found.has_error()) co_return found.error();
  StackPointer stack = found.value();
  if (service->records().change_set(*stack, name))
    co_return api_error(409, "AlreadyExistsException", fmt::format("ChangeSet {} already exists", name));
  const Stack* previous = type == "UPDATE" ? stack.get() : nullptr;
  auto source = co_await read_source(service, call, stack, previous);
  if (source.has_error()) co_return source.error();
  ChangeSet made = new_change_set(*service, call, *stack, type);
  made.source = std::move(source.value());
  auto prepared = prepare(*stack, made.source, service->records(), service->world, true);
  if (prepared.has_error()) co_return prepared.error();
  auto plan = plan_changes(*stack, made.source, *prepared.value());
  if (plan.has_error()) co_return plan.error();
  if (is_new) {
    stack = service->records().add(*stack);
    service->records().set_status(*stack, "REVIEW_IN_PROGRESS", "User Initiated");
  }
  bool nothing = plan.value().empty() && !stack->status.ends_with("_FAILED");
  made.status = nothing ? "FAILED" : "CREATE_COMPLETE";
  made.execution = nothing ? "UNAVAILABLE" : "AVAILABLE";
  if (nothing)
    made.reason =
        "The submitted information didn't contain changes. Submit different information to create a change "
        "set.";
  made.changes = std::move(plan.value().changes);
  service->records().save(made);
  Output output{.value = {{"Id", made.id}, {"StackId", stack->id}}, .payload = {}};
  co_return output;
}

json::array shown_changes(const ChangeSet& change_set, bool with_values) {
  json::array changes = change_set.changes;
  if (with_values) return changes;
  for (auto& change : changes) {
    auto& resource = change.get_object()["ResourceChange"].get_object();
    resource.erase("BeforeContext");
    resource.erase("AfterContext");
    for (auto& detail : resource["Details"].get_array()) {
      auto& target = detail.get_object()["Target"].get_object();
      target.erase("BeforeValue");
      target.erase("AfterValue");
      target.erase("Path");
      target.erase("AttributeChangeType");
    }
  }
  return changes;
}

ApiResult<json::object> describe_change_set(Service& service, const Call& call) {
  LIVE_API_TRY(auto change_set, find_change_set(service, call));
  auto stack = service.records().find(call.region, change_set->stack_id);
  json::object made{
      {"ChangeSetName", change_set->name},
      {"ChangeSetId", change_set->id},
      {"StackId", change_set->stack_id},
      {"StackName", stack ? stack->name : ""},
      {"Parameters", parameters_json(change_set->source)},
      {"CreationTime", change_set->created},
      {"ExecutionStatus", change_set->execution},
      {"Status", change_set->status},
      {"NotificationARNs", texts_json(change_set->source.notification_arns)},
      {"Capabilities", texts_json(change_set->source.capabilities)},
      {"Tags", tags_json(change_set->source.tags)},
      {"Changes", shown_changes(*change_set, find_bool(call.input, "IncludePropertyValues").value_or(false))},
      {"IncludeNestedStacks", change_set->include_nested},
      {"ImportExistingResources", change_set->import_existing}};
  if (!change_set->reason.empty()) made["StatusReason"] = change_set->reason;
  if (!change_set->description.empty()) made["Description"] = change_set->description;
  if (!change_set->on_failure.empty()) made["OnStackFailure"] = change_set->on_failure;
  if (!change_set->deployment_config.empty()) made["DeploymentConfig"] = change_set->deployment_config;
  return made;
}

ApiResult<json::object> execute_change_set(Service& service, const Call& call) {
  LIVE_API_TRY(auto change_set, find_change_set(service, call));
  if (change_set->execution != "AVAILABLE")
    return api_error(400, "InvalidChangeSetStatus",
                     fmt::format("ChangeSet [{}] cannot be executed in its current status of [{}]",
                                 change_set->id, change_set->status));
  auto stack = service.records().find(call.region, change_set->stack_id);
  if (!stack) return validation_error(fmt::format("Stack [{}] does not exist", change_set->stack_id));
  if (change_set->type == "UPDATE") {
    LIVE_API_TRY(check_updatable(*stack));
  }
  bool keeps = find_bool(call.input, "DisableRollback").value_or(false);
  stack->on_failure = keeps                            ? "DO_NOTHING"
                      : change_set->on_failure.empty() ? "ROLLBACK"
                                                       : change_set->on_failure;
  stack->change_set_id = change_set->id;
  stack->client_token = string_or(call.input, "ClientRequestToken");
  stack->caller = call.caller;
  change_set->execution = "EXECUTE_COMPLETE";
  service.records().save(*change_set);
  for (const auto& other : service.records().change_sets(*stack))
    if (other->id != change_set->id) service.records().erase(*other);
  if (change_set->type == "UPDATE") {
    service.engine->update(stack, change_set->source);
  } else {
    stack->source = change_set->source;
    service.engine->create(stack);
  }
  return json::object{};
}

ApiResult<json::object> delete_change_set(Service& service, const Call& call) {
  auto found = find_change_set(service, call);
  if (found.has_error()) {
    if (found.error().code == "ChangeSetNotFound") return json::object{};
    return found.error();
  }
  service.records().erase(*found.value());
  return json::object{};
}

ApiResult<json::object> list_change_sets(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  json::array summaries;
  for (const auto& each : service.records().change_sets(*stack)) {
    json::object summary{{"StackId", stack->id},
                         {"StackName", stack->name},
                         {"ChangeSetId", each->id},
                         {"ChangeSetName", each->name},
                         {"ExecutionStatus", each->execution},
                         {"Status", each->status},
                         {"CreationTime", each->created},
                         {"IncludeNestedStacks", each->include_nested},
                         {"ImportExistingResources", each->import_existing}};
    if (!each->reason.empty()) summary["StatusReason"] = each->reason;
    if (!each->description.empty()) summary["Description"] = each->description;
    summaries.push_back(std::move(summary));
  }
  return json::object{{"Summaries", std::move(summaries)}};
}

}  // namespace

void add_change_set_actions(ServicePointer service) {
  Directory& actions = service->world.actions;
  actions.add("cloudformation", "CreateChangeSet",
              [service](Call call) { return create_change_set(service, std::move(call)); });
  using Plain = ApiResult<json::object> (*)(Service&, const Call&);
  const std::pair<const char*, Plain> plain[] = {
      {"DescribeChangeSet", describe_change_set},
      {"ExecuteChangeSet", execute_change_set},
      {"DeleteChangeSet", delete_change_set},
      {"ListChangeSets", list_change_sets},
  };
  for (const auto& [name, run] : plain)
    actions.add_plain("cloudformation", name,
                      [service, run = run](const Call& call) { return run(*service, call); });
}

}  // namespace live::cloud::cloudformation
