#include "net/deadlines.h"

#include "net/wire.h"

namespace live::net {

namespace {
// The timer runs at most this far ahead, so that it does not keep an executor alive after the last
// connection.
constexpr auto furthest = std::chrono::milliseconds(250);
}  // namespace

Deadlines::Place Deadlines::arm(Wire& wire, Time at) {
  wake_at(at);
  return armed_.emplace(at, &wire);
}

Deadlines::Place Deadlines::move(Place place, Time at) {
  wake_at(at);
  Entry entry = armed_.extract(place);
  entry.key() = at;
  return armed_.insert(std::move(entry));
}

void Deadlines::wake_at(Time at) {
  if (waking_ && wakes_ <= at) return;
  wakes_ = std::min(at, std::chrono::steady_clock::now() + furthest);
  waking_ = true;
  timer_.expires_at(wakes_);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    if (error) return;
    if (auto self = weak.lock()) self->expire();
  });
}

void Deadlines::expire() {
  waking_ = false;
  Time now = std::chrono::steady_clock::now();
  while (!armed_.empty() && armed_.begin()->first <= now) armed_.begin()->second->time_out();
  if (!armed_.empty()) wake_at(armed_.begin()->first);
}

}  // namespace live::net
