// One resource's way from what it is to what the template wants.
#include "cloud/cloudformation/engine.h"
#include "template/compare.h"

namespace live::cloud::cloudformation {
namespace {

StackResource wanted_resource(const Prepared& prepared, const cfn::Resource& resource,
                              json::object properties) {
  StackResource wanted{.id = resource.id, .type = resource.type, .properties = std::move(properties)};
  wanted.metadata = resource.metadata;
  wanted.deletion_policy = resource.deletion_policy;
  wanted.update_replace_policy = resource.update_replace_policy;
  auto graph = prepared.graph();
  if (auto found = graph.find(resource.id); found != graph.end())
    wanted.depends_on.assign(found->second.begin(), found->second.end());
  return wanted;
}

bool keeps_name(const ResourceType& type, const StackResource& old, const StackResource& wanted) {
  if (type.names.property.empty() || old.type != wanted.type) return false;
  std::string name = string_or(wanted.properties, type.names.property);
  return !name.empty() && name == string_or(old.properties, type.names.property);
}

}  // namespace

Async<ApiResult<void>> Engine::bring_all(StackPointer stack) {
  auto made = prepare(*stack, stack->source, records_, world_, false);
  if (made.has_error()) co_return made.error();
  auto prepared = made.value();
  Engine* self = this;  // in_order's steps end before it does, and the caller holds us
  Step step = [self, stack, prepared](std::string id) { return self->bring(stack, prepared, std::move(id)); };
  bool all = co_await in_order(prepared->graph(), step, AfterFailure::start_no_more);
  if (all) {
    auto outputs = finish_outputs(*stack, *prepared);
    if (outputs.has_error()) co_return outputs.error();
    co_return outcome::success();
  }
  std::vector<std::string> failed;
  for (const auto& [id, resource] : stack->resources)
    if (resource.status.ends_with("_FAILED")) failed.push_back(id);
  const char* what = stack->previous ? "update" : "create";
  co_return api_error(
      400, "", fmt::format("The following resource(s) failed to {}: [{}]. ", what, fmt::join(failed, ", ")));
}

Async<bool> Engine::bring(StackPointer stack, std::shared_ptr<Prepared> prepared, std::string id) {
  const cfn::Resource& resource = *prepared->of.resource(id);
  auto existing = stack->resources.find(id);
  bool is_new = existing == stack->resources.end() || !existing->second.exists();
  const ResourceType* type = find_type(resource.type);
  auto properties = type ? wanted_properties(*prepared, resource, *type, stack->source)
                         : Result<json::object>(fault("the embedded AWS does not support " + resource.type));
  std::string wrong = !properties ? properties.error().message : unsupported(*type, id, properties.value());
  if (!wrong.empty()) {
    auto& record = stack->resources[id];
    if (is_new) record = {.id = id, .type = resource.type, .before = json::value(nullptr)};
    records_.set_status(*stack, record, is_new ? "CREATE_FAILED" : "UPDATE_FAILED", wrong);
    co_return false;
  }
  auto wanted = wanted_resource(*prepared, resource, std::move(properties.value()));
  if (is_new) co_return co_await make(stack, std::move(wanted), false);

  StackResource& old = existing->second;
  if (old.type != wanted.type) co_return co_await make(stack, std::move(wanted), true);
  auto changes = cfn::compare_values(old.properties, wanted.properties, "");
  if (changes.empty()) {
    if (!old.before) old.before = to_json(old);
    old.metadata = std::move(wanted.metadata);
    old.deletion_policy = std::move(wanted.deletion_policy);
    old.update_replace_policy = std::move(wanted.update_replace_policy);
    old.depends_on = std::move(wanted.depends_on);
    records_.save(*stack, old);
    co_return true;
  }
  bool replaces = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
    return type->replaces_on(std::string_view(change.path).substr(0, change.path.find('.')));
  });
  if (!replaces) co_return co_await change(stack, std::move(wanted));
  if (keeps_name(*type, old, wanted)) {
    std::string reason = fmt::format(
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {} and "
        "update the stack again.",
        old.physical_id);
    if (!old.before) old.before = to_json(old);
    records_.set_status(*stack, old, "UPDATE_FAILED", reason);
    co_return false;
  }
  co_return co_await make(stack, std::move(wanted), true);
}

