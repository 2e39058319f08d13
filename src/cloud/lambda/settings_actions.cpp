#include <fmt/format.h>

#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

constexpr int64_t account_concurrency = 1000;  // Lambda quota
constexpr int64_t kept_unreserved = 100;       // Lambda quota

ApiResult<void> apply_event_config(json::object& config, const json::object& input) {
  if (const auto attempts = find_int(input, "MaximumRetryAttempts")) {
    if (*attempts < 0 || *attempts > 2) return invalid("MaximumRetryAttempts must be between 0 and 2");
    config["MaximumRetryAttempts"] = *attempts;
  }
  if (const auto age = find_int(input, "MaximumEventAgeInSeconds")) {
    if (*age < 60 || *age > 21'600) return invalid("MaximumEventAgeInSeconds must be between 60 and 21600");
    config["MaximumEventAgeInSeconds"] = *age;
  }
  if (const auto* destinations = find_object(input, "DestinationConfig"))
    for (const auto& [on, target] : *destinations)
      if (target.is_object() && !string_or(target.as_object(), "Destination").empty())
        return unsupported(fmt::format("DestinationConfig.{}", std::string_view(on)));
  return outcome::success();
}

Answer save_event_config(Lambda& lambda, const Call& call, bool fresh) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto target, lambda.functions.resolve(name));
  json::object config{
      {"FunctionArn", function_arn(name.region, lambda.world.account, name.name, name.version_or_latest())},
      {"DestinationConfig", {{"OnSuccess", json::object()}, {"OnFailure", json::object()}}}};
  const auto found = target.function->event_configs.find(name.version_or_latest());
  if (!fresh && found != target.function->event_configs.end()) config = found->second;
  LIVE_API_TRY(apply_event_config(config, call.input));
  config["LastModified"] = to_millis(lambda.world.clock.now()) / 1000;
  target.function->event_configs[name.version_or_latest()] = config;
  lambda.functions.save(*target.function);
  return config;
}

ApiResult<Function*> tagged(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, parse_function_name(string_or(call.input, "Resource"), "", call.region));
  return lambda.functions.get(name);
}

}  // namespace

Answer put_function_event_invoke_config(Lambda& lambda, const Call& call) {
  return save_event_config(lambda, call, true);
}

Answer update_function_event_invoke_config(Lambda& lambda, const Call& call) {
  return save_event_config(lambda, call, false);
}

Answer get_function_event_invoke_config(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  const auto found = function->event_configs.find(name.version_or_latest());
  if (found == function->event_configs.end())
    return not_found(
        fmt::format("The function {} doesn't have an EventInvokeConfig",
                    function_arn(name.region, lambda.world.account, name.name, name.version_or_latest())));
  return found->second;
}

Answer delete_function_event_invoke_config(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(get_function_event_invoke_config(lambda, call));
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  function->event_configs.erase(name.version_or_latest());
  lambda.functions.save(*function);
  return json::object{};
}

Answer put_function_concurrency(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  const auto wanted = find_int(call.input, "ReservedConcurrentExecutions").value_or(-1);
  int64_t others = 0;
  for (const auto* other : lambda.functions.list(name.region))
    if (other != function) others += other->reserved.value_or(0);
  if (wanted < 0 || others + wanted > account_concurrency - kept_unreserved)
    return invalid(
        fmt::format("Specified ReservedConcurrentExecutions for function decreases account's "
                    "UnreservedConcurrentExecution below its minimum value of [{}].",
                    kept_unreserved));
  function->reserved = wanted;
  lambda.functions.save(*function);
  return json::object{{"ReservedConcurrentExecutions", wanted}};
}

Answer get_function_concurrency(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  json::object answer;
  if (function->reserved) answer["ReservedConcurrentExecutions"] = *function->reserved;
  return answer;
}

Answer delete_function_concurrency(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  function->reserved.reset();
  lambda.functions.save(*function);
  return json::object{};
}

Answer tag_resource(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto* function, tagged(lambda, call));
  if (const auto* tags = find_object(call.input, "Tags"))
    for (const auto& [key, value] : *tags) function->tags[key] = value;
  lambda.functions.save(*function);
  return json::object{};
}

Answer untag_resource(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto* function, tagged(lambda, call));
  if (const auto* keys = find_array(call.input, "TagKeys"))
    for (const auto& key : *keys) function->tags.erase(std::string_view(key.as_string()));
  lambda.functions.save(*function);
  return json::object{};
}

Answer list_tags(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto* function, tagged(lambda, call));
  return json::object{{"Tags", function->tags}};
}

Answer get_account_settings(Lambda& lambda, const Call& call) {
  int64_t size = 0, count = 0, reserved = 0;
  for (const auto* function : lambda.functions.list(call.region)) {
    ++count;
    size += find_int(function->latest->configuration, "CodeSize").value_or(0);
    reserved += function->reserved.value_or(0);
  }
  return json::object{{"AccountLimit",
                       {{"TotalCodeSize", 80'530'636'800},
                        {"CodeSizeUnzipped", 262'144'000},
                        {"CodeSizeZipped", 52'428'800},
                        {"ConcurrentExecutions", account_concurrency},
                        {"UnreservedConcurrentExecutions", account_concurrency - reserved}}},
                      {"AccountUsage", {{"TotalCodeSize", size}, {"FunctionCount", count}}}};
}

Answer get_runtime_management_config(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(lambda.functions.resolve(name));
  return json::object{
      {"UpdateRuntimeOn", "Auto"},
      {"FunctionArn", function_arn(name.region, lambda.world.account, name.name, name.qualifier)}};
}

Answer get_function_code_signing_config(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(lambda.functions.get(name));
  return json::object{{"FunctionName", name.name}};
}

}  // namespace live::cloud::lambda
