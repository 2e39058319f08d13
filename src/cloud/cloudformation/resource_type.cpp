#include "cloud/cloudformation/resource_type.h"

namespace live::cloud::cloudformation {
namespace {

bool holds(const std::vector<std::string_view>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

Async<ApiResult<Output>> Operation::call_with(std::string service, std::string action, json::object input,
                                              std::string payload) {
  Call call{.service = std::move(service),
            .action = std::move(action),
            .region = stack.region,
            .caller = stack.caller,
            .input = std::move(input),
            .payload = std::move(payload)};
  if (!stack.source.role_arn.empty()) {
    call.caller.arn = stack.source.role_arn;
    call.caller.session_policies.clear();
  }
  call.caller.access_key.clear();
  call.caller.service = "cloudformation.amazonaws.com";
  auto result = co_await world.actions.call(std::move(call));
  waits.check();
  co_return result;
}

Async<ApiResult<json::object>> Operation::call(std::string service, std::string action, json::object input) {
  auto result = co_await call_with(std::move(service), std::move(action), std::move(input), "");
  if (result.has_error()) co_return result.error();
  co_return std::move(result.value().value);
}

Async<ApiResult<void>> Operation::forget(std::string service, std::string action, json::object input) {
  auto result = co_await call_with(std::move(service), std::move(action), std::move(input), "");
  if (result.has_error() && !is_gone(result.error())) co_return result.error();
  co_return outcome::success();
}

std::string Operation::arn(std::string_view service, std::string_view rest) const {
  return fmt::format("arn:aws:{}:{}:{}:{}", service, region(), account(), rest);
}

bool is_gone(const ApiError& error) {
  return error.code.find("NotFound") != std::string::npos || error.code.starts_with("NoSuch") ||
         error.code == "404" || (error.status == 404 && error.code.find("Unknown") == std::string::npos);
}

bool ResourceType::supports(std::string_view property) const {
  return takes_any_property || holds(updates, property) || holds(replaces, property) ||
         holds(accepted, property);
}

bool ResourceType::replaces_on(std::string_view property) const {
  if (holds(accepted, property)) return false;
  return holds(replaces, property) || (!update && !takes_any_property);
}

std::string unsupported(const ResourceType& type, std::string_view id, const json::object& properties) {
  for (const auto& member : properties)
    if (!type.supports(member.key()))
      return fmt::format("Property {} of resource {} ({}) is not supported by the embedded AWS",
                         std::string_view(member.key()), id, type.name);
  for (std::string_view name : type.required)
    if (!properties.contains(name))
      return fmt::format("Properties validation failed for resource {} ({}): required key [{}] not found", id,
                         type.name, name);
  return {};
}

std::string physical_name(const NameRule& rule, std::string_view stack, std::string_view id, Ids& ids) {
  constexpr size_t random = 12;
  size_t room = rule.max_length - random - 2;  // two dashes
  size_t id_room = std::min(id.size(), std::max(room / 2, room - std::min(room, stack.size())));
  size_t stack_room = std::min(stack.size(), room - id_room);
  std::string name =
      fmt::format("{}-{}-{}", stack.substr(0, stack_room), id.substr(0, id_room), ids.upper(random));
  if (rule.lower)
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::string given_or_new_name(const Operation& operation, const json::object& properties) {
  const ResourceType* type = find_type(operation.type);
  std::string given = string_or(properties, type->names.property);
  return given.empty() ? physical_name(type->names, operation.stack.name, operation.id, operation.world.ids)
                       : given;
}

}  // namespace live::cloud::cloudformation
