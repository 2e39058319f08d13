#include "live/retired.h"

#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace live {

namespace {
constexpr std::chrono::milliseconds kMoment{100};  // most code has answered by then
}  // namespace

struct Retired::State {
  explicit State(const Executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  std::vector<std::shared_ptr<Worker>> workers;
};

Retired::Retired(Executor executor) : state_(std::make_shared<State>(executor)) {}

Retired::~Retired() { state_->timer.cancel(); }

void Retired::take(std::shared_ptr<Worker> worker) {
  state_->workers.push_back(std::move(worker));
  state_->timer.expires_after(kMoment);
  state_->timer.async_wait([weak = std::weak_ptr(state_)](boost::system::error_code error) {
    if (auto state = weak.lock(); state && !error) state->workers.clear();
  });
}

bool Retired::end() { return !std::exchange(state_->workers, {}).empty(); }

}  // namespace live
