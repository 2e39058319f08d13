#include "runtime/starts.h"

#include <algorithm>
#include <thread>

#include "base/timer.h"

namespace live {

struct Starts::Held {
  Held(const Executor& executor, Places::Place taken) : place(std::move(taken)), limit(executor) {}
  Places::Place place;
  Timer limit;
};

size_t Starts::for_this_machine() { return std::max<size_t>(4, 2 * std::thread::hardware_concurrency()); }

Async<Places::Place> Starts::enter(std::chrono::nanoseconds patience) {
  auto const executor = executor_;
  auto const longest = longest_;
  auto place = co_await places_.enter("", patience);
  if (!place) co_return nullptr;
  auto const held = std::make_shared<Held>(executor, std::move(place));
  held->limit.expires_after(longest);
  held->limit.on_expiry([weak = std::weak_ptr(held)] {
    if (auto const one = weak.lock()) one->place.reset();
  });
  co_return held;
}

}  // namespace live
