#include <fmt/format.h>

#include "cloud/lambda/code.h"
#include "cloud/lambda/configuration.h"
#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

void stamp(World& world, json::object& configuration) {
  configuration["LastModified"] = last_modified(world.clock.now());
  configuration["RevisionId"] = world.ids.uuid();
}

void set_package(json::object& configuration, const Package& package) {
  configuration["CodeSha256"] = package.sha256;
  configuration["CodeSize"] = package.size;
  configuration["CodeFolder"] = package.folder.string();
}

// The new $LATEST takes over: calls that run finish where they are.
void replace_latest(Lambda& lambda, Function& function, json::object configuration) {
  const auto old = std::exchange(function.latest, std::make_shared<Version>(std::move(configuration)));
  lambda.environments.retire(old);
  lambda.functions.save(function);
}

ApiResult<void> check_new(Lambda& lambda, const Call& call, const FunctionName& name) {
  if (name.name.size() > 64)
    return invalid(
        fmt::format("Value '{}' at 'functionName' failed to satisfy constraint: Member must have length "
                    "less than or equal to 64",
                    name.name));
  if (lambda.functions.find(name.region, name.name))
    return ApiError{
        409, "ResourceConflictException", "Function already exist: " + name.name, {{"Type", "User"}}};
  const auto* code = find_object(call.input, "Code");
  const bool image = string_or(call.input, "PackageType", "Zip") == "Image";
  if (code && image != code->contains("ImageUri"))
    return invalid("PackageType Image and Code.ImageUri go together.");
  if (!image && (string_or(call.input, "Runtime").empty() || string_or(call.input, "Handler").empty()))
    return invalid(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
  if (!string_or(call.input, "Role").starts_with("arn:"))
    return api_error(
        400, "ValidationException",
        fmt::format("1 validation error detected: Value '{}' at 'role' failed to satisfy constraint: Member "
                    "must satisfy regular expression pattern: "
                    "arn:(aws[a-zA-Z-]*)?:iam::\\d{{12}}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
                    string_or(call.input, "Role")));
  if (!code) return invalid("Please provide a source for function code.");
  return outcome::success();
}

}  // namespace

std::string last_modified(TimePoint at) {
  auto text = iso8601(at);
  if (text.ends_with('Z')) text.pop_back();
  return text + "+0000";
}

json::object shown(const World& world, const Version& version, std::string_view qualifier) {
  auto configuration = version.configuration;
  configuration.erase("CodeFolder");
  configuration.erase("Region");
  configuration.erase("LayerFolders");
  configuration.erase("ImageUri");
  if (qualifier.empty() && version.number != "$LATEST") qualifier = version.number;
  configuration["FunctionArn"] = function_arn(version.region, world.account, version.name, qualifier);
  configuration["Version"] = version.number;
  configuration["State"] = "Active";
  configuration["LastUpdateStatus"] = "Successful";
  configuration["RuntimeVersionConfig"] = {
      {"RuntimeVersionArn", fmt::format("arn:aws:lambda:{}::runtime:{}", version.region, version.runtime)}};
  return configuration;
}

ApiResult<void> check_revision(const json::object& input, const json::object& current) {
  const auto wanted = find_string(input, "RevisionId");
  if (!wanted || *wanted == string_or(current, "RevisionId")) return outcome::success();
  return ApiError{
      412, "PreconditionFailedException",
      "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to "
      "retrieve the latest RevisionId"};
}

LateAnswer create_function(LambdaPtr lambda, Call call) {
  LIVE_API_CO_TRY(auto name, function_name_of(call));
  LIVE_API_CO_TRY(check_new(*lambda, call, name));
  auto configuration = default_configuration(name.name);
  configuration["Region"] = name.region;
  if (const auto* code = find_object(call.input, "Code"); code && code->contains("ImageUri")) {
    configuration["PackageType"] = "Image";
    configuration["ImageUri"] = code->at("ImageUri");
  }
  LIVE_API_CO_TRY(apply_configuration(lambda->world, configuration, call.input));
  const Version candidate(configuration);
  auto role = co_await lambda->environments.credentials(candidate);
  if (role.has_error()) co_return role.error();
  auto package =
      co_await fetch_package(lambda->world, call, *find_object(call.input, "Code"), lambda->packages());
  if (package.has_error()) co_return package.error();
  LIVE_API_CO_TRY(check_new(*lambda, call, name));  // another may have been quicker
  set_package(configuration, package.value());
  stamp(lambda->world, configuration);
  auto& function = lambda->functions.add(name.region, name.name);
  function.latest = std::make_shared<Version>(std::move(configuration));
  if (const auto* tags = find_object(call.input, "Tags")) function.tags = *tags;
  lambda->functions.save(function);
  if (find_bool(call.input, "Publish").value_or(false)) {
    LIVE_API_CO_TRY(auto published, publish(*lambda, function, nullptr));
    co_return Output{.value = std::move(published)};
  }
  co_return Output{.value = shown(lambda->world, *function.latest)};
}

