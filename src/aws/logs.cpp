#include "aws/logs.h"

#include "base/json.h"

namespace live::aws {
namespace {

constexpr Milliseconds kPatience{60'000}, kAttempt{20'000};  // a few requests a second are allowed: it waits

LogEvent event_from(const json::object& in) {
  return {.id = string_or(in, "eventId"),
          .stream = string_or(in, "logStreamName"),
          .message = string_or(in, "message"),
          .at_ms = find_int(in, "timestamp").value_or(0)};
}

AwsCall call_for(const AwsClient& client, const FilterLogEventsInput& input) {
  json::object body{{"logGroupName", input.group}, {"startTime", input.from_ms}};
  if (!input.pattern.empty()) body["filterPattern"] = input.pattern;
  if (!input.next_token.empty()) body["nextToken"] = input.next_token;
  AwsCall call;
  call.doing = "CloudWatch Logs FilterLogEvents of " + input.group;
  call.service = "logs";
  call.host = service_host("logs", client.settings().region);
  call.request.method = "POST";
  call.request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                          {"X-Amz-Target", "Logs_20140328.FilterLogEvents"}};
  call.request.body = json::serialize(body);
  call.timeout = kPatience;
  call.attempt_timeout = kAttempt;
  return call;
}

}  // namespace

Async<Result<FilterLogEventsOutput>> filter_log_events(AwsClient& client, FilterLogEventsInput input) {
  auto call = call_for(client, input);
  auto const doing = call.doing;
  LIVE_CO_TRY(auto answer, co_await client.ask(std::move(call)));
  if (!answer.ok()) {
    auto why = refusal(doing, answer);
    if (answer.error_code == "ResourceNotFoundException") why.kind = Fault::Kind::not_found;
    co_return why;
  }
  LIVE_CO_TRY(auto const page, parse_json_object(answer.response.body));
  FilterLogEventsOutput output;
  output.next_token = string_or(page, "nextToken");
  if (auto const* events = find_array(page, "events"))
    for (auto const& one : *events)
      if (auto const* event = one.if_object()) output.events.push_back(event_from(*event));
  co_return output;
}

}  // namespace live::aws
