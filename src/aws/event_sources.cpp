#include "aws/event_sources.h"

#include "base/encoding.h"

namespace live::aws {
namespace {

constexpr Milliseconds kTimeout{10'000};
constexpr const char* kPath = "/2015-03-31/event-source-mappings/";

// "arn:aws:lambda:region:account:function:NAME[:QUALIFIER]"
std::string function_name(std::string_view arn) {
  constexpr std::string_view kFunction = ":function:";
  size_t const at = arn.find(kFunction);
  if (at == arn.npos) return std::string(arn);
  arn.remove_prefix(at + kFunction.size());
  return std::string(arn.substr(0, arn.find(':')));
}

EventSourceMapping mapping_of(const json::object& one) {
  return {string_or(one, "UUID"), function_name(string_or(one, "FunctionArn")),
          string_or(one, "EventSourceArn"), string_or(one, "State")};
}

Item row() { return {{"pk", text_value("paused")}}; }

}  // namespace

AwsCall EventSources::call(std::string method, std::string path, std::string doing) const {
  AwsCall call;
  call.doing = "Lambda " + std::move(doing);
  call.service = "lambda";
  call.host = service_host("lambda", client_.settings().region);
  call.request.method = std::move(method);
  call.request.target = kPath + std::move(path);
  call.timeout = kTimeout;
  return call;
}

Async<Result<std::vector<EventSourceMapping>>> EventSources::all() {
  std::vector<EventSourceMapping> found;
  std::string next;
  do {
    auto const page = next.empty() ? std::string() : "?Marker=" + uri_encode(next);
    auto request = call("GET", page, "ListEventSourceMappings");
    LIVE_CO_TRY(auto answer, co_await client_.send(std::move(request)));
    LIVE_CO_TRY(auto const body, parse_json_object(answer.body));
    if (auto const* list = find_array(body, "EventSourceMappings"))
      for (auto const& one : *list)
        if (one.is_object()) found.push_back(mapping_of(one.get_object()));
    next = string_or(body, "NextMarker");
  } while (!next.empty());
  co_return found;
}

Async<Result<EventSourceMapping>> EventSources::get(std::string id) {
  auto request = call("GET", uri_encode(id), "GetEventSourceMapping of " + id);
  auto const doing = request.doing;
  LIVE_CO_TRY(auto answer, co_await client_.ask(std::move(request)));
  if (answer.error_code == "ResourceNotFoundException") co_return EventSourceMapping{.id = std::move(id)};
  if (!answer.ok()) co_return refusal(doing, answer);
  LIVE_CO_TRY(auto const body, parse_json_object(answer.response.body));
  co_return mapping_of(body);
}

Async<Result<EventSources::Switched>> EventSources::set(std::string id, Polling polling) {
  auto request = call("PUT", uri_encode(id), "UpdateEventSourceMapping of " + id);
  request.request.headers = {{"Content-Type", "application/json"}};
  request.request.body = json::serialize(json::object{{"Enabled", polling == Polling::on}});
  auto const doing = request.doing;
  LIVE_CO_TRY(auto answer, co_await client_.ask(std::move(request)));
  Switched switched{false, EventSourceMapping{.id = std::move(id)}};
  if (answer.error_code == "ResourceNotFoundException") co_return switched;
  if (answer.error_code == "ResourceInUseException") {
    LIVE_CO_TRY(switched.mapping, co_await get(switched.mapping.id));
    co_return switched;
  }
  if (!answer.ok()) co_return refusal(doing, answer);
  LIVE_CO_TRY(auto const body, parse_json_object(answer.response.body));
  switched = {true, mapping_of(body)};
  co_return switched;
}

Async<Result<std::vector<std::string>>> PausedSources::all() {
  LIVE_CO_TRY(auto const item, co_await table_.get_item(name_, row(), kTimeout));
  std::vector<std::string> ids;
  auto const* set = item ? find_object(*item, "ids") : nullptr;
  auto const* list = set ? find_array(*set, "SS") : nullptr;
  if (list)
    for (auto const& one : *list)
      if (one.is_string()) ids.emplace_back(one.get_string());
  co_return ids;
}

Async<Result<void>> PausedSources::change(const char* verb, std::vector<std::string> ids) {
  if (ids.empty()) co_return outcome::success();
  Change change{.table = name_, .key = row(), .update = std::string(verb) + " #ids :ids"};
  change.names = {{"#ids", "ids"}};
  change.values = {{":ids", json::object{{"SS", json::value_from(ids)}}}};
  change.timeout = kTimeout;
  // Made twice it gives the same set: it may be tried again.
  LIVE_CO_TRY(co_await table_.update_item(std::move(change), AwsCall::Tries::until_deadline));
  co_return outcome::success();
}

Async<Result<void>> PausedSources::add(std::vector<std::string> ids) { return change("ADD", std::move(ids)); }

Async<Result<void>> PausedSources::drop(std::vector<std::string> ids) {
  return change("DELETE", std::move(ids));
}

}  // namespace live::aws
