#include <fmt/format.h>

#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

// What makes two versions the same: all but when and under which number they were made.
json::object essence(const Version& version) {
  auto configuration = version.configuration;
  for (const auto* member : {"RevisionId", "LastModified", "Version", "Description"})
    configuration.erase(member);
  return configuration;
}

ApiResult<json::object*> alias_of(Lambda& lambda, const Call& call, Function** owner = nullptr) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(FunctionName{name.region, name.name, {}}));
  const auto alias = string_or(call.input, "Name");
  const auto found = function->aliases.find(alias);
  if (found == function->aliases.end())
    return not_found("Cannot find alias arn: " +
                     function_arn(name.region, lambda.world.account, name.name, alias));
  if (owner) *owner = function;
  return &found->second;
}

ApiResult<void> apply_alias(Lambda& lambda, const FunctionName& name, json::object& alias, const Call& call) {
  if (const auto version = find_string(call.input, "FunctionVersion")) {
    LIVE_API_TRY(lambda.functions.resolve(FunctionName{name.region, name.name, *version}));
    alias["FunctionVersion"] = *version;
  }
  if (const auto description = find_string(call.input, "Description")) alias["Description"] = *description;
  if (const auto* routing = find_object(call.input, "RoutingConfig")) {
    const auto* weights = find_object(*routing, "AdditionalVersionWeights");
    if (weights && !weights->empty())
      alias["RoutingConfig"] = *routing;
    else
      alias.erase("RoutingConfig");
  }
  alias["RevisionId"] = lambda.world.ids.uuid();
  return outcome::success();
}

}  // namespace

Answer publish(Lambda& lambda, Function& function, const std::string* description) {
  if (!function.versions.empty()) {
    const auto& last = *function.versions.rbegin()->second;
    if (essence(last) == essence(*function.latest)) return shown(lambda.world, last);
  }
  auto configuration = function.latest->configuration;
  const auto number = ++function.last_version;
  configuration["Version"] = std::to_string(number);
  if (description) configuration["Description"] = *description;
  configuration["RevisionId"] = lambda.world.ids.uuid();
  const auto version = std::make_shared<Version>(std::move(configuration));
  function.versions[number] = version;
  lambda.functions.save(function);
  return shown(lambda.world, *version);
}

Answer publish_version(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  const auto& latest = function->latest->configuration;
  LIVE_API_TRY(check_revision(call.input, latest));
  if (const auto sha = find_string(call.input, "CodeSha256"); sha && *sha != string_or(latest, "CodeSha256"))
    return invalid(
        fmt::format("CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({}). Please try again "
                    "with the CodeSHA256 in $LATEST.",
                    *sha, string_or(latest, "CodeSha256")));
  const auto description = find_string(call.input, "Description");
  return publish(lambda, *function, description ? &*description : nullptr);
}

Answer list_versions_by_function(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  json::array versions{shown(lambda.world, *function->latest, "$LATEST")};
  for (const auto& [number, version] : function->versions) versions.push_back(shown(lambda.world, *version));
  return json::object{{"Versions", std::move(versions)}};
}

Answer create_alias(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  const auto alias = string_or(call.input, "Name");
  if (alias.empty() || alias.find_first_not_of("0123456789") == alias.npos)
    return invalid(fmt::format("Value '{}' at 'name' must contain a character that is no digit", alias));
  const auto arn = function_arn(name.region, lambda.world.account, name.name, alias);
  if (function->aliases.contains(alias))
    return ApiError{409, "ResourceConflictException", "Alias already exists: " + arn, {{"Type", "User"}}};
  json::object made{{"AliasArn", arn}, {"Name", alias}, {"Description", ""}};
  LIVE_API_TRY(apply_alias(lambda, name, made, call));
  function->aliases[alias] = made;
  lambda.functions.save(*function);
  return made;
}

Answer update_alias(Lambda& lambda, const Call& call) {
  Function* function = nullptr;
  LIVE_API_TRY(auto* alias, alias_of(lambda, call, &function));
  LIVE_API_TRY(check_revision(call.input, *alias));
  auto changed = *alias;
  LIVE_API_TRY(apply_alias(lambda, {function->region, function->name, {}}, changed, call));
  *alias = changed;
  lambda.functions.save(*function);
  return changed;
}

Answer get_alias(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto* alias, alias_of(lambda, call));
  return *alias;
}

Answer delete_alias(Lambda& lambda, const Call& call) {
  Function* function = nullptr;
  auto alias = alias_of(lambda, call, &function);
  if (alias.has_error()) {
    LIVE_API_TRY(auto name, function_name_of(call));
    LIVE_API_TRY(lambda.functions.get(name));
    return json::object{};  // deleting what is not there succeeds, as on AWS
  }
  function->aliases.erase(string_or(call.input, "Name"));
  lambda.functions.save(*function);
  return json::object{};
}

Answer list_aliases(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  const auto version = find_string(call.input, "FunctionVersion");
  json::array aliases;
  for (const auto& [alias, value] : function->aliases)
    if (!version || string_or(value, "FunctionVersion") == *version) aliases.push_back(value);
  return json::object{{"Aliases", std::move(aliases)}};
}

}  // namespace live::cloud::lambda
