#include "template/permission.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "template/listed.h"
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

// The function as people know it.
std::string shown(AssemblyTemplate& one, const std::string& id) {
  auto const* metadata = object_in(*resource_in(one, id), "Metadata");
  std::string path = metadata ? string_or(*metadata, "aws:cdk:path") : "";
  constexpr std::string_view kResource = "/Resource";
  if (path.ends_with(kResource)) path.resize(path.size() - kResource.size());
  return path.empty() ? id : path;
}

// The pieces of a joined text that stand behind its last slash. Nothing: no slash is written in it.
std::optional<json::array> behind_the_last_slash(const json::array& pieces) {
  json::array tail;
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    auto const* text = piece->if_string();
    size_t const slash = text ? text->rfind('/') : json::string::npos;
    if (slash == json::string::npos) {
      tail.insert(tail.begin(), *piece);
      continue;
    }
    if (slash + 1 < text->size())
      tail.insert(tail.begin(), json::string(std::string_view(*text).substr(slash + 1)));
    return tail;
  }
  return std::nullopt;
}

json::value joined(json::array pieces) {
  if (pieces.size() == 1) return pieces.front();
  return json::object{{"Fn::Join", json::array{"", std::move(pieces)}}};
}

json::value role_name(const json::value& arn) {
  if (auto const* text = arn.if_string()) {
    std::string_view const whole(*text);
    return json::value(whole.substr(whole.rfind('/') + 1));
  }
  auto const* object = arn.if_object();
  if (auto const text = object ? find_string(*object, "Fn::Sub") : std::nullopt;
      text && text->find('/') != std::string::npos)
    return json::object{{"Fn::Sub", text->substr(text->rfind('/') + 1)}};
  auto const* join = object ? find_array(*object, "Fn::Join") : nullptr;
  if (join && join->size() == 2 && join->front() == "" && join->back().is_array())
    if (auto tail = behind_the_last_slash(join->back().get_array()); tail && !tail->empty())
      return joined(std::move(*tail));
  // arn:aws:iam::ACCOUNT:role/NAME: a path in what only AWS knows cannot be told from the name.
  return json::object{{"Fn::Select", json::array{1, json::object{{"Fn::Split", json::array{"/", arn}}}}}};
}

// Of a role or policy: its name where the template writes it, the logical id of one of the app's own.
std::string shown_name(const json::value& arn) {
  auto const* object = arn.if_object();
  if (auto const id = object ? find_string(*object, "Ref") : std::nullopt) return *id;
  auto const name = role_name(arn);
  if (name.is_string()) return std::string(name.get_string());
  auto const text = name.is_object() ? find_string(name.get_object(), "Fn::Sub") : std::nullopt;
  return text ? *text : compact_json(arn);
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

void StubPermission::allow(AssemblyTemplate& one, const std::string& function) {
  auto& properties = *object_in(*resource_in(one, function), "Properties");
  auto const* role = properties.if_contains("Role");
  if (!role) return;  // CloudFormation will say so: a function has a role
  auto const found = origin_of(assembly_, one, *role);
  if (!found || !is_role_arn(*found)) return add_beside(one, function, *role);
  auto& resource = *resource_in(*found->where, found->id);
  add_inline(resource, stub_policy(arns_));
  found->where->changed = true;
  if (auto const* boundary = find(resource.at("Properties").get_object(), "PermissionsBoundary"))
    bounded_[shown_name(*boundary)].insert(shown(one, function));
}

void StubPermission::add_beside(AssemblyTemplate& one, const std::string& function, const json::value& role) {
  auto const short_hash = [](const std::string& text) { return hex(sha256(text)).substr(0, 8); };
  std::string const id = "LiveLambdaStub" + short_hash(canonical_json(role));
  std::string const owner = assembly_.stack(one.stack)->name;
  std::string const name =
      fmt::format("{}-{}-{}", kPolicyName, owner.substr(0, 80), short_hash(owner + "/" + one.parent_id));
  auto& resources = *object_in(one.body, "Resources");
  resources[id] = json::object{{"Type", "AWS::IAM::RolePolicy"},
                               {"Properties", json::object{{"PolicyName", name},
                                                           {"RoleName", role_name(role)},
                                                           {"PolicyDocument", stub_policy(arns_)}}}};
  imported_[shown_name(role)].insert(shown(one, function));
}

void StubPermission::tell(std::vector<std::string>& notices) const {
  for (auto const& [role, functions] : imported_)
    notices.push_back(fmt::format(
        "{}: the role {} is none of this app's. While the session's stubs are deployed it has one more "
        "inline policy, {}-…; live deploy takes it away",
        listed(functions), role, kPolicyName));
  for (auto const& [boundary, functions] : bounded_)
    notices.push_back(fmt::format(
        "{}: the permissions boundary {} has to allow what stubs do on the debug stack (execute-api:Invoke "
        "and ManageConnections, dynamodb:GetItem, s3:GetObject, PutObject and DeleteObject); "
        "if it does not, calls fail and say so",
        listed(functions), boundary));
}

}  // namespace live
