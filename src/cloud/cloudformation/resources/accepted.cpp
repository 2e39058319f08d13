// Types of services that do not run here: a stack with them deploys, and what it refers to has the form it
// has on AWS. All that is known of them is AWS's schema, in accepted_types.json (scripts/accepted-types.mjs).
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

constexpr const char* kAcceptedTypes =
#include "cloud/accepted_types.inc"
    ;

const json::object& accepted_types_by_name() {
  static const json::value types = json::parse(kAcceptedTypes);
  return types.get_object();
}

std::vector<std::string_view> texts(const json::object& known, std::string_view member) {
  std::vector<std::string_view> made;
  if (auto const* list = find_array(known, member))
    for (auto const& each : *list) made.emplace_back(each.get_string());
  return made;
}

std::optional<std::string> scalar_text(const json::value* value) {
  if (!value || value->is_structured()) return std::nullopt;
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

// The values of one resource that its template does not say: identifiers, ARNs, attributes.
class Identity {
 public:
  Identity(const Operation& operation, const json::object& properties)
      : operation_(operation),
        properties_(properties),
        known_(accepted_types_by_name().at(operation.type).get_object()),
        own_(physical_name({}, operation.stack.name, operation.id, operation.world.ids)) {}

  std::string physical_id() {
    auto const one = find_string(known_, "ref");
    auto const parts = one ? std::vector<std::string_view>{*one} : texts(known_, "ref");
    std::string made;
    for (auto const& part : parts) {
      // "default|rule" and the like: a part that was left out is left out.
      if (parts.size() > 1 && !properties_.contains(part) && !is_attribute(part)) continue;
      if (!made.empty()) made += '|';
      made += text(part);
    }
    return made.empty() ? own_ : made;
  }

  json::object attributes() {
    json::object made;
    for (auto const& [name, kind] : known_.at("attributes").get_object()) {
      if (auto const* given = properties_.if_contains(name))
        made[name] = *given;
      else if (kind == "list")
        made[name] = json::array{json::string(own_)};
      else if (kind == "number")
        made[name] = 0;
      else if (kind == "boolean")
        made[name] = false;
      else
        made[name] = json::string(text(name));
    }
    return made;
  }

 private:
  bool is_attribute(std::string_view name) const {
    return known_.at("attributes").get_object().contains(name);
  }

  std::string text(std::string_view name) {
    if (auto const known = values_.find(name); known != values_.end()) return known->second;
    std::string value = decide(name);
    values_.emplace(name, value);
    return value;
  }

  std::string decide(std::string_view name) {
    if (auto given = scalar_text(properties_.if_contains(name))) return *given;
    if (auto const* forms = find_object(known_, "forms"))
      if (auto const form = find_string(*forms, name)) return filled(*form);
    if (name.ends_with("Arn") || name.ends_with("ARN")) return arn();
    return named_by_a_property(name).value_or(own_);
  }

  std::string arn() {
    if (auto const form = find_string(known_, "arn")) return filled(*form);
    std::string service = operation_.type.substr(5, operation_.type.find("::", 5) - 5);
    std::transform(service.begin(), service.end(), service.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return operation_.arn(service, own_);
  }

  // "Name" of a state machine is what the property StateMachineName says.
  std::optional<std::string> named_by_a_property(std::string_view name) const {
    for (auto const property : texts(known_, "replaces"))
      if (property.ends_with(name))
        if (auto given = scalar_text(properties_.if_contains(property))) return given;
    return std::nullopt;
  }

  std::string filled(std::string_view form) {
    std::string made;
    for (size_t at = 0; at < form.size();) {
      size_t const open = form.find("${", at);
      made += form.substr(at, open == form.npos ? open : open - at);
      if (open == form.npos) break;
      size_t const close = form.find('}', open);
      made += variable(form.substr(open + 2, close - open - 2));
      at = close + 1;
    }
    return made;
  }

  std::string variable(std::string_view name) {
    if (name == "Partition") return "aws";
    if (name == "Region") return operation_.region();
    if (name == "Account") return operation_.account();
    if (name == "URLSuffix") return "amazonaws.com";
    if (name == "Hex") return operation_.world.ids.hex(17);
    if (name == "Uuid") return operation_.world.ids.uuid();
    if (name == "Random") return operation_.world.ids.lower(6);
    return name.ends_with("Arn") ? own_ : text(name);
  }

  const Operation& operation_;
  const json::object& properties_;
  const json::object& known_;
  const std::string own_;
  std::map<std::string, std::string, std::less<>> values_;
};

Async<ApiResult<void>> accept(Operation& operation, json::object properties) {
  Identity identity(operation, properties);
  operation.physical_id = identity.physical_id();
  operation.attributes = identity.attributes();
  co_return outcome::success();
}

Async<ApiResult<void>> accept_change(Operation& operation, Existing, json::object properties) {
  for (auto& [name, value] : operation.attributes)
    if (auto const* given = properties.if_contains(name)) value = *given;
  co_return outcome::success();
}

ResourceType accepted_type(std::string_view name, const json::object& known) {
  ResourceType type{.name = name,
                    .updates = texts(known, "updates"),
                    .replaces = texts(known, "replaces"),
                    .required = texts(known, "required"),
                    .create = accept,
                    .update = accept_change,
                    .only_accepted = true};
  if (auto const tags = texts(known, "tags"); tags.size() == 2 && tags[0] == "Tags")
    type.tags = tags[1] == "map" ? TagForm::map : TagForm::list;
  return type;
}

}  // namespace

std::vector<ResourceType> accepted_types() {
  std::vector<ResourceType> types;
  for (auto const& [name, known] : accepted_types_by_name())
    types.push_back(accepted_type(name, known.get_object()));
  return types;
}

}  // namespace live::cloud::cloudformation
