#include "live/pollers.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/ahead.h"
#include "live/readiness.h"

namespace live {
namespace {

using Polling = aws::EventSources::Polling;

constexpr auto kPause = 500ms;
constexpr auto kPatience = 90s;  // a mapping settles within a minute

bool polls(const aws::EventSourceMapping& one) {
  return one.state == "Enabled" || one.state == "Enabling" || one.state == "Creating" ||
         one.state == "Updating";
}

bool is_there(const aws::EventSourceMapping& one, Polling wanted) {
  return wanted == Polling::on ? one.state == "Enabled" || one.state == "Enabling"
                               : one.state == "Disabled" || one.state == "Disabling";
}

std::vector<std::string> ids_of(const std::vector<aws::EventSourceMapping>& mappings) {
  std::vector<std::string> ids;
  ids.reserve(mappings.size());
  for (auto const& one : mappings) ids.push_back(one.id);
  return ids;
}

std::string in_words(const aws::EventSourceMapping& one) {
  return fmt::format("{} → {}", source_in_words(one.source), one.function);
}

}  // namespace

std::string source_in_words(std::string_view arn) {
  auto const after = [arn](std::string_view mark) {
    size_t const at = arn.find(mark);
    return at == arn.npos ? std::string(arn) : std::string(arn.substr(at + mark.size()));
  };
  if (arn.starts_with("arn:aws:sqs:")) return "SQS queue " + std::string(arn.substr(arn.rfind(':') + 1));
  if (arn.find(":dynamodb:") != arn.npos) {
    auto const table = after(":table/");
    return "DynamoDB stream of " + table.substr(0, table.find('/'));
  }
  if (arn.find(":kinesis:") != arn.npos) return "Kinesis stream " + after(":stream/");
  return std::string(arn);
}

// Held while mappings change; given back when it goes.
class Pollers::Turn {
 public:
  explicit Turn(bool& busy) : busy_(&busy) { busy = true; }
  Turn(Turn&& other) noexcept : busy_(std::exchange(other.busy_, nullptr)) {}
  ~Turn() {
    if (busy_) *busy_ = false;
  }