// Creates `wanted`; when it replaces, what was there waits in `retired` for the clean-up.
Async<bool> Engine::make(StackPointer stack, StackResource wanted, bool replaces) {
  StackResource& record = stack->resources[wanted.id];
  StackResource old = record;
  if (stack->previous)
    wanted.before = old.before ? *old.before : replaces ? json::value(to_json(old)) : nullptr;
  record = std::move(wanted);
  const char* state = replaces ? "UPDATE" : "CREATE";
  if (replaces) record.physical_id = old.physical_id;
  records_.set_status(*stack, record, fmt::format("{}_IN_PROGRESS", state),
                      replaces ? "Requested update requires the creation of a new physical resource; hence "
                                 "creating one."
                               : "");
  Operation operation{world_, *this, *stack, record.id, record.type};
  json::object properties = record.properties;
  auto result = co_await resolve_dynamic(operation, properties);
  const ResourceType* type = find_type(record.type);
  if (!result.has_error()) result = co_await type->create(operation, std::move(properties));
  check();
  record.attributes = std::move(operation.attributes);
  if (replaces && (result.has_error() ? !operation.physical_id.empty() : true)) {
    old.before.reset();
    stack->retired.push_back(old);
    records_.save(*stack);
  }
  if (!replaces || !operation.physical_id.empty()) record.physical_id = operation.physical_id;
  if (result.has_error()) {
    records_.set_status(*stack, record, fmt::format("{}_FAILED", state), reason_of(result.error()));
    co_return false;
  }
  if (record.type != "AWS::CDK::Metadata")
    records_.set_status(*stack, record, fmt::format("{}_IN_PROGRESS", state),
                        type->only_accepted ? "Accepted only: the embedded AWS does not run this service"
                                            : "Resource creation Initiated");
  // Without a reason: a resource that is complete and has one is still stabilising, as express mode tells it.
  records_.set_status(*stack, record, fmt::format("{}_COMPLETE", state));
  co_return true;
}

Async<bool> Engine::change(StackPointer stack, StackResource wanted) {
  StackResource& record = stack->resources.at(wanted.id);
  StackResource old = record;
  wanted.before = old.before ? *old.before : json::value(to_json(old));
  wanted.physical_id = old.physical_id;
  wanted.attributes = old.attributes;
  record = std::move(wanted);
  records_.set_status(*stack, record, "UPDATE_IN_PROGRESS");
  Operation operation{world_, *this, *stack, record.id, record.type, old.physical_id, old.attributes};
  json::object properties = record.properties;
  auto result = co_await resolve_dynamic(operation, properties);
  const ResourceType* type = find_type(record.type);
  Existing existing{old.physical_id, old.properties, old.attributes};
  if (!result.has_error())
    result = co_await type->update(operation, std::move(existing), std::move(properties));
  check();
  record.attributes = std::move(operation.attributes);
  if (operation.physical_id != old.physical_id) {  // a custom resource may replace itself
    old.before.reset();
    stack->retired.push_back(old);
    records_.save(*stack);
    record.physical_id = operation.physical_id;
  }
  bool ok = !result.has_error();
  records_.set_status(*stack, record, ok ? "UPDATE_COMPLETE" : "UPDATE_FAILED",
                      ok ? "" : reason_of(result.error()));
  co_return ok;
}

// A new physical resource that a rollback gives up.
void Engine::retire_new(Stack& stack, StackResource& resource) {
  if (!resource.exists()) return;
  StackResource dropped = resource;
  dropped.before.reset();
  dropped.update_replace_policy = "Delete";  // it never was the stack's own
  dropped.deletion_policy = "Delete";
  stack.retired.push_back(std::move(dropped));
  records_.save(stack);
}

