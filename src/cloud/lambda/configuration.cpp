#include "cloud/lambda/configuration.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cloud/lambda/name.h"

namespace live::cloud::lambda {
namespace {

constexpr std::array reserved = {"_HANDLER",
                                 "_X_AMZN_TRACE_ID",
                                 "AWS_DEFAULT_REGION",
                                 "AWS_REGION",
                                 "AWS_EXECUTION_ENV",
                                 "AWS_LAMBDA_FUNCTION_NAME",
                                 "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                 "AWS_LAMBDA_FUNCTION_VERSION",
                                 "AWS_LAMBDA_INITIALIZATION_TYPE",
                                 "AWS_LAMBDA_LOG_GROUP_NAME",
                                 "AWS_LAMBDA_LOG_STREAM_NAME",
                                 "AWS_LAMBDA_RUNTIME_API",
                                 "AWS_ACCESS_KEY",
                                 "AWS_ACCESS_KEY_ID",
                                 "AWS_SECRET_ACCESS_KEY",
                                 "AWS_SESSION_TOKEN",
                                 "LAMBDA_TASK_ROOT",
                                 "LAMBDA_RUNTIME_DIR"};

constexpr std::array families = {"nodejs", "python", "java", "ruby", "dotnet", "provided", "go1.x"};

constexpr std::array unsupported_members = {"DurableConfig", "CapacityProviderConfig", "TenancyConfig"};
// Kept and shown; without effect here: docs/cloud.md says so.
constexpr std::array kept_members = {"FileSystemConfigs", "ImageConfig", "DeadLetterConfig",
                                     "CodeSigningConfigArn"};

bool is_empty(const json::value& value) {
  if (value.is_null()) return true;
  if (const auto* object = value.if_object()) return object->empty();
  if (const auto* array = value.if_array()) return array->empty();
  if (const auto* text = value.if_string()) return text->empty();
  return false;
}

ApiError out_of_range(std::string_view member, int64_t value, int64_t low, int64_t high) {
  return api_error(
      400, "ValidationException",
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                  "Member must have value between {} and {}",
                  value, member, low, high));
}

ApiResult<void> apply_number(json::object& configuration, const json::object& input, std::string_view member,
                             int64_t low, int64_t high) {
  const auto* given = find(input, member);
  if (!given || given->is_null()) return outcome::success();
  const auto number = find_int(input, member);
  if (!number) return invalid(fmt::format("{} must be a number", member));
  if (*number < low || *number > high) return out_of_range(member, *number, low, high);
  configuration[member] = *number;
  return outcome::success();
}

ApiResult<void> check_environment(const json::object& environment) {
  const auto* variables = find_object(environment, "Variables");
  if (!variables) return outcome::success();
  std::string refused;
  for (const auto& [name, value] : *variables) {
    if (!value.is_string())
      return invalid(fmt::format("Environment variable {} must be a string", std::string_view(name)));
    if (is_reserved_variable(name)) refused.append(refused.empty() ? "" : ", ").append(name);
  }
  if (!refused.empty())
    return invalid(
        fmt::format("Lambda was unable to configure your environment variables because the environment "
                    "variables you have provided contains reserved keys that are currently not supported "
                    "for modification. Reserved keys used in this request: {}",
                    refused));
  if (json::serialize(*variables).size() > 4096)  // Lambda quota
    return invalid(
        "Lambda was unable to configure your environment variables because the environment variables you "
        "have provided exceeded the 4KB limit.");
  return outcome::success();
}

ApiResult<void> apply_layers(World& world, json::object& configuration, const json::object& input) {
  const auto* layers = find_array(input, "Layers");
  if (!layers) return outcome::success();
  if (layers->size() > 5) return invalid("Layers: a function may have at most 5");
  json::array taken, folders;
  for (const auto& layer : *layers) {
    const std::string arn = layer.is_string() ? std::string(layer.as_string()) : "";
    const auto known = world.store.get("lambda.layer", "", arn);
    if (!known) return invalid(fmt::format("Layer version {} does not exist.", arn));
    taken.push_back(json::object{{"Arn", arn}, {"CodeSize", find_int(*known, "CodeSize").value_or(0)}});
    folders.push_back(json::string(string_or(*known, "CodeFolder")));
  }
  configuration["LayerFolders"] = std::move(folders);
  configuration["Layers"] = std::move(taken);
  return outcome::success();
}

ApiResult<void> refuse_unsupported(const json::object& input) {
  for (const auto* member : unsupported_members)
    if (const auto* given = find(input, member); given && !is_empty(*given)) return unsupported(member);
  return outcome::success();
}

ApiResult<void> apply_runtime(json::object& configuration, const json::object& input) {
  const auto runtime = find_string(input, "Runtime");
  if (!runtime) return outcome::success();
  for (const auto* family : families)
    if (runtime->starts_with(family)) {
      configuration["Runtime"] = *runtime;
      return outcome::success();
    }
  return invalid(
      fmt::format("Value {} at 'runtime' failed to satisfy constraint: Member must satisfy enum value "
                  "set: [nodejs22.x, provided.al2023, …] or be a valid ARN",
                  *runtime));
}

}  // namespace

