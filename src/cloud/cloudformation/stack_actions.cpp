// Actions that make, change and remove stacks directly.
#include "cloud/cloudformation/change_plan.h"
#include "cloud/cloudformation/service.h"

namespace live::cloud::cloudformation {
namespace {

using Answer = ApiResult<Output>;

bool is_stack_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::isalpha(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

Output stack_id(const Stack& stack) { return {.value = {{"StackId", stack.id}}, .payload = {}}; }

std::string on_failure(const json::object& input) {
  if (find_bool(input, "DisableRollback").value_or(false)) return "DO_NOTHING";
  return string_or(input, "OnFailure", "ROLLBACK");
}

Async<Answer> create_stack(ServicePointer service, Call call) {
  std::string name = string_or(call.input, "StackName");
  if (!is_stack_name(name))
    co_return validation_error(
        fmt::format("1 validation error detected: Value '{}' at 'stackName' failed to satisfy "
                    "constraint: Member must satisfy regular expression pattern: "
                    "[a-zA-Z][-a-zA-Z0-9]*",
                    name));
  if (auto known = service->records().find(call.region, name))
    co_return api_error(400, "AlreadyExistsException", fmt::format("Stack [{}] already exists", name));
  auto draft = std::make_shared<Stack>(new_stack(*service, call, name));
  auto source = co_await read_source(service, call, draft, nullptr);
  if (source.has_error()) co_return source.error();
  if (service->records().find(call.region, name))
    co_return api_error(400, "AlreadyExistsException", fmt::format("Stack [{}] already exists", name));
  draft->source = std::move(source.value());
  draft->on_failure = on_failure(call.input);
  draft->termination_protection = find_bool(call.input, "EnableTerminationProtection").value_or(false);
  draft->client_token = string_or(call.input, "ClientRequestToken");
  draft->policy = string_or(call.input, "StackPolicyBody");
  auto stack = service->records().add(*draft);
  service->engine->create(stack);
  co_return stack_id(*stack);
}

Async<Answer> update_stack(ServicePointer service, Call call) {
  auto found = find_stack(*service, call);
  if (found.has_error()) co_return found.error();
  StackPointer stack = found.value();
  auto updatable = check_updatable(*stack);
  if (updatable.has_error()) co_return updatable.error();
  auto source = co_await read_source(service, call, stack, stack.get());
  if (source.has_error()) co_return source.error();
  updatable = check_updatable(*stack);  // again: reading the template took time
  if (updatable.has_error()) co_return updatable.error();
  auto prepared = prepare(*stack, source.value(), service->records(), service->world, true);
  if (prepared.has_error()) co_return prepared.error();
  auto plan = plan_changes(*stack, source.value(), *prepared.value());
  if (plan.has_error()) co_return plan.error();
  if (plan.value().empty() && !stack->status.ends_with("_FAILED"))
    co_return validation_error("No updates are to be performed.");
  stack->on_failure = on_failure(call.input);
  stack->client_token = string_or(call.input, "ClientRequestToken");
  stack->caller = call.caller;
  service->engine->update(stack, std::move(source.value()));
  co_return stack_id(*stack);
}

ApiResult<json::object> delete_stack(Service& service, const Call& call) {
  auto stack = service.records().find(call.region, string_or(call.input, "StackName"));
  if (!stack || stack->gone() || stack->status == "DELETE_IN_PROGRESS") return json::object{};
  if (stack->termination_protection)
    return validation_error(
        fmt::format("Stack [{}] cannot be deleted while TerminationProtection is enabled", stack->name));
  if (!stack->parent_id.empty() && service.records().find(call.region, stack->root_id))
    if (!service.records().find(call.region, stack->root_id)->gone() && call.caller.service.empty())
      return validation_error(
          fmt::format("Stack [{}] is a nested stack: delete its root stack", stack->name));
  if (stack->busy())
    return validation_error(
        fmt::format("Stack [{}] cannot be deleted while in status {}", stack->name, stack->status));
  stack->retain_on_delete = texts_in(call.input, "RetainResources");
  if (auto role = find_string(call.input, "RoleARN")) stack->source.role_arn = *role;
  stack->client_token = string_or(call.input, "ClientRequestToken");
  stack->caller = call.caller;
  service.engine->remove(stack);
  return json::object{};
}

ApiResult<json::object> continue_rollback(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  if (stack->status != "UPDATE_ROLLBACK_FAILED")
    return validation_error(
        fmt::format("Stack:{} is in {} state and can not continue rollback.", stack->id, stack->status));
  service.engine->roll_back(stack);
  return json::object{};
}

ApiResult<json::object> roll_back(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  if (stack->status != "CREATE_FAILED" && stack->status != "UPDATE_FAILED")
    return validation_error(
        fmt::format("Stack:{} is in {} state and can not be rolled back.", stack->id, stack->status));
  service.engine->roll_back(stack);
  return json::object{{"StackId", stack->id}};
}

ApiResult<json::object> protect(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  stack->termination_protection = find_bool(call.input, "EnableTerminationProtection").value_or(false);
  service.records().save(*stack);
  return json::object{{"StackId", stack->id}};
}

ApiResult<json::object> set_policy(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  std::string body = string_or(call.input, "StackPolicyBody");
  // Policies that restrict updates would have to be enforced; one that allows everything need not be.
  auto policy = parse_json_object(body);
  if (!policy) return validation_error("Error validating stack policy: " + policy.error().message);
  if (body.find("\"Deny\"") != std::string::npos)
    return validation_error("stack policies with Deny statements are not supported by the embedded AWS");
  stack->policy = body;
  service.records().save(*stack);
  return json::object{};
}

ApiResult<json::object> get_policy(Service& service, const Call& call) {
  LIVE_API_TRY(auto stack, find_stack(service, call));
  if (stack->policy.empty()) return json::object{};
  return json::object{{"StackPolicyBody", stack->policy}};
}

}  // namespace

void add_stack_actions(ServicePointer service) {
  Directory& actions = service->world.actions;
  actions.add("cloudformation", "CreateStack",
              [service](Call call) { return create_stack(service, std::move(call)); });
  actions.add("cloudformation", "UpdateStack",
              [service](Call call) { return update_stack(service, std::move(call)); });
  using Plain = ApiResult<json::object> (*)(Service&, const Call&);
  const std::pair<const char*, Plain> plain[] = {
      {"DeleteStack", delete_stack},  {"ContinueUpdateRollback", continue_rollback},
      {"RollbackStack", roll_back},   {"UpdateTerminationProtection", protect},
      {"SetStackPolicy", set_policy}, {"GetStackPolicy", get_policy},
  };
  for (const auto& [name, run] : plain)
    actions.add_plain("cloudformation", name,
                      [service, run = run](const Call& call) { return run(*service, call); });
}

}  // namespace live::cloud::cloudformation