// Back to what `before` says.
Async<bool> Engine::restore(StackPointer stack, std::string id) {
  StackResource& record = stack->resources.at(id);
  if (!record.before) co_return true;
  if (record.before->is_null()) {
    retire_new(*stack, record);
    records_.erase(*stack, id);
    co_return true;
  }
  StackResource target = resource_from(record.before->as_object());
  if (target.physical_id != record.physical_id || target.type != record.type) {
    retire_new(*stack, record);
    std::erase_if(stack->retired, [&](const auto& each) {
      return each.id == id && each.physical_id == target.physical_id && each.type == target.type;
    });
    record = target;
    records_.save(*stack);
    records_.set_status(*stack, record, "UPDATE_COMPLETE");
    co_return true;
  }
  bool differs = !cfn::compare_values(record.properties, target.properties, "").empty();
  if (!differs) {
    bool touched = record.status != target.status;
    record = target;
    if (touched)
      records_.set_status(*stack, record, "UPDATE_COMPLETE");
    else
      records_.save(*stack, record);
    co_return true;
  }
  records_.set_status(*stack, record, "UPDATE_IN_PROGRESS");
  Operation operation{world_, *this, *stack, id, record.type, record.physical_id, record.attributes};
  json::object properties = target.properties;
  auto result = co_await resolve_dynamic(operation, properties);
  const ResourceType* type = find_type(record.type);
  Existing existing{record.physical_id, record.properties, record.attributes};
  bool in_place = type && type->update;
  if (in_place && !result.has_error())
    result = co_await type->update(operation, std::move(existing), std::move(properties));
  check();
  if (result.has_error()) {
    records_.set_status(*stack, record, "UPDATE_FAILED", reason_of(result.error()));
    co_return false;
  }
  target.attributes = operation.attributes;
  record = target;
  record.physical_id = operation.physical_id;
  records_.set_status(*stack, record, "UPDATE_COMPLETE");
  co_return true;
}

Async<bool> Engine::take_down(StackPointer stack, StackResource* resource, bool replaced) {
  if (!resource->exists()) {
    if (resource->status != "DELETE_COMPLETE") records_.set_status(*stack, *resource, "DELETE_COMPLETE");
    co_return true;
  }
  const std::string& policy = replaced ? resource->update_replace_policy : resource->deletion_policy;
  bool asked = std::find(stack->retain_on_delete.begin(), stack->retain_on_delete.end(), resource->id) !=
               stack->retain_on_delete.end();
  bool rolling_back = stack->status == "ROLLBACK_IN_PROGRESS";
  if (asked || policy == "Retain" || policy == "Snapshot" ||
      (policy == "RetainExceptOnCreate" && !rolling_back)) {
    records_.set_status(*stack, *resource, "DELETE_SKIPPED");
    co_return true;
  }
  records_.set_status(*stack, *resource, "DELETE_IN_PROGRESS");
  Operation operation{
      world_, *this, *stack, resource->id, resource->type, resource->physical_id, resource->attributes};
  const ResourceType* type = find_type(resource->type);
  ApiResult<void> result = outcome::success();
  json::object properties = resource->properties;
  result = co_await resolve_dynamic(operation, properties);
  Existing existing{resource->physical_id, std::move(properties), resource->attributes};
  if (!type)
    result = api_error(400, "", "the embedded AWS does not support " + resource->type);
  else if (type->remove)
    result = co_await type->remove(operation, std::move(existing));
  check();
  bool ok = !result.has_error() || is_gone(result.error());
  records_.set_status(*stack, *resource, ok ? "DELETE_COMPLETE" : "DELETE_FAILED",
                      ok ? "" : reason_of(result.error()));
  co_return ok;
}

}  // namespace live::cloud::cloudformation
