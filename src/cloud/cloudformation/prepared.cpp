#include "cloud/cloudformation/prepared.h"

namespace live::cloud::cloudformation {

const StackResource* StackResolver::present(std::string_view id) const {
  if (unknown.contains(id)) return nullptr;
  auto found = stack_.resources.find(id);
  return found == stack_.resources.end() || !found->second.exists() ? nullptr : &found->second;
}

Result<json::value> StackResolver::ref(std::string_view id) {
  if (auto* resource = present(id)) {
    return json::value(json::string(resource->physical_id));
  }
  if (foretells) return json::value(json::string(cfn::known_after_apply));
  return fault(fmt::format("resource {} does not exist yet", id));
}

Result<json::value> StackResolver::attribute(std::string_view id, std::string_view name) {
  if (auto* resource = present(id)) {
    if (auto* found = resource->attributes.if_contains(name)) return *found;
    if (!foretells)
      return fault(fmt::format("Requested attribute {} does not exist in schema for {} (resource {})", name,
                               resource->type, id));
  }
  if (foretells) return json::value(json::string(cfn::known_after_apply));
  return fault(fmt::format("resource {} does not exist yet", id));
}

Result<json::value> StackResolver::import(std::string_view name) {
  std::string value;
  if (!records_.exporter(stack_.region, name, &value))
    return fault(fmt::format("No export named {} found.", name));
  imported.insert(std::string(name));
  return json::value(json::string(value));
}

cfn::Graph Prepared::graph() const {
  cfn::Graph graph = cfn::dependencies(of);
  for (const auto& resource : of.resources)
    if (!evaluator->active(resource)) graph.erase(resource.id);
  for (auto& [id, needs] : graph)
    std::erase_if(needs, [&](const auto& need) { return !graph.contains(need); });
  return graph;
}

ApiResult<std::shared_ptr<Prepared>> prepare(const Stack& stack, const Source& source, const Records& records,
                                             const World& world, bool foretell) {
  auto invalid = [](const Fault& fault) { return api_error(400, "ValidationError", fault.message); };
  auto made = std::make_shared<Prepared>(stack, records);
  made->resolver.foretells = foretell;
  auto read = cfn::read_template(source.text);
  if (!read) return invalid(read.error());
  made->of = std::move(read.value());
  cfn::Pseudo pseudo{.account = world.account,
                     .region = stack.region,
                     .stack_id = stack.id,
                     .stack_name = stack.name,
                     .notification_arns = source.notification_arns};
  auto evaluator = cfn::Evaluator::create(made->of, source.values, std::move(pseudo), made->resolver);
  if (!evaluator) return invalid(evaluator.error());
  made->evaluator = std::move(evaluator.value());
  return made;
}

namespace {

json::value merged_tags(const json::value* own, const std::map<std::string, std::string>& of_stack,
                        TagForm form) {
  std::map<std::string, json::value> tags;
  for (const auto& [key, value] : of_stack) tags[key] = json::string(value);
  if (auto* list = own ? own->if_array() : nullptr)
    for (const auto& tag : *list)
      if (tag.is_object() && tag.get_object().contains("Value"))
        tags[string_or(tag.get_object(), "Key")] = tag.get_object().at("Value");
  if (auto* map = own ? own->if_object() : nullptr)
    for (const auto& tag : *map) tags[std::string(tag.key())] = tag.value();
  if (form == TagForm::map) {
    json::object made;
    for (auto& [key, value] : tags) made[key] = std::move(value);
    return made;
  }
  json::array made;
  for (auto& [key, value] : tags) made.push_back(json::object{{"Key", key}, {"Value", std::move(value)}});
  return made;
}

}  // namespace

Result<json::object> wanted_properties(const Prepared& prepared, const cfn::Resource& resource,
                                       const ResourceType& type, const Source& source) {
  LIVE_TRY(auto properties, prepared.evaluator->properties(resource));
  if (type.tags != TagForm::none) {
    auto tags = merged_tags(properties.if_contains("Tags"), source.tags, type.tags);
    bool none = tags.is_array() ? tags.get_array().empty() : tags.get_object().empty();
    if (!none) properties["Tags"] = std::move(tags);
  }
  return properties;
}

std::string first_unsupported(const Prepared& prepared) {
  for (const auto& resource : prepared.of.resources) {
    if (!prepared.evaluator->active(resource)) continue;
    const ResourceType* type = find_type(resource.type);
    if (!type)
      return fmt::format(
          "Template format error: Unrecognized resource types: [{}] (resource {}): the embedded AWS "
          "does not support this type; deploy that stack to AWS",
          resource.type, resource.id);
    if (auto wrong = unsupported(*type, resource.id, resource.properties); !wrong.empty()) return wrong;
  }
  return {};
}

namespace {

Call ssm_call(const World& world, const Stack& stack, json::object input) {
  Call call{.service = "ssm",
            .action = "GetParameter",
            .region = stack.region,
            .caller = stack.caller,
            .input = std::move(input)};
  call.caller.account = world.account;
  call.caller.access_key.clear();
  call.caller.service = "cloudformation.amazonaws.com";
  return call;
}

std::string value_of(const Output& output) {
  auto* parameter = find_object(output.value, "Parameter");
  return parameter ? string_or(*parameter, "Value") : "";
}

}  // namespace

Async<ApiResult<void>> fetch_ssm_values(World& world, const Stack& stack, const cfn::Template& of,
                                        Source& source) {
  source.values = source.given;
  for (const auto& [name, ssm_name] : cfn::ssm_parameters(of, source.given)) {
    auto call = ssm_call(world, stack, {{"Name", ssm_name}});
    auto result = co_await world.actions.call(std::move(call));
    if (result.has_error()) {
      if (!is_gone(result.error())) co_return result.error();
      co_return api_error(
          400, "ValidationError",
          fmt::format("Unable to fetch parameters [{}] from parameter store for this account.", ssm_name));
    }
    source.values[name] = value_of(result.value());
  }
  co_return outcome::success();
}

namespace {

Async<ApiResult<std::string>> resolve_one(Operation& operation, cfn::DynamicReference reference) {
  if (reference.service == "ssm" || reference.service == "ssm-secure") {
    json::object input{{"Name", reference.key}, {"WithDecryption", true}};
    auto got = co_await operation.call_with("ssm", "GetParameter", std::move(input), "");
    if (got.has_error()) co_return got.error();
    co_return value_of(got.value());
  }
  if (reference.service != "secretsmanager")
    co_return api_error(400, "ValidationError", "dynamic reference " + reference.text + " is not supported");
  // secret-id:SecretString:json-key:version-stage:version-id; the id may be an ARN, with colons of its own.
  std::string id = reference.key, key;
  if (size_t at = id.find(":SecretString"); at != std::string::npos) {
    key = id.substr(at + 13);
    id.resize(at);
    if (key.starts_with(':')) key.erase(0, 1);
    key = key.substr(0, key.find(':'));
  }
  json::object input{{"SecretId", id}};
  auto got = co_await operation.call("secretsmanager", "GetSecretValue", std::move(input));
  if (got.has_error()) co_return got.error();
  std::string secret = string_or(got.value(), "SecretString");
  if (key.empty()) co_return secret;
  auto parsed = parse_json_object(secret);
  if (!parsed || !parsed.value().contains(key))
    co_return api_error(
        400, "ValidationError",
        fmt::format("Could not find a value associated with JSONKey in SecretString ({})", reference.text));
  co_return string_or(parsed.value(), key);
}

}  // namespace

Async<ApiResult<void>> resolve_dynamic(Operation& operation, json::object& properties) {
  json::value whole(std::move(properties));
  std::vector<cfn::DynamicReference> references;
  cfn::collect_dynamic(whole, references);
  std::map<std::string, std::string> values;
  for (const auto& reference : references) {
    if (values.contains(reference.text)) continue;
    auto value = co_await resolve_one(operation, reference);
    if (value.has_error()) co_return value.error();
    values[reference.text] = value.value();
  }
  if (!values.empty()) cfn::replace_dynamic(whole, values);
  properties = std::move(whole.get_object());
  co_return outcome::success();
}

}  // namespace live::cloud::cloudformation
