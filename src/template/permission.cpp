#include "template/permission.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "template/origin.h"

namespace live {
namespace {

constexpr const char* kPolicyName = "live-lambda-stub";
json::object statement(json::value actions, json::value resources) {
  return {{"Effect", "Allow"}, {"Action", std::move(actions)}, {"Resource", std::move(resources)}};
}

bool is_role_arn(const Origin& origin) {
  return origin.attribute == "Arn" &&
         string_or(*resource_in(*origin.where, origin.id), "Type") == "AWS::IAM::Role";
}

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
  if (auto const found = origin_of(assembly, one, *role); found && is_role_arn(*found)) {
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
