#include "cloud/logs/logs.h"

#include <algorithm>

#include "cloud/input.h"
#include "cloud/logs/events.h"
#include "cloud/logs/filter_pattern.h"
#include "cloud/logs/groups.h"

namespace live::cloud {

namespace {

constexpr int64_t batch_bytes = 1'048'576, event_overhead = 26,
                  batch_events = 10'000;  // CloudWatch Logs quotas
constexpr int64_t too_new_ms = 2LL * 3'600'000, too_old_ms = 14LL * 86'400'000;
constexpr int64_t page_events = 10'000;

ApiResult<std::vector<LogEvent>> read_batch(const Call& call, int64_t now, std::string_view stream) {
  auto list = find_array(call.input, "logEvents");
  if (!list || list->empty()) return bad_log_parameter("logEvents must have at least one event");
  std::vector<LogEvent> events;
  int64_t bytes = 0;
  for (auto& each : *list) {
    auto event = each.if_object();
    auto at = event ? find_int(*event, "timestamp") : std::nullopt;
    auto message = event ? find_string(*event, "message") : std::nullopt;
    if (!at || !message || message->empty())
      return bad_log_parameter("each log event needs a timestamp and a message");
    if (!events.empty() && *at < events.back().at_ms) {
      return bad_log_parameter("Log events in a single PutLogEvents request must be in chronological order.");
    }
    bytes += static_cast<int64_t>(message->size()) + event_overhead;
    events.push_back(
        {.stream = std::string(stream), .at_ms = *at, .ingested_ms = now, .message = std::move(*message)});
  }
  if (bytes > batch_bytes || static_cast<int64_t>(events.size()) > batch_events) {
    return bad_log_parameter(fmt::format("Upload too large: {} bytes in {} events exceeds limit of {}", bytes,
                                         events.size(), batch_bytes));
  }
  return events;
}

// Notes in the stream what its newest and oldest events are.
void note_events(json::object& stream, const std::vector<LogEvent>& events, int64_t now) {
  if (events.empty()) return;
  auto first = find_int(stream, "firstEventTimestamp").value_or(events.front().at_ms);
  auto last = find_int(stream, "lastEventTimestamp").value_or(events.back().at_ms);
  stream["firstEventTimestamp"] = std::min(first, events.front().at_ms);
  stream["lastEventTimestamp"] = std::max(last, events.back().at_ms);
  stream["lastIngestionTime"] = now;
}

ApiResult<json::object> put_log_events(World& world, const Call& call) {
  LIVE_API_TRY(auto group, log_group_name(call));
  LIVE_API_TRY(auto stream, load_log_stream(world, call, group));
  auto now = to_millis(world.clock.now());
  LIVE_API_TRY(auto events, read_batch(call, now, string_or(stream, "logStreamName")));
  json::object rejected;
  std::vector<LogEvent> accepted;
  for (size_t i = 0; i < events.size(); ++i) {
    if (events[i].at_ms > now + too_new_ms) {
      if (!rejected.contains("tooNewLogEventStartIndex")) rejected["tooNewLogEventStartIndex"] = i;
    } else if (events[i].at_ms < now - too_old_ms) {
      rejected["tooOldLogEventEndIndex"] = i + 1;
    } else {
      accepted.push_back(std::move(events[i]));
    }
  }
  Store::Transaction transaction(world.store);
  for (auto& event : accepted) append_event(world.store, call.region, group, event);
  note_events(stream, accepted, now);
  save_log_stream(world, call, group, stream);
  transaction.commit();
  json::object answer{{"nextSequenceToken", std::to_string(now)}};
  if (!rejected.empty()) answer["rejectedLogEventsInfo"] = std::move(rejected);
  return answer;
}

// Tokens say from which event on: "f/3" forward, "b/3" backward from there.
std::optional<std::pair<bool, int64_t>> parse_token(std::string_view token) {
  if (token.size() < 3 || (token[0] != 'f' && token[0] != 'b') || token[1] != '/') return std::nullopt;
  json::object wrapped{{"at", token.substr(2)}};
  auto at = find_int(wrapped, "at");
  if (!at || *at < 0) return std::nullopt;
  return std::pair(token[0] == 'f', *at);
}

ApiResult<json::object> get_log_events(World& world, const Call& call) {
  auto& input = call.input;
  LIVE_API_TRY(auto group, load_log_group(world, call));
  auto group_name = string_or(group, "logGroupName");
  LIVE_API_TRY(auto stream, load_log_stream(world, call, group_name));
  auto name = string_or(stream, "logStreamName");
  auto limit = std::clamp<int64_t>(find_int(input, "limit").value_or(page_events), 1, page_events);
  auto span = log_span(world, group, input);
  auto count = count_events(world.store, call.region, group_name, name, span);
  bool from_head = find_bool(input, "startFromHead").value_or(false);
  int64_t begin = from_head ? 0 : std::max<int64_t>(0, count - limit);
  int64_t end = std::min(count, begin + limit);
  if (auto token = find_string(input, "nextToken")) {
    auto place = parse_token(*token);
    if (!place) return bad_log_parameter("The specified nextToken is invalid.");
    auto at = std::min(place->second, count);
    begin = place->first ? at : std::max<int64_t>(0, at - limit);
    end = place->first ? std::min(count, at + limit) : at;
  }
  json::array events;
  for (auto& event : read_events(world.store, call.region, group_name, name, span, begin, end - begin)) {
    events.push_back(json::object{
        {"timestamp", event.at_ms}, {"message", event.message}, {"ingestionTime", event.ingested_ms}});
  }
  return json::object{{"events", std::move(events)},
                      {"nextForwardToken", fmt::format("f/{}", end)},
                      {"nextBackwardToken", fmt::format("b/{}", begin)}};
}

json::object filtered(const LogEvent& event) {
  return {{"logStreamName", event.stream},
          {"timestamp", event.at_ms},
          {"message", event.message},
          {"ingestionTime", event.ingested_ms},
          {"eventId", fmt::format("{:056}", event.id)}};
}

ApiResult<json::object> filter_log_events(World& world, const Call& call) {
  auto& input = call.input;
  LIVE_API_TRY(auto group, load_log_group(world, call));
  LIVE_API_TRY(auto pattern, FilterPattern::parse(string_or(input, "filterPattern")));
  auto streams = strings(input, "logStreamNames");
  auto prefix = string_or(input, "logStreamNamePrefix");
  if (!streams.empty() && !prefix.empty()) {
    return bad_log_parameter("logStreamNames and logStreamNamePrefix may not be given together");
  }
  auto wanted = [&](const LogEvent& event) {
    bool in_stream = streams.empty()
                         ? event.stream.starts_with(prefix)
                         : std::find(streams.begin(), streams.end(), event.stream) != streams.end();
    return in_stream && pattern.matches(event.message);
  };
  auto limit = static_cast<size_t>(
      std::clamp<int64_t>(find_int(input, "limit").value_or(page_events), 1, page_events));
  int64_t at = find_int(input, "nextToken").value_or(0);
  json::array events;
  auto span = log_span(world, group, input);
  for (bool more = true; more && events.size() < limit;) {
    auto batch = read_events(world.store, call.region, string_or(group, "logGroupName"), "", span, at, 1'000);
    more = batch.size() == 1'000;
    for (size_t i = 0; i < batch.size(); ++i, ++at) {
      if (events.size() == limit) {
        more = true;
        break;
      }
      if (wanted(batch[i])) events.push_back(filtered(batch[i]));
    }
    if (!more) return json::object{{"events", std::move(events)}, {"searchedLogStreams", json::array()}};
  }
  return json::object{{"events", std::move(events)},
                      {"searchedLogStreams", json::array()},
                      {"nextToken", std::to_string(at)}};
}

}  // namespace

void add_log_event_actions(World& world) {
  auto add = [&world](std::string_view name, ApiResult<json::object> (*run)(World&, const Call&)) {
    world.actions.add_plain("logs", name, [&world, run](const Call& call) { return run(world, call); });
  };
  add("PutLogEvents", put_log_events);
  add("GetLogEvents", get_log_events);
  add("FilterLogEvents", filter_log_events);
}

void add_logs(World& world, Front& front) {
  create_log_tables(world.store);
  front.add_json("logs", "Logs_20140328", "1.1");
  add_log_group_actions(world);
  add_log_event_actions(world);
}

}  // namespace live::cloud
