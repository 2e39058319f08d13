#include "invocation/spent_calls.h"

#include <functional>
#include <string>

namespace live {

void SpentCalls::add(const CallKey& key, TimePoint sent_at) {
  auto const spent = digest(key);
  if (known_.insert(spent).second) in_order_.push_back({spent, sent_at});
}

TimePoint SpentCalls::forget_oldest() {
  auto const oldest = in_order_.front();
  in_order_.pop_front();
  known_.erase(oldest.digest);
  return oldest.sent_at;
}

void SpentCalls::forget_sent_before(TimePoint time) {
  while (!in_order_.empty() && in_order_.front().sent_at < time) forget_oldest();
}

SpentCalls::Digest SpentCalls::digest(const CallKey& key) {
  std::hash<std::string> const hash;
  return {hash(key.request_id + '\0' + key.nonce), hash(key.nonce + '\0' + key.request_id)};
}

}  // namespace live
