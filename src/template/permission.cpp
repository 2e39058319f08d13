#include "template/permission.h"

#include "base/encoding.h"
#include "base/hash.h"

namespace live {
namespace {

constexpr const char* kPolicyName = "live-lambda-stub";
constexpr int kMostHops = 16;  // parameters and outputs between a function and its role

struct RoleAt {
  AssemblyTemplate* where;
  std::string id;
};

json::object statement(json::value actions, json::value resources) {
  return {{"Effect", "Allow"}, {"Action", std::move(actions)}, {"Resource", std::move(resources)}};
}

json::object* object_in(json::object& in, std::string_view key) {
  auto* value = in.if_contains(key);
  return value ? value->if_object() : nullptr;
}

json::object* resource_in(AssemblyTemplate& one, std::string_view id) {
  auto* resources = object_in(one.body, "Resources");
  return resources ? object_in(*resources, id) : nullptr;
}

// Follows one reference after another until it stands on a role of the assembly.
class RoleSearch {
 public:
  explicit RoleSearch(Assembly& assembly) : assembly_(assembly) {}

  std::optional<RoleAt> find_role(AssemblyTemplate& one, const json::value& value, int hops = 0) {
    auto const* object = value.if_object();
    if (!object || hops > kMostHops) return std::nullopt;
    if (auto const* path = find_array(*object, "Fn::GetAtt"); path && path->size() == 2)
      return through_attribute(one, std::string(path->at(0).as_string()),
                               std::string(path->at(1).as_string()), hops);
    if (auto const text = find_string(*object, "Fn::GetAtt"); text && text->find('.') != std::string::npos)
      return through_attribute(one, text->substr(0, text->find('.')), text->substr(text->find('.') + 1),
                               hops);
    if (auto const name = find_string(*object, "Ref")) return through_parameter(one, *name, hops);
    if (auto const* name = find(*object, "Fn::ImportValue")) return through_export(*name, hops);
    return std::nullopt;
  }

 private:
  std::optional<RoleAt> through_attribute(AssemblyTemplate& one, const std::string& id,
                                          const std::string& attribute, int hops) {
    auto* resource = resource_in(one, id);
    if (!resource) return std::nullopt;
    std::string const type = string_or(*resource, "Type");
    if (type == "AWS::IAM::Role" && attribute == "Arn") return RoleAt{&one, id};
    constexpr std::string_view kOutputs = "Outputs.";
    if (type != "AWS::CloudFormation::Stack" || !attribute.starts_with(kOutputs)) return std::nullopt;
    for (auto& [file, nested] : assembly_.templates()) {
      if (nested.parent != one.file || nested.parent_id != id) continue;
      auto* outputs = object_in(nested.body, "Outputs");
      auto* output = outputs ? object_in(*outputs, attribute.substr(kOutputs.size())) : nullptr;
      if (output && output->contains("Value")) return find_role(nested, output->at("Value"), hops + 1);
    }
    return std::nullopt;
  }

  std::optional<RoleAt> through_parameter(AssemblyTemplate& one, const std::string& name, int hops) {
    if (one.parent.empty()) return std::nullopt;
    auto& parent = assembly_.templates().at(one.parent);
    auto* stack = resource_in(parent, one.parent_id);
    auto* properties = stack ? object_in(*stack, "Properties") : nullptr;
    auto* parameters = properties ? object_in(*properties, "Parameters") : nullptr;
    auto const* value = parameters ? parameters->if_contains(name) : nullptr;
    return value ? find_role(parent, *value, hops + 1) : std::nullopt;
  }

  std::optional<RoleAt> through_export(const json::value& name, int hops) {
    for (auto& [file, other] : assembly_.templates()) {
      auto* outputs = object_in(other.body, "Outputs");
      if (!outputs) continue;
      for (auto& [key, value] : *outputs) {
        auto* output = value.if_object();
        auto* exported = output ? object_in(*output, "Export") : nullptr;
        if (exported && exported->contains("Name") && exported->at("Name") == name &&
            output->contains("Value"))
          return find_role(other, output->at("Value"), hops + 1);
      }
    }
    return std::nullopt;
  }

  Assembly& assembly_;
};

void add_inline(json::object& role, json::object policy) {
  auto& properties = role["Properties"];
  if (!properties.is_object()) properties = json::object();
  auto& policies = properties.get_object()["Policies"];
  if (!policies.is_array()) policies = json::array();
  for (auto const& one : policies.get_array())
    if (one.is_object() && string_or(one.get_object(), "PolicyName") == kPolicyName) return;
  policies.get_array().push_back(
      json::object{{"PolicyName", kPolicyName}, {"PolicyDocument", std::move(policy)}});
}

json::value role_name(const json::value& arn) {
  if (auto const* text = arn.if_string()) {
    std::string_view const whole(*text);
    return json::value(whole.substr(whole.rfind('/') + 1));
  }
  // arn:aws:iam::ACCOUNT:role/NAME. A role with a path needs its ARN as plain text.
  return json::object{{"Fn::Select", json::array{1, json::object{{"Fn::Split", json::array{"/", arn}}}}}};
}

}  // namespace

json::object stub_policy(const DebugStackArns& arns) {
  return {{"Version", "2012-10-17"},
          {"Statement", json::array{statement("execute-api:Invoke", json::value(arns.connect)),
                                    statement("execute-api:ManageConnections", json::value(arns.connections)),
                                    statement("dynamodb:GetItem", json::value(arns.table)),
                                    statement(json::array{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
                                              json::value(arns.payloads))}}};
}

void allow_stub(Assembly& assembly, AssemblyTemplate& one, const std::string& function,
                const DebugStackArns& arns) {
  auto& resource = *resource_in(one, function);
  auto& properties = *object_in(resource, "Properties");
  auto const* role = properties.if_contains("Role");
  if (!role) return;  // CloudFormation will say so: a function has a role
  if (auto const found = RoleSearch(assembly).find_role(one, *role)) {
    add_inline(*resource_in(*found->where, found->id), stub_policy(arns));
    found->where->changed = true;
    return;
  }
  std::string const id = "LiveLambdaStub" + hex(sha256(canonical_json(*role))).substr(0, 8);
  auto& resources = *object_in(one.body, "Resources");
  resources[id] = json::object{{"Type", "AWS::IAM::RolePolicy"},
                               {"Properties", json::object{{"PolicyName", kPolicyName},
                                                           {"RoleName", role_name(*role)},
                                                           {"PolicyDocument", stub_policy(arns)}}}};
}

}  // namespace live
