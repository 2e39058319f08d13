// AWS::Lambda::Function.
#include "base/encoding.h"
#include "cloud/cloudformation/resources/inline_code.h"
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

const std::vector<std::string_view> configuration_members{
    "Role",       "Handler",     "Runtime",          "Description",       "Timeout",
    "MemorySize", "Environment", "Layers",           "EphemeralStorage",  "TracingConfig",
    "VpcConfig",  "SnapStart",   "DeadLetterConfig", "FileSystemConfigs", "LoggingConfig",
    "ImageConfig"};

json::object configuration(const json::object& properties) {
  json::object made = pick(properties, configuration_members);
  make_numbers(made, {"Timeout", "MemorySize"});
  if (auto* storage = made.if_contains("EphemeralStorage"); storage && storage->is_object())
    make_numbers(storage->get_object(), {"Size"});
  // Numbers in Variables are texts to a process.
  if (auto* environment = made.if_contains("Environment"); environment && environment->is_object())
    if (auto* variables = environment->get_object().if_contains("Variables");
        variables && variables->is_object())
      for (auto& variable : variables->get_object())
        if (!variable.value().is_string()) variable.value() = json::string(json::serialize(variable.value()));
  if (auto* key = find(properties, "KmsKeyArn")) made["KMSKeyArn"] = *key;
  return made;
}

json::object code(const json::object& properties) {
  auto* given = find_object(properties, "Code");
  if (!given) return {};
  json::object made = pick(*given, {"S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri", "SourceKMSKeyArn"});
  if (auto text = find_string(*given, "ZipFile"))
    made["ZipFile"] = base64(zip_of_one(inline_file_name(string_or(properties, "Runtime")), *text));
  return made;
}

Async<ApiResult<void>> set_concurrency(Operation& operation, std::string name, json::object properties) {
  json::object input = with("FunctionName", name);
  auto* wanted = find(properties, "ReservedConcurrentExecutions");
  if (wanted) input["ReservedConcurrentExecutions"] = as_number(*wanted);
  std::string action = wanted ? "PutFunctionConcurrency" : "DeleteFunctionConcurrency";
  auto done = co_await operation.call("lambda", action, std::move(input));
  if (done.has_error()) co_return done.error();
  co_return outcome::success();
}

// Lambda refuses a change while another one is under way.
Async<ApiResult<void>> until_ready(Operation& operation, std::string name) {
  for (int attempt = 0; attempt < 600; ++attempt) {
    auto got = co_await operation.call("lambda", "GetFunctionConfiguration", with("FunctionName", name));
    if (got.has_error()) co_return got.error();
    std::string state = string_or(got.value(), "State", "Active");
    std::string last = string_or(got.value(), "LastUpdateStatus", "Successful");
    if (state == "Failed" || last == "Failed")
      co_return api_error(
          400, "",
          fmt::format("function {}: {}", name,
                      string_or(got.value(), state == "Failed" ? "StateReason" : "LastUpdateStatusReason")));
    if (state != "Pending" && last != "InProgress") co_return outcome::success();
    co_await operation.waits.pause(std::chrono::milliseconds(100));
  }
  co_return api_error(400, "", fmt::format("function {} did not become ready within a minute", name));
}

Async<ApiResult<void>> create_function(Operation& operation, json::object properties) {
  std::string name = given_or_new_name(operation, properties);
  json::object input = configuration(properties);
  for (const char* each : {"Architectures", "PackageType", "CodeSigningConfigArn"})
    if (auto* value = find(properties, each)) input[each] = *value;
  if (auto* given = find_object(properties, "Code"); given && given->contains("ImageUri"))
    input["PackageType"] = "Image";
  input["FunctionName"] = name;
  input["Code"] = code(properties);
  if (auto tags = tag_map(properties); !tags.empty()) input["Tags"] = std::move(tags);
  auto created = co_await operation.call("lambda", "CreateFunction", std::move(input));
  if (created.has_error()) co_return created.error();
  operation.physical_id = name;
  operation.attributes = {{"Arn", string_or(created.value(), "FunctionArn")}};
  auto ready = co_await until_ready(operation, name);
  if (ready.has_error()) co_return ready.error();
  if (!properties.contains("ReservedConcurrentExecutions")) co_return outcome::success();
  co_return co_await set_concurrency(operation, name, std::move(properties));
}