bool is_reserved_variable(std::string_view name) {
  return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

json::object default_configuration(std::string_view function) {
  return {{"FunctionName", function},
          {"Description", ""},
          {"Timeout", 3},
          {"MemorySize", 128},
          {"TracingConfig", {{"Mode", "PassThrough"}}},
          {"PackageType", "Zip"},
          {"Architectures", {"x86_64"}},
          {"EphemeralStorage", {{"Size", 512}}},
          {"SnapStart", {{"ApplyOn", "None"}, {"OptimizationStatus", "Off"}}},
          {"LoggingConfig", {{"LogFormat", "Text"}, {"LogGroup", fmt::format("/aws/lambda/{}", function)}}}};
}

namespace {

ApiResult<void> check_one_of(const json::object& logging, std::string_view member,
                             std::initializer_list<std::string_view> known) {
  const auto value = string_or(logging, member);
  if (value.empty() || std::ranges::find(known, value) != known.end()) return outcome::success();
  return invalid(
      fmt::format("Value '{}' at 'loggingConfig.{}' failed to satisfy constraint: Member must satisfy "
                  "enum value set: [{}]",
                  value, member, fmt::join(known, ", ")));
}

// Levels are of JSON alone, as on AWS.
ApiResult<void> apply_logging(json::object& mine, const json::object& given) {
  LIVE_API_TRY(check_one_of(given, "LogFormat", {"JSON", "Text"}));
  LIVE_API_TRY(
      check_one_of(given, "ApplicationLogLevel", {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}));
  LIVE_API_TRY(check_one_of(given, "SystemLogLevel", {"DEBUG", "INFO", "WARN"}));
  for (const auto& [key, value] : given) mine[key] = value;
  const bool is_json = string_or(mine, "LogFormat") == "JSON";
  for (const auto* level : {"ApplicationLogLevel", "SystemLogLevel"}) {
    if (is_json && !mine.contains(level)) mine[level] = "INFO";
    if (!is_json && given.contains(level))
      return invalid(fmt::format("{} can be set only when LogFormat is set to JSON.", level));
    if (!is_json) mine.erase(level);
  }
  return outcome::success();
}

}  // namespace

ApiResult<void> apply_configuration(World& world, json::object& configuration, const json::object& input) {
  LIVE_API_TRY(refuse_unsupported(input));
  LIVE_API_TRY(apply_runtime(configuration, input));
  LIVE_API_TRY(apply_number(configuration, input, "Timeout", 1, 900));
  LIVE_API_TRY(apply_number(configuration, input, "MemorySize", 128, 10'240));
  LIVE_API_TRY(apply_layers(world, configuration, input));
  for (const auto* member : {"Role", "Handler", "Description", "TracingConfig", "VpcConfig", "KMSKeyArn",
                             "EphemeralStorage", "Architectures"})
    if (const auto* given = find(input, member); given && !given->is_null()) configuration[member] = *given;
  for (const auto* member : kept_members)
    if (const auto* given = find(input, member)) configuration[member] = *given;
  if (const auto* snap = find_object(input, "SnapStart"))
    configuration["SnapStart"] = {{"ApplyOn", string_or(*snap, "ApplyOn", "None")},
                                  {"OptimizationStatus", "Off"}};
  if (const auto* environment = find_object(input, "Environment")) {
    LIVE_API_TRY(check_environment(*environment));
    const auto* variables = find_object(*environment, "Variables");
    if (variables && !variables->empty())
      configuration["Environment"] = {{"Variables", *variables}};
    else
      configuration.erase("Environment");
  }
  if (const auto* logging = find_object(input, "LoggingConfig")) {
    LIVE_API_TRY(apply_logging(configuration["LoggingConfig"].as_object(), *logging));
  }
  return outcome::success();
}

}  // namespace live::cloud::lambda
