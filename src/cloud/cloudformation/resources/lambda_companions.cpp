// What belongs to a Lambda function: permissions, versions, aliases, URLs, layers.
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

// "arn:aws:lambda:region:account:function:name:qualifier" -> "qualifier"; the last part of any ARN.
std::string last_part(std::string_view arn) { return std::string(arn.substr(arn.rfind(':') + 1)); }

std::string without_last(std::string_view arn) { return std::string(arn.substr(0, arn.rfind(':'))); }

Async<ApiResult<void>> create_permission(Operation& operation, json::object properties) {
  json::object input = pick(
      properties, {"FunctionName", "Action", "Principal", "SourceArn", "SourceAccount", "EventSourceToken",
                   "FunctionUrlAuthType", "PrincipalOrgID", "InvokedViaFunctionUrl"});
  make_bools(input, {"InvokedViaFunctionUrl"});
  std::string id =
      physical_name({.max_length = 100}, operation.stack.name, operation.id, operation.world.ids);
  input["StatementId"] = id;
  auto done = co_await operation.call("lambda", "AddPermission", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = id;
  operation.attributes["Id"] = id;
  co_return outcome::success();
}

Async<ApiResult<void>> remove_permission(Operation& operation, Existing old) {
  json::object input =
      with("FunctionName", string_or(old.properties, "FunctionName"), "StatementId", old.physical_id);
  co_return co_await operation.forget("lambda", "RemovePermission", std::move(input));
}

Async<ApiResult<void>> create_version(Operation& operation, json::object properties) {
  json::object input = pick(properties, {"FunctionName", "Description", "CodeSha256"});
  auto done = co_await operation.call("lambda", "PublishVersion", std::move(input));
  if (done.has_error()) co_return done.error();
  std::string version = string_or(done.value(), "Version"), arn = string_or(done.value(), "FunctionArn");
  if (!arn.ends_with(":" + version)) arn += ":" + version;
  operation.physical_id = arn;
  operation.attributes = {{"Version", version}, {"FunctionArn", arn}};
  co_return outcome::success();
}

Async<ApiResult<void>> remove_version(Operation& operation, Existing old) {
  json::object input =
      with("FunctionName", without_last(old.physical_id), "Qualifier", last_part(old.physical_id));
  co_return co_await operation.forget("lambda", "DeleteFunction", std::move(input));
}

json::object alias_input(const json::object& properties) {
  json::object input = pick(properties, {"FunctionName", "Name", "FunctionVersion", "Description"});
  if (auto* routing = find_object(properties, "RoutingConfig")) {
    json::object weights;  // CloudFormation lists what the API maps
    if (auto* list = find_array(*routing, "AdditionalVersionWeights"))
      for (const auto& item : *list) {
        auto* weight = find(item.as_object(), "FunctionWeight");
        weights[string_or(item.as_object(), "FunctionVersion")] = weight ? *weight : json::value(0);
      }
    input["RoutingConfig"] = json::object{{"AdditionalVersionWeights", std::move(weights)}};
  }
  return input;
}

Async<ApiResult<void>> create_alias(Operation& operation, json::object properties) {
  auto done = co_await operation.call("lambda", "CreateAlias", alias_input(properties));
  if (done.has_error()) co_return done.error();
  operation.physical_id = string_or(done.value(), "AliasArn");
  operation.attributes["AliasArn"] = operation.physical_id;
  co_return outcome::success();
}

Async<ApiResult<void>> update_alias(Operation& operation, Existing old, json::object properties) {
  json::object input = alias_input(properties);
  if (old.properties.contains("RoutingConfig") && !input.contains("RoutingConfig"))
    input["RoutingConfig"] = json::object{{"AdditionalVersionWeights", json::object{}}};
  auto done = co_await operation.call("lambda", "UpdateAlias", std::move(input));
  if (done.has_error()) co_return done.error();
  co_return outcome::success();
}

Async<ApiResult<void>> remove_alias(Operation& operation, Existing old) {
  json::object input = with("FunctionName", string_or(old.properties, "FunctionName"), "Name",
                            string_or(old.properties, "Name"));
  co_return co_await operation.forget("lambda", "DeleteAlias", std::move(input));
}

Async<ApiResult<void>> put_invoke_config(Operation& operation, json::object properties) {
  json::object input = pick(properties, {"FunctionName", "Qualifier", "MaximumRetryAttempts",
                                         "MaximumEventAgeInSeconds", "DestinationConfig"});
  make_numbers(input, {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"});
  auto done = co_await operation.call("lambda", "PutFunctionEventInvokeConfig", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = string_or(properties, "FunctionName") + "|" + string_or(properties, "Qualifier");
  co_return outcome::success();
}

Async<ApiResult<void>> update_invoke_config(Operation& operation, Existing, json::object properties) {
  co_return co_await put_invoke_config(operation, std::move(properties));
}

Async<ApiResult<void>> remove_invoke_config(Operation& operation, Existing old) {
  json::object input = pick(old.properties, {"FunctionName", "Qualifier"});
  co_return co_await operation.forget("lambda", "DeleteFunctionEventInvokeConfig", std::move(input));
}

json::object url_input(const json::object& properties) {
  json::object input = pick(properties, {"Qualifier", "AuthType", "Cors", "InvokeMode"});
  input["FunctionName"] = string_or(properties, "TargetFunctionArn");
  return input;
}

Async<ApiResult<void>> create_url(Operation& operation, json::object properties) {
  auto done = co_await operation.call("lambda", "CreateFunctionUrlConfig", url_input(properties));
  if (done.has_error()) co_return done.error();
  operation.physical_id = string_or(done.value(), "FunctionArn");
  operation.attributes = {{"FunctionArn", operation.physical_id},
                          {"FunctionUrl", string_or(done.value(), "FunctionUrl")}};
  co_return outcome::success();
}

Async<ApiResult<void>> update_url(Operation& operation, Existing, json::object properties) {
  auto done = co_await operation.call("lambda", "UpdateFunctionUrlConfig", url_input(properties));
  if (done.has_error()) co_return done.error();
  co_return outcome::success();
}

Async<ApiResult<void>> remove_url(Operation& operation, Existing old) {
  json::object input = url_input(old.properties);
  input.erase("AuthType");
  input.erase("Cors");
  input.erase("InvokeMode");
  co_return co_await operation.forget("lambda", "DeleteFunctionUrlConfig", std::move(input));
}

Async<ApiResult<void>> create_layer(Operation& operation, json::object properties) {
  json::object input = pick(
      properties, {"Content", "Description", "LicenseInfo", "CompatibleRuntimes", "CompatibleArchitectures"});
  input["LayerName"] = given_or_new_name(operation, properties);
  auto done = co_await operation.call("lambda", "PublishLayerVersion", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = string_or(done.value(), "LayerVersionArn");
  operation.attributes["LayerVersionArn"] = operation.physical_id;
  co_return outcome::success();
}

Async<ApiResult<void>> remove_layer(Operation& operation, Existing old) {
  json::object input = with("LayerName", without_last(old.physical_id));
  input["VersionNumber"] = as_number(json::value(json::string(last_part(old.physical_id))));
  co_return co_await operation.forget("lambda", "DeleteLayerVersion", std::move(input));
}

const std::vector<std::string_view> mapping_settings{"FunctionName",
                                                     "Enabled",
                                                     "BatchSize",
                                                     "MaximumBatchingWindowInSeconds",
                                                     "MaximumRetryAttempts",
                                                     "ParallelizationFactor",
                                                     "MaximumRecordAgeInSeconds",
                                                     "BisectBatchOnFunctionError",
                                                     "TumblingWindowInSeconds",
                                                     "FilterCriteria",
                                                     "FunctionResponseTypes",
                                                     "ScalingConfig",
                                                     "DestinationConfig",
                                                     "MetricsConfig"};

json::object mapping_input(const json::object& properties) {
  json::object input = pick(properties, mapping_settings);
  make_bools(input, {"Enabled", "BisectBatchOnFunctionError"});
  make_numbers(input, {"BatchSize", "MaximumBatchingWindowInSeconds", "MaximumRetryAttempts",
                       "ParallelizationFactor", "MaximumRecordAgeInSeconds", "TumblingWindowInSeconds"});
  return input;
}

// A mapping takes no change while it is in transition.
Async<ApiResult<void>> until_settled(Operation& operation, std::string id) {
  for (int attempt = 0; attempt < 600; ++attempt) {
    auto got = co_await operation.call("lambda", "GetEventSourceMapping", with("UUID", id));
    if (got.has_error() && is_gone(got.error())) co_return outcome::success();
    if (got.has_error()) co_return got.error();
    auto const state = string_or(got.value(), "State");
    if (state == "Enabled" || state == "Disabled") co_return outcome::success();
    co_await operation.waits.pause(std::chrono::milliseconds(100));
  }
  co_return api_error(400, "", fmt::format("event source mapping {} did not settle within a minute", id));
}

Async<ApiResult<void>> create_mapping(Operation& operation, json::object properties) {
  json::object input = mapping_input(properties);
  for (const char* each : {"EventSourceArn", "StartingPosition", "StartingPositionTimestamp"})
    if (auto* value = find(properties, each)) input[each] = *value;
  auto done = co_await operation.call("lambda", "CreateEventSourceMapping", std::move(input));
  if (done.has_error()) co_return done.error();
  operation.physical_id = string_or(done.value(), "UUID");
  operation.attributes = {{"Id", operation.physical_id},
                          {"EventSourceMappingArn", string_or(done.value(), "EventSourceMappingArn")}};
  co_return co_await until_settled(operation, operation.physical_id);
}

Async<ApiResult<void>> update_mapping(Operation& operation, Existing old, json::object properties) {
  auto ready = co_await until_settled(operation, old.physical_id);
  if (ready.has_error()) co_return ready.error();
  json::object input = mapping_input(properties);
  if (old.properties.contains("Enabled") && !input.contains("Enabled")) input["Enabled"] = true;
  input["UUID"] = old.physical_id;
  auto done = co_await operation.call("lambda", "UpdateEventSourceMapping", std::move(input));
  if (done.has_error()) co_return done.error();
  co_return co_await until_settled(operation, old.physical_id);
}

Async<ApiResult<void>> remove_mapping(Operation& operation, Existing old) {
  auto ready = co_await until_settled(operation, old.physical_id);
  if (ready.has_error()) co_return ready.error();
  auto done = co_await operation.forget("lambda", "DeleteEventSourceMapping", with("UUID", old.physical_id));
  if (done.has_error()) co_return done.error();
  co_return co_await until_settled(operation, old.physical_id);
}

}  // namespace

std::vector<ResourceType> lambda_companion_types() {
  return {{.name = "AWS::Lambda::Permission",
           .replaces = {"FunctionName", "Action", "Principal", "SourceArn", "SourceAccount",
                        "EventSourceToken", "FunctionUrlAuthType", "PrincipalOrgID", "InvokedViaFunctionUrl"},
           .required = {"FunctionName", "Action", "Principal"},
           .create = create_permission,
           .remove = remove_permission},
          {.name = "AWS::Lambda::Version",
           .replaces = {"FunctionName", "Description", "CodeSha256"},
           .accepted = {"ProvisionedConcurrencyConfig", "RuntimePolicy"},
           .required = {"FunctionName"},
           .create = create_version,
           .remove = remove_version},
          {.name = "AWS::Lambda::Alias",
           .updates = {"Description", "FunctionVersion", "RoutingConfig"},
           .replaces = {"FunctionName", "Name"},
           .accepted = {"ProvisionedConcurrencyConfig"},
           .required = {"FunctionName", "FunctionVersion", "Name"},
           .create = create_alias,
           .update = update_alias,
           .remove = remove_alias},
          {.name = "AWS::Lambda::EventInvokeConfig",
           .updates = {"MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"},
           .replaces = {"FunctionName", "Qualifier"},
           .required = {"FunctionName", "Qualifier"},
           .create = put_invoke_config,
           .update = update_invoke_config,
           .remove = remove_invoke_config},
          {.name = "AWS::Lambda::EventSourceMapping",
           .updates = mapping_settings,
           .replaces = {"EventSourceArn", "StartingPosition", "StartingPositionTimestamp"},
           .required = {"FunctionName"},
           .create = create_mapping,
           .update = update_mapping,
           .remove = remove_mapping},
          {.name = "AWS::Lambda::Url",
           .updates = {"AuthType", "Cors", "InvokeMode"},
           .replaces = {"TargetFunctionArn", "Qualifier"},
           .required = {"TargetFunctionArn", "AuthType"},
           .create = create_url,
           .update = update_url,
           .remove = remove_url},
          {.name = "AWS::Lambda::LayerVersion",
           .replaces = {"Content", "Description", "LicenseInfo", "CompatibleRuntimes",
                        "CompatibleArchitectures", "LayerName"},
           .required = {"Content"},
           .names = {.property = "LayerName", .max_length = 140},
           .create = create_layer,
           .remove = remove_layer}};
}

}  // namespace live::cloud::cloudformation
