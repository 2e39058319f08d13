#include "cloud/iam/authorize_policies.h"

#include "cloud/iam/managed.h"
#include "cloud/iam/principals.h"

namespace live::cloud {

namespace {

constexpr std::string_view nothing = R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})";
constexpr size_t most_sessions = 1'000, most_resources = 10'000;

// "arn:aws:sns:eu-west-1:1:topic" is {…, region, account, "topic"}; the last part keeps its colons.
std::array<std::string_view, 6> parts_of(std::string_view arn) {
  std::array<std::string_view, 6> parts;
  for (size_t i = 0; i < parts.size(); ++i) {
    auto end = i + 1 == parts.size() ? arn.size() : std::min(arn.find(':'), arn.size());
    parts[i] = arn.substr(0, end);
    arn.remove_prefix(std::min(end + 1, arn.size()));
  }
  return parts;
}

std::optional<std::string> of_function(Store& store, std::string_view region, std::string_view rest) {
  if (!rest.starts_with("function:")) return std::nullopt;
  rest.remove_prefix(std::string_view("function:").size());
  auto name = rest.substr(0, rest.find(':'));
  auto qualifier = rest.size() > name.size() ? rest.substr(name.size() + 1) : std::string_view();
  auto document = store.get("lambda.function", "", fmt::format("{}/{}", region, name));
  auto policies = document ? find_object(*document, "Policies") : nullptr;
  auto statements = policies ? find_array(*policies, qualifier) : nullptr;
  if (!statements || statements->empty()) return std::nullopt;
  return json::serialize(json::object{{"Version", "2012-10-17"}, {"Statement", *statements}});
}

std::optional<std::string> text_in(const std::optional<json::object>& document, std::string_view group) {
  auto members = document ? find_object(*document, group) : nullptr;
  auto text = members ? find_string(*members, "Policy") : std::nullopt;
  return text && !text->empty() ? text : std::nullopt;
}

}  // namespace

std::optional<std::string> managed_document(Store& store, std::string_view arn) {
  if (auto managed = find_managed(arn)) return managed->document;
  auto own = store.get("iam.policy", "", arn);
  auto versions = own ? find_array(*own, "Versions") : nullptr;
  if (!versions) return std::nullopt;
  for (auto& version : *versions)
    if (string_or(version.as_object(), "VersionId") == string_or(*own, "DefaultVersionId"))
      return find_string(version.as_object(), "Document");
  return std::nullopt;
}

Policy PolicyCache::parsed(std::string_view text, PolicyUse use, std::string_view whose) {
  auto policy = Policy::parse(text, use);
  if (policy) return std::move(policy.value());
  log_.warning("iam: a policy of {} cannot be read, so all is denied there: {}", whose,
               policy.error().message);
  auto closed = use == PolicyUse::identity
                    ? std::string(nothing)
                    : R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}})";
  return Policy::parse(closed, use == PolicyUse::identity ? use : PolicyUse::resource).value();
}

Policy PolicyCache::managed(std::string_view arn) {
  return parsed(managed_document(store_, arn).value_or(""), PolicyUse::identity, arn);
}

const PrincipalPolicies& PolicyCache::of_principal(std::string_view kind, std::string_view name) {
  auto key = fmt::format("{}/{}", kind, name);
  if (auto found = principals_.find(key); found != principals_.end()) return found->second;
  auto& made = principals_[key];
  auto document = store_.get(kind, "", name);
  if (!document) return made;
  auto arn = string_or(*document, "Arn");
  if (kind == "iam.role") made.role_arn = arn;
  if (auto policies = find_object(*document, "Inline"))
    for (auto& [policy, text] : *policies)
      if (text.is_string()) made.identity.push_back(parsed(text.get_string(), PolicyUse::identity, arn));
  if (auto attached = find_object(*document, "Attached"))
    for (auto& [policy, label] : *attached) made.identity.push_back(managed(policy));
  if (auto boundary = find_object(*document, "PermissionsBoundary"))
    made.boundary = managed(string_or(*boundary, "PermissionsBoundaryArn"));
  if (auto tags = find_array(*document, "Tags")) made.tags = *tags;
  return made;
}

const PrincipalPolicies& PolicyCache::of_role(std::string_view name) {
  return of_principal("iam.role", name);
}
const PrincipalPolicies& PolicyCache::of_user(std::string_view name) {
  return of_principal("iam.user", name);
}

std::optional<std::string> PolicyCache::resource_document(std::string_view service, std::string_view arn) {
  auto parts = parts_of(arn);
  if (service == "s3") {
    auto bucket = parts[5].substr(0, parts[5].find('/'));
    return text_in(store_.get("s3.bucket", "", bucket), "settings");
  }
  if (service == "sns")
    return text_in(store_.get("sns.topic", parts[3], parts[5].substr(0, parts[5].find(':'))), "Attributes");
  if (service == "lambda") return of_function(store_, parts[3], parts[5]);
  if (service != "sts") return std::nullopt;
  auto role = find_role_by_arn(store_, arn);
  return role ? find_string(*role, "AssumeRolePolicyDocument") : std::nullopt;
}

const Policy* PolicyCache::of_resource(std::string_view service, std::string_view arn) {
  if (service != "s3" && service != "sns" && service != "lambda" && service != "sts") return nullptr;
  std::string key(arn);
  if (service == "s3") key.resize(std::min(key.find('/'), key.size()));  // one policy for all its objects
  auto found = resources_.find(key);
  if (found == resources_.end()) {
    if (resources_.size() >= most_resources) resources_.clear();
    auto text = resource_document(service, arn);
    std::optional<Policy> policy;
    if (text) policy = parsed(*text, service == "sts" ? PolicyUse::trust : PolicyUse::resource, arn);
    found = resources_.emplace(std::move(key), std::move(policy)).first;
  }
  return found->second ? &*found->second : nullptr;
}

const std::vector<Policy>& PolicyCache::of_session(const std::string& documents) {
  if (auto found = sessions_.find(documents); found != sessions_.end()) return found->second;
  if (sessions_.size() >= most_sessions) sessions_.clear();
  auto& made = sessions_[documents];
  auto list = parse_json(documents);
  if (!list || !list.value().is_array()) {
    made.push_back(parsed("", PolicyUse::identity, "a session"));
    return made;
  }
  for (auto& text : list.value().get_array())
    made.push_back(
        parsed(text.is_string() ? std::string(text.get_string()) : "", PolicyUse::identity, "a session"));
  return made;
}

void PolicyCache::forget_principals() {
  principals_.clear();
  resources_.clear();  // trust policies are among them
}

}  // namespace live::cloud
