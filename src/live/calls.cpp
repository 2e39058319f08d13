#include "live/calls.h"

#include <algorithm>

namespace live {
namespace {

constexpr auto kSilence = 300ms;   // after it another call may speak
constexpr auto kLongestHeld = 1s;  // though the other goes on
constexpr auto kSlow = 1s;
constexpr size_t kEndedKept = 100;

}  // namespace

Calls::Call* Calls::find(std::string_view id) {
  for (auto& call : calls_)
    if (call.id == id) return &call;
  return nullptr;
}

const Calls::Call* Calls::find(std::string_view id) const { return const_cast<Calls*>(this)->find(id); }

void Calls::forget(std::string_view id) {
  std::erase_if(calls_, [id](const Call& call) { return call.id == id; });
}

void Calls::begin(std::string_view id, std::string name, int timeout_seconds, Steady::time_point now) {
  if (find(id)) return;  // a retry of one that still runs
  calls_.push_back(
      {.id = std::string(id), .name = std::move(name), .timeout_seconds = timeout_seconds, .begun = now});
}

void Calls::enter(std::string_view id, Phase phase, Steady::time_point now) {
  auto* call = find(id);
  if (!call) {
    begin(id, name_of_ended(id), 0, now);
    call = &calls_.back();
  }
  call->phase = phase;
}

std::string Calls::name_of_ended(std::string_view id) const {
  auto const found = std::ranges::find(ended_, id, &Ended::id);
  return found == ended_.end() ? "" : found->name;
}

bool Calls::somebody_speaks(Steady::time_point now) const {
  return !speaker_.empty() && now - spoke_at_ < kSilence;
}

void Calls::write(Call& call, std::string_view line) {
  if (last_ != call.id) {
    call.interrupted = call.interrupted || call.written;
    last_ = call.id;
  }
  call.written = true;
  write_(line);
}

void Calls::write_held(Call& call) {
  for (auto const& line : call.held) write(call, line);
  call.held.clear();
}

void Calls::line(std::string_view id, std::string_view line, Steady::time_point now) {
  auto* const call = find(id);
  if (!call) return write_(line);
  if (speaker_ != id && somebody_speaks(now)) {
    if (call->held.empty()) call->held_since = now;
    call->held.emplace_back(line);
    return;
  }
  if (speaker_ != id) speaker_ = id;
  spoke_at_ = now;
  if (!call->held.empty()) write_held(*call);
  write(*call, line);
}

void Calls::end(std::string_view id, Steady::time_point now) {
  auto* const call = find(id);
  if (!call) return;
  ended_.push_back({call->id, call->name});
  if (ended_.size() > kEndedKept) ended_.pop_front();
  if (speaker_ != id && !call->held.empty() && somebody_speaks(now)) {
    call->ended = true;
    return;
  }
  write_held(*call);
  bool const spoke = speaker_ == id;
  forget(id);
  if (spoke) pass_on(now);
}

// Whole blocks first; then the oldest of those that go on. One that has only begun waits, so that it may be
// written as a whole, unless it is alone.
void Calls::pass_on(Steady::time_point now) {
  speaker_.clear();
  for (auto& call : calls_)
    if (call.ended) write_held(call);
  std::erase_if(calls_, [](const Call& call) { return call.ended; });
  for (auto& call : calls_) {
    if (call.held.empty() || (has_only_begun(call) && calls_.size() > 1)) continue;
    speaker_ = call.id;
    spoke_at_ = now;
    return write_held(call);
  }
}

const std::string* Calls::name_to_repeat(std::string_view id) const {
  auto const* call = find(id);
  if (!call || !call->written) return nullptr;
  return call->interrupted || last_ != id ? &call->name : nullptr;
}

bool Calls::has_only_begun(const Call& call) const {
  return !call.ended && !call.written && call.held.size() == 1;
}

Steady::time_point Calls::release_time(const Call& call) const {
  if (call.held.empty() || has_only_begun(call)) return Steady::time_point::max();
  return std::min(call.held_since + kLongestHeld, spoke_at_ + kSilence);
}

void Calls::release(Steady::time_point now) {
  for (auto& call : calls_) {
    if (now < release_time(call)) continue;
    if (!call.ended && !somebody_speaks(now)) {
      speaker_ = call.id;
      spoke_at_ = now;
    }
    write_held(call);
  }
  std::erase_if(calls_, [](const Call& call) { return call.ended && call.held.empty(); });
}

void Calls::release_all() {
  for (auto& call : calls_) write_held(call);
}

// Once, and of each way in which a debugger holds it: that is for the developer to end.
bool Calls::is_told(const Call& call) {
  bool const is_held = call.phase == Phase::debugger || call.phase == Phase::attach;
  return is_held ? std::ranges::find(call.told, call.phase) != call.told.end() : !call.told.empty();
}

std::optional<Steady::time_point> Calls::due() const {
  std::optional<Steady::time_point> earliest;
  for (auto const& call : calls_) {
    auto at = release_time(call);
    if (!call.ended && !is_told(call)) at = std::min(at, call.begun + kSlow);
    if (!earliest || at < *earliest) earliest = at;
  }
  if (earliest == Steady::time_point::max()) return std::nullopt;
  return earliest;
}

std::vector<Calls::Slow> Calls::slow(Steady::time_point now) {
  std::vector<Slow> all;
  for (auto& call : calls_) {
    if (call.ended || now - call.begun < kSlow) continue;
    auto const age = std::chrono::duration_cast<std::chrono::milliseconds>(now - call.begun);
    bool const is_news = !is_told(call);
    if (is_news) call.told.push_back(call.phase);
    all.push_back({call.id, call.name, call.phase, age, call.timeout_seconds, is_news});
  }
  return all;
}

}  // namespace live