Async<ApiResult<void>> update_tags(Operation& operation, const Existing& old,
                                   const json::object& properties) {
  std::string arn = string_or(old.attributes, "Arn");
  TagChange tags = tag_change(old.properties, properties);
  if (!tags.set.empty()) {
    json::object input = with("Resource", arn);
    input["Tags"] = std::move(tags.set);
    auto done = co_await operation.call("lambda", "TagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  if (!tags.removed.empty()) {
    json::object input = with("Resource", arn);
    input["TagKeys"] = std::move(tags.removed);
    auto done = co_await operation.call("lambda", "UntagResource", std::move(input));
    if (done.has_error()) co_return done.error();
  }
  co_return outcome::success();
}

Async<ApiResult<void>> update_function(Operation& operation, Existing old, json::object properties) {
  const std::string name = old.physical_id;
  json::object before = configuration(old.properties), after = configuration(properties), changed;
  for (const auto& member : after)
    if (differs(before, after, member.key())) changed[member.key()] = member.value();
  for (const auto& member : before) {
    if (after.contains(member.key())) continue;
    std::string_view gone = member.key();
    if (gone == "Environment")
      changed[gone] = json::object{{"Variables", json::object{}}};
    else if (gone == "Layers" || gone == "FileSystemConfigs")
      changed[gone] = json::array{};
    else if (gone == "Timeout")
      changed[gone] = 3;
    else if (gone == "MemorySize")
      changed[gone] = 128;
    else if (gone == "EphemeralStorage")
      changed[gone] = json::object{{"Size", 512}};
    else if (gone == "TracingConfig")
      changed[gone] = json::object{{"Mode", "PassThrough"}};
    else if (gone == "SnapStart")
      changed[gone] = json::object{{"ApplyOn", "None"}};
    else if (gone == "VpcConfig")
      changed[gone] = json::object{{"SubnetIds", json::array{}}, {"SecurityGroupIds", json::array{}}};
    else if (gone == "Description" || gone == "KMSKeyArn")
      changed[gone] = "";
    else if (gone == "DeadLetterConfig")
      changed[gone] = json::object{{"TargetArn", ""}};
  }
  bool new_code =
      differs(old.properties, properties, "Code") || differs(old.properties, properties, "Architectures");
  if (new_code) {
    json::object input = code(properties);
    input["FunctionName"] = name;
    if (auto* architectures = find(properties, "Architectures")) input["Architectures"] = *architectures;
    auto done = co_await operation.call("lambda", "UpdateFunctionCode", std::move(input));
    if (done.has_error()) co_return done.error();
    auto ready = co_await until_ready(operation, name);
    if (ready.has_error()) co_return ready.error();
  }
  if (!changed.empty()) {
    changed["FunctionName"] = name;
    auto done = co_await operation.call("lambda", "UpdateFunctionConfiguration", std::move(changed));
    if (done.has_error()) co_return done.error();
    auto ready = co_await until_ready(operation, name);
    if (ready.has_error()) co_return ready.error();
  }
  auto tagged = co_await update_tags(operation, old, properties);
  if (tagged.has_error()) co_return tagged.error();
  if (!differs(old.properties, properties, "ReservedConcurrentExecutions")) co_return outcome::success();
  co_return co_await set_concurrency(operation, name, std::move(properties));
}

Async<ApiResult<void>> remove_function(Operation& operation, Existing old) {
  co_return co_await operation.forget("lambda", "DeleteFunction", with("FunctionName", old.physical_id));
}

}  // namespace

std::vector<ResourceType> lambda_types() {
  return {
      {.name = "AWS::Lambda::Function",
       .updates =
           {"Code",          "Role",        "Handler",     "Runtime",          "Description",
            "Timeout",       "MemorySize",  "Environment", "Layers",           "EphemeralStorage",
            "TracingConfig", "VpcConfig",   "SnapStart",   "DeadLetterConfig", "FileSystemConfigs",
            "LoggingConfig", "ImageConfig", "KmsKeyArn",   "Architectures",    "ReservedConcurrentExecutions",
            "Tags"},
       .replaces = {"FunctionName", "PackageType"},
       .accepted = {"CodeSigningConfigArn", "RuntimeManagementConfig", "RecursiveLoop"},
       .required = {"Code", "Role"},
       .names = {.property = "FunctionName", .max_length = 64},
       .tags = TagForm::list,
       .create = create_function,
       .update = update_function,
       .remove = remove_function}};
}

}  // namespace live::cloud::cloudformation
