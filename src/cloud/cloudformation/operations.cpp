// A stack's operations, from its first status to its last.
#include "cloud/cloudformation/engine.h"

namespace live::cloud::cloudformation {

void Engine::create(StackPointer stack) {
  records_.set_status(*stack, "CREATE_IN_PROGRESS", "User Initiated");
  spawn(std::move(stack), &Engine::run_create);
}

void Engine::update(StackPointer stack, Source source) {
  stack->previous = std::exchange(stack->source, std::move(source));
  stack->updated = records_.now();
  records_.set_status(*stack, "UPDATE_IN_PROGRESS", "User Initiated");
  spawn(std::move(stack), &Engine::run_update);
}

void Engine::remove(StackPointer stack) {
  records_.set_status(*stack, "DELETE_IN_PROGRESS", "User Initiated");
  spawn(std::move(stack), &Engine::run_delete);
}

void Engine::roll_back(StackPointer stack) {
  bool update = stack->previous.has_value();
  records_.set_status(*stack, update ? "UPDATE_ROLLBACK_IN_PROGRESS" : "ROLLBACK_IN_PROGRESS",
                      "User Initiated");
  spawn(std::move(stack), update ? &Engine::roll_back_update : &Engine::roll_back_create);
}

void Engine::resume_all() {
  for (const auto& stack : records_.all()) {
    if (!stack->busy()) continue;
    const std::string reason = "the embedded AWS was restarted";
    if (stack->status != "DELETE_IN_PROGRESS")
      for (auto& [id, resource] : stack->resources)
        if (resource.status == "CREATE_IN_PROGRESS" || resource.status == "UPDATE_IN_PROGRESS")
          records_.set_status(*stack, resource, resource.status.substr(0, 6) + "_FAILED", reason);
    if (stack->status == "CREATE_IN_PROGRESS") records_.set_status(*stack, "ROLLBACK_IN_PROGRESS", reason);
    if (stack->status == "UPDATE_IN_PROGRESS")
      records_.set_status(*stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason);
    if (stack->status == "ROLLBACK_IN_PROGRESS")
      spawn(stack, &Engine::roll_back_create);
    else if (stack->status == "UPDATE_ROLLBACK_IN_PROGRESS")
      spawn(stack, &Engine::roll_back_update);
    else if (stack->status == "DELETE_IN_PROGRESS")
      spawn(stack, &Engine::run_delete);
    else
      spawn(stack, &Engine::clean_up);
  }
}

Async<void> Engine::run_create(StackPointer stack) {
  auto result = co_await bring_all(stack);
  if (!result.has_error()) {
    records_.set_status(*stack, "CREATE_COMPLETE");
    co_return;
  }
  std::string reason = result.error().message;
  if (stack->on_failure == "DO_NOTHING") {
    records_.set_status(*stack, "CREATE_FAILED", reason);
    co_return;
  }
  if (stack->on_failure == "DELETE") {
    records_.set_status(*stack, "DELETE_IN_PROGRESS", reason + "Delete requested by user.");
    co_await run_delete(stack);
    co_return;
  }
  records_.set_status(*stack, "ROLLBACK_IN_PROGRESS", reason + "Rollback requested by user.");
  co_await roll_back_create(stack);
}

Async<void> Engine::roll_back_create(StackPointer stack) {
  std::vector<StackResource*> these;
  for (auto& [id, resource] : stack->resources)
    if (resource.status != "DELETE_COMPLETE" && resource.status != "DELETE_SKIPPED")
      these.push_back(&resource);
  bool all = co_await take_down_all(stack, these, false);
  stack->outputs.clear();
  stack->imports.clear();
  records_.set_status(*stack, all ? "ROLLBACK_COMPLETE" : "ROLLBACK_FAILED");
}

Async<void> Engine::run_delete(StackPointer stack) {
  for (const auto& output : stack->outputs) {
    if (output.export_name.empty()) continue;
    auto users = records_.importers(stack->region, output.export_name);
    std::erase(users, stack->name);
    if (users.empty()) continue;
    records_.set_status(*stack, "DELETE_FAILED",
                        fmt::format("Export {} cannot be deleted as it is in use by {}", output.export_name,
                                    fmt::join(users, ", ")));
    co_return;
  }
  std::vector<StackResource*> these;
  for (auto& [id, resource] : stack->resources)
    if (resource.status != "DELETE_COMPLETE" && resource.status != "DELETE_SKIPPED")
      these.push_back(&resource);
  bool replaced_gone = co_await clean_retired(stack);
  bool all = co_await take_down_all(stack, these, false) && replaced_gone;
  if (!all) {
    std::vector<std::string> failed;
    for (const auto& [id, resource] : stack->resources)
      if (resource.status == "DELETE_FAILED") failed.push_back(id);
    records_.set_status(
        *stack, "DELETE_FAILED",
        fmt::format("The following resource(s) failed to delete: [{}]. ", fmt::join(failed, ", ")));
    co_return;
  }
  for (const auto& change_set : records_.change_sets(*stack)) records_.erase(*change_set);
  stack->imports.clear();
  stack->deleted = records_.now();
  records_.set_status(*stack, "DELETE_COMPLETE");
}

Async<void> Engine::run_update(StackPointer stack) {
  auto result = co_await bring_all(stack);
  if (!result.has_error()) {
    records_.set_status(*stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    co_await clean_up(stack);
    co_return;
  }
  if (stack->on_failure == "DO_NOTHING") {
    records_.set_status(*stack, "UPDATE_FAILED", result.error().message);
    co_return;
  }
  records_.set_status(*stack, "UPDATE_ROLLBACK_IN_PROGRESS", result.error().message);
  co_await roll_back_update(stack);
}

Async<void> Engine::roll_back_update(StackPointer stack) {
  cfn::Graph needs;
  for (const auto& [id, resource] : stack->resources) {
    if (!resource.before) continue;
    needs[id];
    if (resource.before->is_object())
      for (const auto& need : resource_from(resource.before->as_object()).depends_on) needs[id].insert(need);
  }
  for (auto& [id, first] : needs)
    std::erase_if(first, [&](const auto& need) { return !needs.contains(need); });
  Engine* self = this;
  Step step = [self, stack](std::string id) { return self->restore(stack, std::move(id)); };
  bool all = co_await in_order(needs, step, AfterFailure::go_on);
  if (!all) {
    records_.set_status(*stack, "UPDATE_ROLLBACK_FAILED",
                        "a resource could not be brought back; its event says why");
    co_return;
  }
  if (stack->previous) stack->source = *std::exchange(stack->previous, std::nullopt);
  records_.set_status(*stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
  co_await clean_up(stack);
}

// Removes what the update left over. Failures are shown as events; the stack is complete all the same.
Async<void> Engine::clean_up(StackPointer stack) {
  bool rolled_back = stack->status.starts_with("UPDATE_ROLLBACK");
  std::vector<StackResource*> dropped;
  if (!rolled_back) {
    auto made = prepare(*stack, stack->source, records_, world_, false);
    cfn::Graph wanted;
    if (!made.has_error()) wanted = made.value()->graph();
    for (auto& [id, resource] : stack->resources)
      if (!made.has_error() && !wanted.contains(id)) dropped.push_back(&resource);
  }
  co_await take_down_all(stack, dropped, false);
  std::vector<std::string> ids;
  for (auto* resource : dropped) ids.push_back(resource->id);
  for (const auto& id : ids) records_.erase(*stack, id);
  co_await clean_retired(stack);
  stack->retired.clear();
  stack->previous.reset();
  for (auto& [id, resource] : stack->resources) {
    if (!resource.before) continue;
    resource.before.reset();
    records_.save(*stack, resource);
  }
  records_.set_status(*stack, rolled_back ? "UPDATE_ROLLBACK_COMPLETE" : "UPDATE_COMPLETE");
}

Async<bool> Engine::clean_retired(StackPointer stack) {
  std::vector<StackResource*> these;
  for (auto& resource : stack->retired) these.push_back(&resource);
  co_return co_await take_down_all(stack, these, true);
}

// Each after all that depend on it.
Async<bool> Engine::take_down_all(StackPointer stack, std::vector<StackResource*> these, bool replaced) {
  std::map<std::string, StackResource*> by_key;
  for (auto* resource : these) by_key[fmt::format("{}#{}", resource->id, by_key.size())] = resource;
  cfn::Graph needs;
  for (const auto& [key, resource] : by_key) {
    needs[key];
    for (const auto& [other_key, other] : by_key)
      if (std::find(other->depends_on.begin(), other->depends_on.end(), resource->id) !=
          other->depends_on.end())
        needs[key].insert(other_key);
  }
  Engine* self = this;
  Step step = [self, stack, by_key, replaced](std::string key) {
    return self->take_down(stack, by_key.at(key), replaced);
  };
  co_return co_await in_order(needs, step, AfterFailure::go_on);
}

ApiResult<void> Engine::finish_outputs(Stack& stack, Prepared& prepared) {
  std::vector<StackExport> outputs;
  auto text_of = [&](const json::value& value, const std::string& path) -> ApiResult<std::string> {
    auto evaluated = prepared.evaluator->value(value, path);
    if (!evaluated) return api_error(400, "", evaluated.error().message);
    const auto& made = evaluated.value();
    if (made.is_string()) return std::string(made.get_string());
    if (made.is_object() || made.is_array() || made.is_null())
      return api_error(400, "", fmt::format("Template format error: {} must be text", path));
    return json::serialize(made);
  };
  for (const auto& output : prepared.of.outputs) {
    if (!output.condition.empty() && !prepared.evaluator->condition(output.condition)) continue;
    StackExport made{.key = output.name, .description = output.description};
    LIVE_API_TRY(made.value, text_of(output.value, "/Outputs/" + output.name));
    if (output.export_name) {
      LIVE_API_TRY(made.export_name, text_of(*output.export_name, "/Outputs/" + output.name + "/Export"));
      auto owner = records_.exporter(stack.region, made.export_name, nullptr);
      if (owner && owner->id != stack.id)
        return api_error(400, "",
                         fmt::format("Export with name {} is already exported by stack {}. ",
                                     made.export_name, owner->name));
    }
    outputs.push_back(std::move(made));
  }
  for (const auto& old : stack.outputs) {
    if (old.export_name.empty()) continue;
    auto kept = std::find_if(outputs.begin(), outputs.end(),
                             [&](const auto& each) { return each.export_name == old.export_name; });
    if (kept != outputs.end() && kept->value == old.value) continue;
    auto users = records_.importers(stack.region, old.export_name);
    std::erase(users, stack.name);
    if (!users.empty())
      return api_error(400, "",
                       fmt::format("Export {} cannot be {} as it is in use by {}. ", old.export_name,
                                   kept == outputs.end() ? "deleted" : "updated", fmt::join(users, ", ")));
  }
  stack.outputs = std::move(outputs);
  const auto& imported = prepared.resolver.imported;
  stack.imports.assign(imported.begin(), imported.end());
  return outcome::success();
}

}  // namespace live::cloud::cloudformation
