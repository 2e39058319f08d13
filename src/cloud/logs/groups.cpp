#include "cloud/logs/groups.h"

#include <algorithm>
#include <set>

#include "cloud/input.h"

namespace live::cloud {

namespace {

constexpr std::string_view group_kind = "logs.group", stream_kind = "logs.stream";

std::string stream_key(std::string_view group, std::string_view stream) {
  return fmt::format("{}\n{}", group, stream);  // neither name may hold a line's end
}

bool is_group_name(std::string_view name) {
  return name.size() <= 512 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) ||
                  std::string_view("_-/.#").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

ApiResult<json::object> create_log_group(World& world, const Call& call) {
  LIVE_API_TRY(auto name, log_group_name(call));
  if (!is_group_name(name))
    return bad_log_parameter(fmt::format("logGroupName {} has characters it may not have", name));
  if (world.store.get(group_kind, call.region, name)) {
    return api_error(400, "ResourceAlreadyExistsException", "The specified log group already exists");
  }
  auto arn = fmt::format("arn:aws:logs:{}:{}:log-group:{}", call.region, world.account, name);
  json::object group{{"logGroupName", name},
                     {"creationTime", to_millis(world.clock.now())},
                     {"metricFilterCount", 0},
                     {"arn", arn + ":*"},
                     {"logGroupArn", arn},
                     {"storedBytes", 0},
                     {"logGroupClass", string_or(call.input, "logGroupClass", "STANDARD")}};
  if (auto key = find_string(call.input, "kmsKeyId")) group["kmsKeyId"] = *key;
  if (auto tags = find_object(call.input, "tags")) group["tags"] = *tags;
  world.store.put(group_kind, call.region, name, group);
  return json::object();
}

ApiResult<json::object> delete_log_group(World& world, const Call& call) {
  LIVE_API_TRY(auto group, load_log_group(world, call));
  auto name = string_or(group, "logGroupName");
  Store::Transaction transaction(world.store);
  for (auto& [key, stream] : world.store.list(stream_kind, call.region, stream_key(name, ""))) {
    world.store.erase(stream_kind, call.region, key);
  }
  erase_events(world.store, call.region, name, "");
  world.store.erase(group_kind, call.region, name);
  transaction.commit();
  return json::object();
}

ApiResult<json::object> describe_log_groups(World& world, const Call& call) {
  auto pattern = string_or(call.input, "logGroupNamePattern");
  auto all = world.store.list(group_kind, call.region, string_or(call.input, "logGroupNamePrefix"));
  std::erase_if(all, [&](auto& each) { return each.first.find(pattern) == std::string::npos; });
  auto page = page_of(all.size(), call.input, "nextToken", "limit", 50);
  json::array groups;
  for (size_t i = page.begin; i < page.end; ++i) {
    all[i].second.erase("tags");
    groups.push_back(std::move(all[i].second));
  }
  json::object answer{{"logGroups", std::move(groups)}};
  if (!page.next.empty()) answer["nextToken"] = page.next;
  return answer;
}

ApiResult<json::object> put_retention_policy(World& world, const Call& call) {
  static constexpr int64_t allowed[] = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                        365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
  LIVE_API_TRY(auto group, load_log_group(world, call));
  auto days = find_int(call.input, "retentionInDays").value_or(0);
  if (std::find(std::begin(allowed), std::end(allowed), days) == std::end(allowed)) {
    return bad_log_parameter(fmt::format("retentionInDays {} is none of those CloudWatch Logs offers", days));
  }
  group["retentionInDays"] = days;
  world.store.put(group_kind, call.region, string_or(group, "logGroupName"), group);
  return json::object();
}

ApiResult<json::object> delete_retention_policy(World& world, const Call& call) {
  LIVE_API_TRY(auto group, load_log_group(world, call));
  group.erase("retentionInDays");
  world.store.put(group_kind, call.region, string_or(group, "logGroupName"), group);
  return json::object();
}

ApiResult<json::object> create_log_stream(World& world, const Call& call) {
  LIVE_API_TRY(auto group, load_log_group(world, call));
  LIVE_API_TRY(auto name, required(call.input, "logStreamName", "InvalidParameterException"));
  if (name.find_first_of(":*\n") != name.npos)
    return bad_log_parameter("logStreamName must not contain ':' or '*'");
  auto group_name = string_or(group, "logGroupName");
  if (world.store.get(stream_kind, call.region, stream_key(group_name, name))) {
    return api_error(400, "ResourceAlreadyExistsException", "The specified log stream already exists");
  }
  json::object stream{{"logStreamName", name},
                      {"creationTime", to_millis(world.clock.now())},
                      {"arn", fmt::format("{}:log-stream:{}", string_or(group, "logGroupArn"), name)},
                      {"storedBytes", 0}};
  save_log_stream(world, call, group_name, stream);
  return json::object();
}

ApiResult<json::object> delete_log_stream(World& world, const Call& call) {
  LIVE_API_TRY(auto group, log_group_name(call));
  LIVE_API_TRY(auto stream, load_log_stream(world, call, group));
  auto name = string_or(stream, "logStreamName");
  erase_events(world.store, call.region, group, name);
  world.store.erase(stream_kind, call.region, stream_key(group, name));
  return json::object();
}

ApiResult<json::object> describe_log_streams(World& world, const Call& call) {
  LIVE_API_TRY(auto group, load_log_group(world, call));
  auto prefix = stream_key(string_or(group, "logGroupName"), string_or(call.input, "logStreamNamePrefix"));
  auto all = world.store.list(stream_kind, call.region, prefix);
  if (string_or(call.input, "orderBy") == "LastEventTime") {
    std::stable_sort(all.begin(), all.end(), [](auto& a, auto& b) {
      return find_int(a.second, "lastEventTimestamp").value_or(0) <
             find_int(b.second, "lastEventTimestamp").value_or(0);
    });
  }
  if (find_bool(call.input, "descending").value_or(false)) std::reverse(all.begin(), all.end());
  auto page = page_of(all.size(), call.input, "nextToken", "limit", 50);
  json::array streams;
  for (size_t i = page.begin; i < page.end; ++i) streams.push_back(std::move(all[i].second));
  json::object answer{{"logStreams", std::move(streams)}};
  if (!page.next.empty()) answer["nextToken"] = page.next;
  return answer;
}

// The group of a tagging call: by ARN in the newer actions, by name in the older ones.
ApiResult<json::object> tagged_group(World& world, const Call& call) {
  auto arn = find_string(call.input, "resourceArn");
  if (!arn) return load_log_group(world, call);
  auto prefix = fmt::format("arn:aws:logs:{}:{}:log-group:", call.region, world.account);
  auto name = arn->starts_with(prefix) ? arn->substr(prefix.size()) : *arn;
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  auto group = world.store.get(group_kind, call.region, name);
  if (!group) return no_log("log group");
  return std::move(*group);
}

ApiResult<json::object> tag(World& world, const Call& call) {
  LIVE_API_TRY(auto group, tagged_group(world, call));
  auto tags = find_object(group, "tags") ? *find_object(group, "tags") : json::object();
  if (auto more = find_object(call.input, "tags")) {
    for (auto& each : *more) tags[each.key()] = each.value();
  }
  group["tags"] = std::move(tags);
  world.store.put(group_kind, call.region, string_or(group, "logGroupName"), group);
  return json::object();
}

ApiResult<json::object> untag(World& world, const Call& call) {
  LIVE_API_TRY(auto group, tagged_group(world, call));
  auto tags = find_object(group, "tags") ? *find_object(group, "tags") : json::object();
  for (auto& key : strings(call.input, call.action == "UntagResource" ? "tagKeys" : "tags")) tags.erase(key);
  group["tags"] = std::move(tags);
  world.store.put(group_kind, call.region, string_or(group, "logGroupName"), group);
  return json::object();
}

ApiResult<json::object> list_tags(World& world, const Call& call) {
  LIVE_API_TRY(auto group, tagged_group(world, call));
  auto tags = find_object(group, "tags");
  return json::object{{"tags", tags ? *tags : json::object()}};
}

}  // namespace

ApiError no_log(std::string_view what) {
  return api_error(400, "ResourceNotFoundException", fmt::format("The specified {} does not exist.", what));
}

ApiError bad_log_parameter(std::string message) {
  return api_error(400, "InvalidParameterException", std::move(message));
}

ApiResult<std::string> log_group_name(const Call& call) {
  if (auto identifier = find_string(call.input, "logGroupIdentifier"); identifier && !identifier->empty()) {
    constexpr std::string_view marker = ":log-group:";
    auto at = identifier->find(marker);
    auto name = at == identifier->npos ? *identifier : identifier->substr(at + marker.size());
    if (name.ends_with(":*")) name.resize(name.size() - 2);
    return name;
  }
  return required(call.input, "logGroupName", "InvalidParameterException");
}

ApiResult<json::object> load_log_group(World& world, const Call& call) {
  LIVE_API_TRY(auto name, log_group_name(call));
  auto group = world.store.get(group_kind, call.region, name);
  if (group) return std::move(*group);
  return no_log("log group");
}

ApiResult<json::object> load_log_stream(World& world, const Call& call, const std::string& group) {
  LIVE_API_TRY(auto name, required(call.input, "logStreamName", "InvalidParameterException"));
  if (!world.store.get(group_kind, call.region, group)) return no_log("log group");
  auto stream = world.store.get(stream_kind, call.region, stream_key(group, name));
  if (stream) return std::move(*stream);
  return no_log("log stream");
}

void save_log_stream(World& world, const Call& call, const std::string& group, const json::object& stream) {
  world.store.put(stream_kind, call.region, stream_key(group, string_or(stream, "logStreamName")), stream);
}

LogSpan log_span(const World& world, const json::object& group, const json::object& input) {
  LogSpan span{.from_ms = find_int(input, "startTime").value_or(0),
               .until_ms = find_int(input, "endTime").value_or(INT64_MAX)};
  if (auto days = find_int(group, "retentionInDays")) {
    span.from_ms = std::max(span.from_ms, to_millis(world.clock.now()) - *days * 86'400'000);
  }
  return span;
}

void add_log_group_actions(World& world) {
  auto add = [&world](std::string_view name, ApiResult<json::object> (*run)(World&, const Call&)) {
    world.actions.add_plain("logs", name, [&world, run](const Call& call) { return run(world, call); });
  };
  add("CreateLogGroup", create_log_group);
  add("DeleteLogGroup", delete_log_group);
  add("DescribeLogGroups", describe_log_groups);
  add("PutRetentionPolicy", put_retention_policy);
  add("DeleteRetentionPolicy", delete_retention_policy);
  add("CreateLogStream", create_log_stream);
  add("DeleteLogStream", delete_log_stream);
  add("DescribeLogStreams", describe_log_streams);
  for (auto name : {"TagResource", "TagLogGroup"}) add(name, tag);
  for (auto name : {"UntagResource", "UntagLogGroup"}) add(name, untag);
  for (auto name : {"ListTagsForResource", "ListTagsLogGroup"}) add(name, list_tags);
}

}  // namespace live::cloud
