#include "cloud/lambda/log_stream.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace live::cloud::lambda {
namespace {

constexpr auto batching = 200ms;
constexpr size_t max_batch = 1'048'576, event_overhead = 26, max_events = 10'000;  // CloudWatch Logs quotas
constexpr size_t max_buffered = 8 * 1024 * 1024;  // then the newest lines are dropped, and counted

}  // namespace

struct LogStream::State {
  // As many as one request may have.
  json::array take() {
    size_t size = 0, count = 0;
    while (count < std::min(events.size(), max_events)) {
      const auto one = events[count].as_object().at("message").as_string().size() + event_overhead;
      if (count > 0 && size + one > max_batch) break;
      size += one;
      ++count;
    }
    json::array taken(events.begin(), events.begin() + ptrdiff_t(count));
    events.erase(events.begin(), events.begin() + ptrdiff_t(count));
    bytes -= std::min(bytes, size - count * event_overhead);
    return taken;
  }

  World& world;
  std::string region, group, stream;
  json::array events;
  size_t bytes = 0, dropped = 0;
  bool created = false, sending = false;

  Async<ApiResult<Output>> call(std::string action, json::object input) {
    Call call{.service = "logs", .action = std::move(action), .region = region};
    call.caller.account = world.account;
    call.caller.service = "lambda.amazonaws.com";
    call.input = std::move(input);
    return world.actions.call(std::move(call));
  }

  Async<void> create() {
    json::object group_input{{"logGroupName", group}};
    (void)co_await call("CreateLogGroup", std::move(group_input));  // exists: as good
    json::object stream_input{{"logGroupName", group}, {"logStreamName", stream}};
    (void)co_await call("CreateLogStream", std::move(stream_input));
  }
};

LogStream::LogStream(World& world, std::string region, std::string group, std::string stream)
    : state_(std::make_shared<State>(State{world, std::move(region), std::move(group), std::move(stream)})) {}

LogStream::~LogStream() {
  if (state_->events.empty() || state_->sending) return;
  state_->sending = true;
  asio::co_spawn(state_->world.executor, send(state_, 0ms), asio::detached);
}

const std::string& LogStream::group() const { return state_->group; }
const std::string& LogStream::name() const { return state_->stream; }

void LogStream::line(std::string_view text) {
  auto& s = *state_;
  if (text.empty()) text = " ";  // an event may not be empty
  if (s.bytes + text.size() > max_buffered) {
    ++s.dropped;
    return;
  }
  s.bytes += text.size();
  s.events.push_back(json::object{{"timestamp", to_millis(s.world.clock.now())}, {"message", text}});
  if (s.sending) return;
  s.sending = true;
  asio::co_spawn(s.world.executor, send(state_, batching), asio::detached);
}

// A detached batch owns the state it needs, waits a bounded time and ends: nobody has to cancel it.
Async<void> LogStream::send(std::shared_ptr<State> state, Milliseconds after) {
  if (after > 0ms) {
    asio::steady_timer timer(state->world.executor, after);
    co_await timer.async_wait(asio::use_awaitable);
  }
  auto& s = *state;
  if (!s.created) {
    s.created = true;
    co_await s.create();
  }
  while (!s.events.empty()) {
    if (const auto dropped = std::exchange(s.dropped, 0))
      s.events.push_back(
          json::object{{"timestamp", to_millis(s.world.clock.now())},
                       {"message", fmt::format("[{} lines were too many and are lost]", dropped)}});
    json::object input{{"logGroupName", s.group}, {"logStreamName", s.stream}};
    input["logEvents"] = s.take();
    auto put = co_await s.call("PutLogEvents", input);
    if (put.has_error() && put.error().code == "ResourceNotFoundException") {  // deleted meanwhile
      co_await s.create();
      put = co_await s.call("PutLogEvents", std::move(input));
    }
    if (put.has_error())
      s.world.log.warning("log group {}: lines are lost: {}: {}", s.group, put.error().code,
                          put.error().message);
  }
  s.sending = false;
}

std::string log_stream_name(const Version& version, TimePoint at, Ids& ids) {
  auto day = iso8601(at).substr(0, 10);
  day[4] = day[7] = '/';
  bool const own = version.log_group == "/aws/lambda/" + version.name;
  if (own) return fmt::format("{}/[{}]{}", day, version.number, ids.hex(32));
  return fmt::format("{}/{}[{}][{}]", day, version.name, version.number, ids.hex(32));
}

}  // namespace live::cloud::lambda
