#include "cloud/deliveries.h"

#include <array>
#include <set>

#include <boost/asio/redirect_error.hpp>
#include <fmt/format.h>

namespace live::cloud {
namespace {

constexpr size_t kMaxPending = 10'000;
// SNS's policy for Lambda: at once, thrice without a delay, twice after a second, then with a growing one.
// AWS goes on every 20 seconds for 23 days: an embedded one gives up.
constexpr std::array<Milliseconds, 10> kDelays{0ms, 0ms, 0ms, 1s, 1s, 1s, 2s, 5s, 10s, 20s};

// The other side will answer the same again: the delivery has failed.
bool is_final(const ApiError& error) {
  return error.status < 500 && error.status != 429 && error.code != "ResourceConflictException";
}

}  // namespace

struct Deliveries::Shared {
  explicit Shared(World& world) : world(world), executor(world.executor) {}
  World& world;  // gone when `stopped`
  Executor executor;
  std::set<asio::steady_timer*> timers;
  size_t pending = 0;
  bool stopped = false;
};

Deliveries::Deliveries(World& world) : shared_(std::make_shared<Shared>(world)) {}

Deliveries::~Deliveries() {
  shared_->stopped = true;
  for (auto* timer : shared_->timers) timer->cancel();
}

bool Deliveries::full(size_t more) const { return shared_->pending + more > kMaxPending; }

void Deliveries::start(Delivery delivery) {
  ++shared_->pending;
  asio::co_spawn(shared_->executor, run(shared_, std::move(delivery)), asio::detached);
}

Async<bool> Deliveries::wait(std::shared_ptr<Shared> shared, Milliseconds time) {
  if (shared->stopped || time.count() == 0) co_return !shared->stopped;
  asio::steady_timer timer(shared->executor, time);
  shared->timers.insert(&timer);
  boost::system::error_code ignored;  // cancelled: `stopped` says so
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  shared->timers.erase(&timer);
  co_return !shared->stopped;
}

Async<void> Deliveries::run(std::shared_ptr<Shared> shared, Delivery delivery) {
  if (shared->stopped) co_return;
  bool going = co_await wait(shared, shared->world.latency_of(delivery.service));
  for (size_t attempt = 0; going; ++attempt) {
    Call call{.service = "lambda", .action = "Invoke", .region = delivery.region};
    call.caller = {.account = shared->world.account,
                   .arn = delivery.source_arn,
                   .service = delivery.service + ".amazonaws.com"};
    call.input = {{"FunctionName", delivery.function_arn}, {"InvocationType", "Event"}};
    call.payload = delivery.event;
    auto result = co_await shared->world.actions.call(std::move(call));
    if (shared->stopped) co_return;
    if (result) break;
    auto& error = result.error();
    if (is_final(error) || attempt == kDelays.size()) {
      shared->world.log.warning("{}: an event of {} was not delivered to {}: {}: {}", delivery.service,
                                delivery.source_arn, delivery.function_arn, error.code, error.message);
      break;
    }
    going = co_await wait(shared, kDelays[attempt]);
  }
  --shared->pending;
}

}  // namespace live::cloud
