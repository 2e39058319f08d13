// AWS::SSM: parameters.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

Async<ApiResult<void>> put(Operation& operation, std::string name, json::object properties, bool is_new) {
  json::object input = pick(properties, {"Type", "Description", "AllowedPattern", "Tier", "DataType"});
  input["Name"] = name;
  input["Value"] = json_text(properties["Value"]);
  json::array tags;
  for (const auto& tag : tag_map(properties))
    tags.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
  if (!is_new)
    input["Overwrite"] = true;  // SSM takes no tags together with it
  else if (!tags.empty())
    input["Tags"] = tags;
  auto done = co_await operation.call("ssm", "PutParameter", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = name;
  operation.attributes = {{"Type", string_or(properties, "Type")}, {"Value", json_text(properties["Value"])}};
  co_return outcome::success();
}

Async<ApiResult<void>> create_parameter(Operation& operation, json::object properties) {
  std::string name = string_or(properties, "Name");
  if (name.empty())
    name =
        "CFN-" + physical_name({.max_length = 250}, operation.stack.name, operation.id, operation.world.ids);
  co_return co_await put(operation, name, std::move(properties), true);
}

Async<ApiResult<void>> update_parameter(Operation& operation, Existing old, json::object properties) {
  TagChange tags = tag_change(old.properties, properties);
  json::object target = with("ResourceType", "Parameter", "ResourceId", old.physical_id);
  if (!tags.set.empty()) {
    json::array list;
    for (const auto& tag : tags.set) list.push_back(json::object{{"Key", tag.key()}, {"Value", tag.value()}});
    json::object input = target;
    input["Tags"] = std::move(list);
    auto done = co_await operation.call("ssm", "AddTagsToResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (!tags.removed.empty()) {
    json::object input = target;
    input["TagKeys"] = std::move(tags.removed);
    auto done = co_await operation.call("ssm", "RemoveTagsFromResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return co_await put(operation, old.physical_id, std::move(properties), false);
}

Async<ApiResult<void>> remove_parameter(Operation& operation, Existing old) {
  co_return co_await operation.forget("ssm", "DeleteParameter", with("Name", old.physical_id));
}

}  // namespace

std::vector<ResourceType> ssm_types() {
  return {{.name = "AWS::SSM::Parameter",
           .updates = {"Type", "Description", "AllowedPattern", "Tier", "Value", "DataType", "Tags"},
           .replaces = {"Name"},
           .required = {"Type", "Value"},
           .names = {.property = "Name", .max_length = 250},
           .tags = TagForm::map,
           .create = create_parameter,
           .update = update_parameter,
           .remove = remove_parameter}};
}

}  // namespace live::cloud::cloudformation
