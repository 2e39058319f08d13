#include "cloud/cloudformation/records.h"

namespace live::cloud::cloudformation {
namespace {

constexpr std::string_view stack_kind = "cloudformation.stack";
constexpr std::string_view resource_kind = "cloudformation.resource";
constexpr std::string_view event_kind = "cloudformation.event";
constexpr std::string_view change_set_kind = "cloudformation.changeset";

}  // namespace

std::string uuid_of(std::string_view arn) {
  size_t slash = arn.rfind('/');
  return std::string(slash == arn.npos ? arn : arn.substr(slash + 1));
}

// Regions are part of the documents: one list for all keeps reading at the start simple.
Records::Records(World& world) : world_(world) {
  for (auto& [key, document] : world_.store.list(stack_kind, "")) {
    auto stack = std::make_shared<Stack>(stack_from(document));
    for (auto& [id, resource] : world_.store.list(resource_kind, "", key + "/")) {
      auto made = resource_from(resource);
      stack->resources.emplace(made.id, std::move(made));
    }
    stacks_.push_back(std::move(stack));
  }
  std::sort(stacks_.begin(), stacks_.end(), [](auto& a, auto& b) { return a->created < b->created; });
  for (auto& [key, document] : world_.store.list(change_set_kind, ""))
    change_sets_.push_back(std::make_shared<ChangeSet>(change_set_from(document)));
  next_event_ = to_millis(world_.clock.now()) * 1000;  // after all that earlier runs have written
}

std::string Records::now() const { return iso8601(world_.clock.now()); }

StackPointer Records::add(Stack stack) {
  stacks_.push_back(std::make_shared<Stack>(std::move(stack)));
  save(*stacks_.back());
  return stacks_.back();
}

StackPointer Records::find(std::string_view region, std::string_view name_or_id) const {
  bool arn = name_or_id.starts_with("arn:");
  for (auto each = stacks_.rbegin(); each != stacks_.rend(); ++each) {
    const Stack& stack = **each;
    if (arn ? stack.id == name_or_id : stack.name == name_or_id && stack.region == region && !stack.gone())
      return *each;
  }
  return nullptr;
}

std::vector<StackPointer> Records::list(std::string_view region) const {
  std::vector<StackPointer> found;
  for (auto each = stacks_.rbegin(); each != stacks_.rend(); ++each)
    if ((*each)->region == region) found.push_back(*each);
  return found;
}

StackPointer Records::exporter(std::string_view region, std::string_view export_name,
                               std::string* value) const {
  for (const auto& stack : stacks_) {
    if (stack->region != region || stack->gone()) continue;
    for (const auto& output : stack->outputs) {
      if (output.export_name != export_name) continue;
      if (value) *value = output.value;
      return stack;
    }
  }
  return nullptr;
}

std::vector<std::string> Records::importers(std::string_view region, std::string_view export_name) const {
  std::vector<std::string> names;
  for (const auto& stack : stacks_) {
    if (stack->region != region || stack->gone()) continue;
    if (std::find(stack->imports.begin(), stack->imports.end(), export_name) != stack->imports.end())
      names.push_back(stack->name);
  }
  return names;
}

void Records::save(const Stack& stack) {
  world_.store.put(stack_kind, "", uuid_of(stack.id), to_json(stack));
}

void Records::save(const Stack& stack, const StackResource& resource) {
  world_.store.put(resource_kind, "", uuid_of(stack.id) + "/" + resource.id, to_json(resource));
}

void Records::erase(Stack& stack, const std::string& logical_id) {
  world_.store.erase(resource_kind, "", uuid_of(stack.id) + "/" + logical_id);
  stack.resources.erase(logical_id);
}

void Records::set_status(Stack& stack, std::string status, std::string reason) {
  stack.status = std::move(status);
  stack.reason = std::move(reason);
  save(stack);
  add_event(stack, stack.name, "AWS::CloudFormation::Stack", stack.id, stack.status, stack.reason, nullptr);
}

void Records::set_status(Stack& stack, StackResource& resource, std::string status, std::string reason) {
  resource.status = std::move(status);
  resource.reason = std::move(reason);
  resource.updated = now();
  // One that waits in `retired` has no document of its own: its name may belong to its successor.
  auto listed = stack.resources.find(resource.id);
  if (listed != stack.resources.end() && &listed->second == &resource) save(stack, resource);
  add_event(stack, resource.id, resource.type, resource.physical_id, resource.status, resource.reason,
            &resource.properties);
}

void Records::add_event(const Stack& stack, std::string_view id, std::string_view type,
                        std::string_view physical_id, std::string_view status, std::string_view reason,
                        const json::object* properties) {
  json::object event{{"StackId", stack.id},
                     {"EventId", type == "AWS::CloudFormation::Stack" && physical_id == stack.id
                                     ? world_.ids.uuid()
                                     : fmt::format("{}-{}-{}", id, status, world_.ids.uuid())},
                     {"StackName", stack.name},
                     {"LogicalResourceId", id},
                     {"PhysicalResourceId", physical_id},
                     {"ResourceType", type},
                     {"Timestamp", event_time()},
                     {"ResourceStatus", status}};
  if (!reason.empty()) event["ResourceStatusReason"] = reason;
  if (properties) event["ResourceProperties"] = json::serialize(*properties);
  if (!stack.client_token.empty()) event["ClientRequestToken"] = stack.client_token;
  world_.store.put(event_kind, "", fmt::format("{}/{:020}", uuid_of(stack.id), next_event_++), event);
}

// Clients sort events by time: two never share one.
std::string Records::event_time() {
  last_event_ = std::max(to_millis(world_.clock.now()), last_event_ + 1);
  return iso8601(from_millis(last_event_));
}

std::vector<json::object> Records::events(const Stack& stack) {
  std::vector<json::object> events;
  for (auto& [key, event] : world_.store.list(event_kind, "", uuid_of(stack.id) + "/"))
    events.push_back(std::move(event));
  std::reverse(events.begin(), events.end());
  return events;
}

void Records::save(const ChangeSet& change_set) {
  auto known = std::find_if(change_sets_.begin(), change_sets_.end(),
                            [&](auto& each) { return each->id == change_set.id; });
  if (known == change_sets_.end())
    change_sets_.push_back(std::make_shared<ChangeSet>(change_set));
  else if (known->get() != &change_set)
    **known = change_set;
  world_.store.put(change_set_kind, "", uuid_of(change_set.id), to_json(change_set));
}

void Records::erase(const ChangeSet& change_set) {
  std::string id = change_set.id;  // `change_set` may be what is erased
  world_.store.erase(change_set_kind, "", uuid_of(id));
  std::erase_if(change_sets_, [&](auto& each) { return each->id == id; });
}

std::shared_ptr<ChangeSet> Records::change_set(std::string_view id) const {
  for (const auto& each : change_sets_)
    if (each->id == id) return each;
  return nullptr;
}

std::shared_ptr<ChangeSet> Records::change_set(const Stack& stack, std::string_view name) const {
  for (const auto& each : change_sets_)
    if (each->stack_id == stack.id && (each->name == name || each->id == name)) return each;
  return nullptr;
}

std::vector<std::shared_ptr<ChangeSet>> Records::change_sets(const Stack& stack) const {
  std::vector<std::shared_ptr<ChangeSet>> found;
  for (const auto& each : change_sets_)
    if (each->stack_id == stack.id) found.push_back(each);
  return found;
}

}  // namespace live::cloud::cloudformation