 private:
  bool* busy_;
};

Pollers::Pollers(aws::AwsClient& client, std::string table, Terminal& terminal)
    : sources_(client), paused_(client, std::move(table)), terminal_(terminal), client_(client) {}

Async<Pollers::Turn> Pollers::turn() {
  Timer timer(co_await asio::this_coro::executor);
  while (busy_) {
    timer.expires_after(20ms);
    co_await timer.wait();
  }
  co_return Turn(busy_);
}

Async<Result<std::vector<Pollers::Mapping>>> Pollers::of(FunctionTable functions) {
  LIVE_CO_TRY(auto all, co_await sources_.all());
  std::erase_if(
      all, [&functions](const Mapping& one) { return !polls(one) || !functions.contains(one.function); });
  co_return all;
}

// Until the change is taken, or what is wanted is so without us.
Async<Result<aws::EventSources::Switched>> Pollers::switch_to(std::string id, Polling polling) {
  Timer timer(co_await asio::this_coro::executor);
  auto const until = timer.now() + kPatience;
  for (;;) {
    LIVE_CO_TRY(auto switched, co_await sources_.set(id, polling));
    auto const& now = switched.mapping;
    if (switched.taken || now.state.empty() || is_there(now, polling)) co_return switched;
    if (timer.now() + kPause > until)
      co_return fault(fmt::format("event source mapping {} is still {}", id, now.state));
    timer.expires_after(kPause);
    co_await timer.wait();
  }
}

Async<bool> Pollers::pause_one(Mapping mapping) {
  auto const done = co_await switch_to(mapping.id, Polling::off);
  // An answer of ours may have been lost. What was in transition before may have been disabled by somebody
  // else.
  bool const was_on = mapping.state == "Enabled" || mapping.state == "Enabling";
  if (done.has_value()) co_return !done.value().mapping.state.empty() && (was_on || done.value().taken);
  terminal_.warn(fmt::format("{} is not paused: {}", in_words(mapping), done.error().message));
  co_return false;
}

Async<std::vector<Pollers::Mapping>> Pollers::pause(std::vector<Mapping> mappings, StillOurs still_ours) {
  auto const mine = co_await turn();
  auto const noted = co_await paused_.add(ids_of(mappings));
  if (noted.has_error()) {
    terminal_.warn("nothing is paused, since it could not be noted: " + noted.error().message);
    co_return std::vector<Mapping>();
  }
  auto paused = co_await pause_noted(std::move(mappings));
  if (co_await still_ours()) co_return paused;
  // Whoever took the stage may have read the note, and enabled them, before they were disabled.
  co_await resume_these(ids_of(paused));
  co_return std::vector<Mapping>();
}

Async<std::vector<Pollers::Mapping>> Pollers::pause_noted(std::vector<Mapping> mappings) {
  std::vector<Async<bool>> tasks;
  tasks.reserve(mappings.size());
  for (auto const& one : mappings) tasks.push_back(pause_one(one));
  auto const done = co_await together(std::move(tasks));
  std::vector<std::string> others;
  std::vector<Mapping> paused;
  for (size_t i = 0; i < mappings.size(); ++i) {
    if (!done[i]) others.push_back(mappings[i].id);
    if (done[i]) paused.push_back(std::move(mappings[i]));
  }
  auto const dropped = co_await paused_.drop(std::move(others));
  if (dropped.has_error()) terminal_.detail(dropped.error().message);
  co_return paused;
}

Async<Result<std::vector<std::string>>> Pollers::ids_to_resume(Which which) {
  LIVE_CO_TRY(auto ids, co_await paused_.all());
  if (ids.empty() || which == Which::all) co_return ids;
  LIVE_CO_TRY(auto const mappings, co_await sources_.all());
  std::vector<std::string> functions;
  for (auto const& one : mappings)
    if (std::ranges::find(ids, one.id) != ids.end()) functions.push_back(one.function);
  LIVE_CO_TRY(auto const stubs, co_await stubs_among(client_, std::move(functions)));
  for (auto const& one : mappings)
    if (std::ranges::find(stubs, one.function) != stubs.end()) std::erase(ids, one.id);
  co_return ids;
}

Async<bool> Pollers::resume_one(std::string id) {
  auto const done = co_await switch_to(id, Polling::on);
  if (done.has_error()) {
    terminal_.warn(fmt::format("event source mapping {} is still paused: {}; `live start` tries again", id,
                               done.error().message));
    co_return false;
  }
  auto const& mapping = done.value().mapping;
  if (!mapping.state.empty())
    terminal_.good("Polling again: " + in_words(mapping), {{"type", "polling"},
                                                           {"status", "resumed"},
                                                           {"mapping", mapping.id},
                                                           {"source", mapping.source},
                                                           {"name", mapping.function}});
  co_return true;
}

Async<void> Pollers::resume(Which which, WantedOff wanted_off) {
  auto const mine = co_await turn();
  auto ids = co_await ids_to_resume(which);
  if (ids.has_error()) {
    terminal_.warn("which event source mappings are paused could not be read: " + ids.error().message);
    co_return;
  }
  if (wanted_off && !ids.value().empty()) co_await leave_off(ids.value(), std::move(wanted_off));
  co_await resume_these(std::move(ids.value()));
}

// Where it is not known, they are resumed: one that is forgotten is worse.
Async<void> Pollers::leave_off(std::vector<std::string>& ids, WantedOff wanted_off) {
  auto const off = co_await wanted_off();
  if (off.has_error()) co_return;
  std::vector<std::string> settled;
  for (auto const& id : ids)
    if (off.value().contains(id)) settled.push_back(id);
  std::erase_if(ids, [&off](const std::string& id) { return off.value().contains(id); });
  auto const dropped = co_await paused_.drop(std::move(settled));
  if (dropped.has_error()) terminal_.detail(dropped.error().message);
}

Async<void> Pollers::resume_these(std::vector<std::string> ids) {
  std::vector<Async<bool>> tasks;
  tasks.reserve(ids.size());
  for (auto const& id : ids) tasks.push_back(resume_one(id));
  auto const done = co_await together(std::move(tasks));
  std::vector<std::string> settled;
  for (size_t i = 0; i < done.size(); ++i)
    if (done[i]) settled.push_back(ids[i]);
  auto const dropped = co_await paused_.drop(std::move(settled));
  if (dropped.has_error()) terminal_.detail(dropped.error().message);
}

}  // namespace live
