#include "invocation/ledger.h"

#include <algorithm>

namespace live {
namespace {

constexpr size_t kAttempts = 4096;
// Until a call's own deadline is known (its body may lie in the store): Lambda's longest timeout.
constexpr auto kLongest = 900s;

}  // namespace

Ledger::Admission Ledger::admit(const CallKey& key, std::string reply_to, uint32_t sequence,
                                TimePoint sent_at) {
  auto const now = clock_.now();
  if (auto known = calls_.find(key); known != calls_.end()) {
    return {ask(key, std::move(reply_to), sequence), 1};
  }
  if (spent_.contains(key)) return {Verdict::over};
  if (sent_at <= floor_ || sent_at + limits_.freshness < now || sent_at > now + limits_.freshness) {
    return {Verdict::stale};
  }
  if (running_ >= limits_.running || !make_room()) return {Verdict::full};
  Call call;
  call.reply_to = std::move(reply_to);
  call.newest_heard = sequence;
  call.sent_at = sent_at;
  call.received_at = now;
  call.deadline = now + kLongest;
  auto const admitted = calls_.emplace(key, std::move(call)).first;
  admitted->second.place = in_order_.insert(in_order_.end(), &admitted->first);
  ++running_;
  return {Verdict::run, count_attempt(key.request_id)};
}

Ledger::Verdict Ledger::ask(const CallKey& key, std::string reply_to, uint32_t sequence) {
  auto const known = calls_.find(key);
  if (known == calls_.end()) return Verdict::over;
  hear(known->second, std::move(reply_to), sequence);
  if (known->second.running) return known->second.expired ? Verdict::over : Verdict::running;
  return known->second.kept.empty() ? Verdict::over : Verdict::answered;
}

void Ledger::hear(Call& call, std::string reply_to, uint32_t sequence) {
  if (sequence <= call.newest_heard) return;
  call.newest_heard = sequence;
  call.reply_to = std::move(reply_to);
}

void Ledger::due(const CallKey& key, TimePoint deadline) {
  if (auto known = calls_.find(key); known != calls_.end()) known->second.deadline = deadline;
}

std::optional<std::string> Ledger::settle(const CallKey& key, std::string message) {
  auto const known = calls_.find(key);
  if (known == calls_.end() || !known->second.running) return std::nullopt;
  auto& call = known->second;
  call.running = false;
  --running_;
  if (clock_.now() >= call.deadline) return std::nullopt;
  call.kept = std::move(message);
  kept_bytes_ += call.kept.size();
  for (auto oldest = in_order_.begin(); kept_bytes_ > limits_.kept_bytes && **oldest != key; ++oldest) {
    drop_kept(calls_.at(**oldest));
  }
  return call.reply_to;
}

void Ledger::replace_kept(const CallKey& key, std::string message) {
  auto const known = calls_.find(key);
  if (known == calls_.end() || known->second.kept.empty()) return;
  drop_kept(known->second);
  kept_bytes_ += message.size();
  known->second.kept = std::move(message);
}

bool Ledger::running(const CallKey& key) const {
  auto const known = calls_.find(key);
  return known != calls_.end() && known->second.running && !known->second.expired;
}

const std::string* Ledger::kept(const CallKey& key) const {
  auto const known = calls_.find(key);
  return over(key) || known->second.kept.empty() ? nullptr : &known->second.kept;
}

bool Ledger::over(const CallKey& key) const {
  auto const known = calls_.find(key);
  return known == calls_.end() || clock_.now() >= known->second.deadline;
}

std::optional<std::string> Ledger::reply_to(const CallKey& key) const {
  auto const known = calls_.find(key);
  if (known == calls_.end()) return std::nullopt;
  return known->second.reply_to;
}

uint32_t Ledger::next_sequence(const CallKey& key) {
  auto const known = calls_.find(key);
  if (known == calls_.end()) return 1;
  auto& call = known->second;
  return call.last_sent = std::max(call.last_sent, call.newest_heard) + 1;
}

std::vector<CallKey> Ledger::expire() {
  auto const now = clock_.now();
  std::vector<CallKey> late;
  for (auto at = calls_.begin(); at != calls_.end();) {
    auto const here = at++;
    auto& call = here->second;
    if (now < call.deadline) continue;
    drop_kept(call);
    if (call.running && !call.expired) {
      call.expired = true;
      late.push_back(here->first);
    }
    if (!call.running) spend(here);
  }
  // A message stays fresh for as long as its own clock may differ from ours, on top of its age.
  spent_.forget_sent_before(now - limits_.freshness);
  return late;
}

void Ledger::drop_kept(Call& call) {
  kept_bytes_ -= call.kept.size();
  call.kept = {};
}

void Ledger::spend(Calls::iterator call) {
  drop_kept(call->second);
  spent_.add(call->first, call->second.sent_at);
  in_order_.erase(call->second.place);
  calls_.erase(call);
}

bool Ledger::make_room() {
  if (known_calls() < limits_.known) return true;
  if (spent_.size() == 0) {
    auto const settled =
        std::ranges::find_if(in_order_, [this](const CallKey* key) { return !calls_.at(*key).running; });
    if (settled == in_order_.end()) return false;
    spend(calls_.find(**settled));
  }
  floor_ = std::max(floor_, spent_.forget_oldest());
  return true;
}

int Ledger::count_attempt(const std::string& request_id) {
  auto const [known, is_new] = attempts_.try_emplace(request_id, 0);
  if (is_new) {
    attempts_in_order_.push_back(&known->first);
    if (attempts_in_order_.size() > kAttempts) {
      attempts_.erase(attempts_.find(*attempts_in_order_.front()));
      attempts_in_order_.pop_front();
    }
  }
  return ++known->second;
}

}  // namespace live
