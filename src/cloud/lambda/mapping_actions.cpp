// Event source mappings: what is created, changed and shown as on AWS. Nothing polls a queue or a stream
// here.
#include <fmt/format.h>

#include "cloud/input.h"
#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

constexpr std::string_view kind = "lambda.event-source-mapping";  // by UUID
constexpr auto settles_within = std::chrono::milliseconds(500);   // on AWS: seconds, up to a minute

enum class Source { queue, stream };

ApiResult<Source> source_of(std::string_view arn) {
  if (arn.starts_with("arn:aws:sqs:")) return Source::queue;
  if (arn.starts_with("arn:aws:dynamodb:") || arn.starts_with("arn:aws:kinesis:")) return Source::stream;
  return unsupported(fmt::format("an event source mapping of {}", arn.empty() ? "no EventSourceArn" : arn));
}

// Members that a request may set, with what they are when it does not.
const std::pair<const char*, json::value> of_queues[] = {{"BatchSize", 10},
                                                         {"MaximumBatchingWindowInSeconds", 0}};
const std::pair<const char*, json::value> of_streams[] = {{"BatchSize", 100},
                                                          {"MaximumBatchingWindowInSeconds", 0},
                                                          {"MaximumRetryAttempts", -1},
                                                          {"ParallelizationFactor", 1},
                                                          {"MaximumRecordAgeInSeconds", -1},
                                                          {"BisectBatchOnFunctionError", false},
                                                          {"TumblingWindowInSeconds", 0}};
constexpr const char* changeable[] = {"BatchSize",
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

void set_defaults(json::object& mapping, Source source) {
  if (source == Source::queue)
    for (const auto& [name, value] : of_queues) mapping[name] = value;
  if (source == Source::stream)
    for (const auto& [name, value] : of_streams) mapping[name] = value;
}

void apply(json::object& mapping, const json::object& input) {
  for (const auto* name : changeable)
    if (const auto* value = find(input, name)) mapping[name] = *value;
}

// `state` for a while, then what it leads to.
void move_to(Lambda& lambda, json::object& mapping, std::string_view state, std::string_view then) {
  const auto now = lambda.world.clock.now();
  mapping["State"] = state;
  mapping["Then"] = then;
  mapping["SettledAt"] = to_millis(now + settles_within);
  mapping["LastModified"] = epoch_seconds(now);
}

// As it is by now. "": it is gone.
void settle(Lambda& lambda, json::object& mapping) {
  if (to_millis(lambda.world.clock.now()) >= find_int(mapping, "SettledAt").value_or(0))
    mapping["State"] = string_or(mapping, "Then");
}

json::object shown(json::object mapping) {
  mapping.erase("Then");
  mapping.erase("SettledAt");
  return mapping;
}

ApiResult<json::object> mapping_of(Lambda& lambda, const Call& call) {
  const auto id = string_or(call.input, "UUID");
  auto mapping = lambda.world.store.get(kind, call.region, id);
  if (mapping) settle(lambda, *mapping);
  if (mapping && !string_or(*mapping, "State").empty()) return std::move(*mapping);
  if (mapping) lambda.world.store.erase(kind, call.region, id);
  return not_found("The resource you requested does not exist.");
}

std::vector<json::object> all_of(Lambda& lambda, const std::string& region) {
  std::vector<json::object> found;
  for (auto& [id, mapping] : lambda.world.store.list(kind, region)) {
    settle(lambda, mapping);
    if (!string_or(mapping, "State").empty()) found.push_back(std::move(mapping));
  }
  return found;
}

ApiResult<std::string> function_arn_of(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(lambda.functions.resolve(name));
  return function_arn(name.region, lambda.world.account, name.name, name.qualifier);
}

ApiResult<void> refuse_double(Lambda& lambda, const Call& call, std::string_view source,
                              std::string_view function) {
  for (const auto& other : all_of(lambda, call.region))
    if (string_or(other, "EventSourceArn") == source && string_or(other, "FunctionArn") == function)
      return api_error(
          409, "ResourceConflictException",
          fmt::format("An event source mapping with source arn (\" {} \") and function (\" {} \") "
                      "already exists. Please update or delete the existing mapping with UUID {}",
                      source, function, string_or(other, "UUID")));
  return outcome::success();
}

ApiResult<void> refuse_while_moving(const json::object& mapping) {
  const auto state = string_or(mapping, "State");
  if (state == "Enabled" || state == "Disabled") return outcome::success();
  return api_error(400, "ResourceInUseException",
                   "Cannot update the event source mapping because it is in use.");
}

bool wants_enabled(const json::object& input, bool otherwise) {
  const auto* enabled = find(input, "Enabled");
  return enabled && enabled->is_bool() ? enabled->get_bool() : otherwise;
}

}  // namespace

