// Actions about templates.
#include "cloud/cloudformation/service.h"

namespace live::cloud::cloudformation {
namespace {

using Answer = ApiResult<Output>;

ApiResult<json::object> get_template(Service& service, const Call& call) {
  std::string text;
  if (string_or(call.input, "ChangeSetName").empty()) {
    LIVE_API_TRY(auto stack, find_stack(service, call));
    text = stack->source.text;  // empty while the stack is only under review
  } else {
    std::string name = string_or(call.input, "ChangeSetName");
    auto change_set = service.records().change_set(name);
    if (!change_set) {
      LIVE_API_TRY(auto stack, find_stack(service, call));
      change_set = service.records().change_set(*stack, name);
    }
    if (!change_set)
      return api_error(404, "ChangeSetNotFound", fmt::format("ChangeSet [{}] does not exist", name));
    text = change_set->source.text;
  }
  // No macro runs here: the processed template is the original.
  return json::object{{"TemplateBody", text}, {"StagesAvailable", json::array{"Original", "Processed"}}};
}

json::array parameters_of(const cfn::Template& of, bool summary) {
  json::array list;
  for (const auto& parameter : of.parameters) {
    json::object item{{"ParameterKey", parameter.name}, {"NoEcho", parameter.no_echo}};
    if (summary) item["ParameterType"] = parameter.type;
    if (parameter.default_value) item["DefaultValue"] = *parameter.default_value;
    if (!parameter.description.empty()) item["Description"] = parameter.description;
    if (summary && !parameter.allowed_values.empty())
      item["ParameterConstraints"] = json::object{{"AllowedValues", texts_json(parameter.allowed_values)}};
    list.push_back(std::move(item));
  }
  return list;
}

json::object described(const cfn::Template& of, bool summary) {
  json::object made{{"Parameters", parameters_of(of, summary)}};
  if (!of.description.empty()) made["Description"] = of.description;
  std::vector<std::string> iam;
  bool named = false;
  for (const auto& resource : of.resources) {
    if (!resource.type.starts_with("AWS::IAM::")) continue;
    iam.push_back(resource.type);
    for (const char* name : {"RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"})
      named = named || resource.properties.contains(name);
  }
  made["Capabilities"] = json::array{};
  if (!iam.empty()) {
    made["Capabilities"] = texts_json({named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM"});
    made["CapabilitiesReason"] =
        fmt::format("The following resource(s) require capabilities: [{}]", fmt::join(iam, ", "));
  }
  made["DeclaredTransforms"] = texts_json(of.transforms);
  return made;
}

Async<Answer> validate_template(ServicePointer service, Call call) {
  auto text = co_await template_text(service, call, nullptr);
  if (text.has_error()) co_return text.error();
  auto of = cfn::read_template(text.value());
  if (!of) co_return validation_error(of.error().message);
  Output output{.value = described(of.value(), false), .payload = {}};
  co_return output;
}

Async<Answer> template_summary(ServicePointer service, Call call) {
  std::string text;
  if (string_or(call.input, "StackName").empty()) {
    auto read = co_await template_text(service, call, nullptr);
    if (read.has_error()) co_return read.error();
    text = std::move(read.value());
  } else {
    auto stack = find_stack(*service, call);
    if (stack.has_error()) co_return stack.error();
    text = stack.value()->source.text;
  }
  auto of = cfn::read_template(text);
  if (!of) co_return validation_error(of.error().message);
  Output output{.value = described(of.value(), true), .payload = {}};
  std::set<std::string> types;
  for (const auto& resource : of.value().resources) types.insert(resource.type);
  output.value["ResourceTypes"] = texts_json({types.begin(), types.end()});
  output.value["Version"] = "2010-09-09";
  if (!of.value().metadata.empty()) output.value["Metadata"] = json::serialize(of.value().metadata);
  co_return output;
}

}  // namespace

void add_template_actions(ServicePointer service) {
  Directory& actions = service->world.actions;
  actions.add_plain("cloudformation", "GetTemplate",
                    [service](const Call& call) { return get_template(*service, call); });
  actions.add("cloudformation", "ValidateTemplate",
              [service](Call call) { return validate_template(service, std::move(call)); });
  actions.add("cloudformation", "GetTemplateSummary",
              [service](Call call) { return template_summary(service, std::move(call)); });
}

}  // namespace live::cloud::cloudformation