LateAnswer update_function_code(LambdaPtr lambda, Call call) {
  LIVE_API_CO_TRY(auto name, function_name_of(call));
  LIVE_API_CO_TRY(auto* before, lambda->functions.get(name));
  LIVE_API_CO_TRY(check_revision(call.input, before->latest->configuration));
  auto package = co_await fetch_package(lambda->world, call, call.input, lambda->packages());
  if (package.has_error()) co_return package.error();
  LIVE_API_CO_TRY(auto* function, lambda->functions.get(name));  // it may be gone since
  auto configuration = function->latest->configuration;
  set_package(configuration, package.value());
  if (const auto uri = find_string(call.input, "ImageUri")) configuration["ImageUri"] = *uri;
  if (const auto* architectures = find_array(call.input, "Architectures"))
    configuration["Architectures"] = *architectures;
  stamp(lambda->world, configuration);
  if (find_bool(call.input, "DryRun").value_or(false))
    co_return Output{.value = shown(lambda->world, Version(std::move(configuration)))};
  const auto old_folder = function->latest->code_folder;
  replace_latest(*lambda, *function, std::move(configuration));
  if (!lambda->functions.uses_code(old_folder)) remove_package(old_folder);
  if (find_bool(call.input, "Publish").value_or(false)) {
    LIVE_API_CO_TRY(auto published, publish(*lambda, *function, nullptr));
    co_return Output{.value = std::move(published)};
  }
  co_return Output{.value = shown(lambda->world, *function->latest)};
}

LateAnswer update_function_configuration(LambdaPtr lambda, Call call) {
  LIVE_API_CO_TRY(auto name, function_name_of(call));
  LIVE_API_CO_TRY(auto* before, lambda->functions.get(name));
  LIVE_API_CO_TRY(check_revision(call.input, before->latest->configuration));
  auto configuration = before->latest->configuration;
  LIVE_API_CO_TRY(apply_configuration(lambda->world, configuration, call.input));
  const Version candidate(configuration);
  auto role = co_await lambda->environments.credentials(candidate);
  if (role.has_error()) co_return role.error();
  LIVE_API_CO_TRY(auto* function, lambda->functions.get(name));
  for (const auto* member : {"CodeSha256", "CodeSize", "CodeFolder"})  // code may have changed meanwhile
    configuration[member] = function->latest->configuration.at(member);
  stamp(lambda->world, configuration);
  replace_latest(*lambda, *function, std::move(configuration));
  co_return Output{.value = shown(lambda->world, *function->latest)};
}

json::object code_location(const World& world, const Version& version) {
  if (const auto uri = find_string(version.configuration, "ImageUri"))
    return {{"RepositoryType", "ECR"}, {"ImageUri", *uri}, {"ResolvedImageUri", *uri}};
  return {{"RepositoryType", "S3"}, {"Location", download_url(world, version.code_folder)}};
}

Answer get_function_configuration(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto target, lambda.functions.resolve(name));
  return shown(lambda.world, *target.version, name.qualifier);
}

Answer get_function(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto target, lambda.functions.resolve(name));
  json::object answer{{"Configuration", shown(lambda.world, *target.version, name.qualifier)},
                      {"Code", code_location(lambda.world, *target.version)}};
  if (!target.function->tags.empty()) answer["Tags"] = target.function->tags;
  if (target.function->reserved)
    answer["Concurrency"] = {{"ReservedConcurrentExecutions", *target.function->reserved}};
  return answer;
}

Answer list_functions(Lambda& lambda, const Call& call) {
  const bool all = string_or(call.input, "FunctionVersion") == "ALL";
  const auto from = string_or(call.input, "Marker");
  const auto most = std::clamp<int64_t>(find_int(call.input, "MaxItems").value_or(50), 1, 50);
  json::array found;
  json::object answer;
  for (const auto* function : lambda.functions.list(call.region)) {
    if (function->name < from) continue;
    if (static_cast<int64_t>(found.size()) >= most) {
      answer["NextMarker"] = function->name;
      break;
    }
    found.push_back(shown(lambda.world, *function->latest, all ? "$LATEST" : ""));
    if (all)
      for (const auto& [number, version] : function->versions) found.push_back(shown(lambda.world, *version));
  }
  answer["Functions"] = std::move(found);
  return answer;
}

Answer delete_function(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  std::vector<std::string> folders;
  if (!name.qualifier.empty()) {
    if (name.qualifier == "$LATEST")
      return invalid("$LATEST version cannot be deleted without deleting the function.");
    LIVE_API_TRY(auto target, lambda.functions.resolve(name));
    for (const auto& [alias, value] : function->aliases)
      if (string_or(value, "FunctionVersion") == target.version->number)
        return ApiError{409, "ResourceConflictException",
                        fmt::format("Version {} is used by alias {}: point it elsewhere first",
                                    target.version->number, alias)};
    folders.push_back(target.version->code_folder);
    lambda.environments.retire(target.version);
    function->versions.erase(std::stoll(target.version->number));
    lambda.functions.save(*function);
  } else {
    lambda.environments.retire(function->latest);
    folders.push_back(function->latest->code_folder);
    for (const auto& [number, version] : function->versions) {
      lambda.environments.retire(version);
      folders.push_back(version->code_folder);
    }
    lambda.functions.remove(*function);
  }
  for (const auto& folder : folders)
    if (!lambda.functions.uses_code(folder)) remove_package(folder);
  return json::object{};
}

}  // namespace live::cloud::lambda