Answer create_event_source_mapping(Lambda& lambda, const Call& call) {
  const auto source_arn = string_or(call.input, "EventSourceArn");
  LIVE_API_TRY(auto source, source_of(source_arn));
  LIVE_API_TRY(auto function, function_arn_of(lambda, call));
  LIVE_API_TRY(refuse_double(lambda, call, source_arn, function));
  if (source == Source::stream && string_or(call.input, "StartingPosition").empty())
    return invalid(
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
        "Member must not be null.");
  const auto id = lambda.world.ids.uuid();
  json::object mapping{{"UUID", id},
                       {"EventSourceArn", source_arn},
                       {"FunctionArn", function},
                       {"EventSourceMappingArn", fmt::format("arn:aws:lambda:{}:{}:event-source-mapping:{}",
                                                             call.region, lambda.world.account, id)},
                       {"FunctionResponseTypes", json::array()},
                       {"StateTransitionReason", source == Source::queue ? "USER_INITIATED" : "User action"}};
  set_defaults(mapping, source);
  for (const auto* name : {"StartingPosition", "StartingPositionTimestamp"})
    if (const auto* value = find(call.input, name)) mapping[name] = *value;
  if (source == Source::stream) mapping["LastProcessingResult"] = "No records processed";
  apply(mapping, call.input);
  move_to(lambda, mapping, "Creating", wants_enabled(call.input, true) ? "Enabled" : "Disabled");
  lambda.world.store.put(kind, call.region, id, mapping);
  return shown(std::move(mapping));
}

Answer get_event_source_mapping(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto mapping, mapping_of(lambda, call));
  return shown(std::move(mapping));
}

Answer update_event_source_mapping(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto mapping, mapping_of(lambda, call));
  LIVE_API_TRY(refuse_while_moving(mapping));
  if (call.input.contains("FunctionName")) {
    LIVE_API_TRY(auto function, function_arn_of(lambda, call));
    mapping["FunctionArn"] = function;
  }
  apply(mapping, call.input);
  const bool was = string_or(mapping, "State") == "Enabled", now = wants_enabled(call.input, was);
  const auto* state = was == now ? "Updating" : now ? "Enabling" : "Disabling";
  move_to(lambda, mapping, state, now ? "Enabled" : "Disabled");
  lambda.world.store.put(kind, call.region, string_or(mapping, "UUID"), mapping);
  return shown(std::move(mapping));
}

Answer delete_event_source_mapping(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto mapping, mapping_of(lambda, call));
  LIVE_API_TRY(refuse_while_moving(mapping));
  move_to(lambda, mapping, "Deleting", "");
  lambda.world.store.put(kind, call.region, string_or(mapping, "UUID"), mapping);
  return shown(std::move(mapping));
}

Answer list_event_source_mappings(Lambda& lambda, const Call& call) {
  std::string function;
  if (call.input.contains("FunctionName")) {
    LIVE_API_TRY(auto name, function_name_of(call));
    function = function_arn(name.region, lambda.world.account, name.name, name.qualifier);
  }
  const auto source = string_or(call.input, "EventSourceArn");
  auto all = all_of(lambda, call.region);
  std::erase_if(all, [&](const json::object& one) {
    return (!function.empty() && string_or(one, "FunctionArn") != function) ||
           (!source.empty() && string_or(one, "EventSourceArn") != source);
  });
  const auto page = page_of(all.size(), call.input, "Marker", "MaxItems", 100);
  json::array listed;
  for (size_t at = page.begin; at < page.end; ++at) listed.push_back(shown(std::move(all[at])));
  json::object answer{{"EventSourceMappings", std::move(listed)}};
  if (!page.next.empty()) answer["NextMarker"] = page.next;
  return answer;
}

}  // namespace live::cloud::lambda
