#include "aws/renewed_credentials.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/timer.h"

namespace live::aws {

using namespace std::chrono_literals;

namespace {

using Span = TimePoint::duration;

// Of short-lived keys a part of their life instead, so that they are not asked for again and again.
constexpr Span kRenewBefore = 5min;   // what the SDKs do
constexpr Span kTryAgainAfter = 30s;  // who has to sign in first may be doing it
constexpr Span kLastUse = 5s;         // before their end: a request must have arrived by then

}  // namespace

struct RenewedCredentials::State {
  State(const Executor& on, const Clock& time, Fetch how)
      : executor(on), clock(time), fetch(std::move(how)), renewed(on) {
    renewed.never_expire();
  }

  void keep(Credentials fresh) {
    kept = std::move(fresh);
    due.reset();
    if (kept->expires) {
      auto const life = *kept->expires - clock.now();
      due = *kept->expires - std::min(kRenewBefore, life / 4);
      last_use = *kept->expires - std::min(kLastUse, life / 16);
    }
    why.reset();
    tell();
  }
  void fail(Fault fault) {
    why = std::move(fault);
    if (!kept || !kept->expires) return;
    due = clock.now() + std::min(kTryAgainAfter, (*kept->expires - clock.now()) / 4);
    tell();
  }
  void tell() {
    if (why.has_value() == in_trouble) return;
    in_trouble = why.has_value();
    if (told && kept->expires) told(in_trouble ? &*why : nullptr, *kept->expires);
  }
  bool good() const { return kept && (!kept->expires || last_use > clock.now()); }
  bool is_due() const { return due && *due <= clock.now(); }

  Executor executor;
  const Clock& clock;
  Fetch fetch;
  Timer renewed;  // cancelled when a renewal has ended
  std::optional<Credentials> kept;
  std::optional<TimePoint> due;  // of the next renewal
  TimePoint last_use;
  std::optional<Fault> why;  // the last renewal failed
  bool renewing = false, in_trouble = false;
  std::function<void(const Fault*, TimePoint)> told;
};

RenewedCredentials::RenewedCredentials(const Executor& executor, const Clock& clock, Fetch fetch)
    : state_(std::make_shared<State>(executor, clock, std::move(fetch))) {}

RenewedCredentials::~RenewedCredentials() { state_->told = nullptr; }

void RenewedCredentials::start_with(Credentials credentials) { state_->keep(std::move(credentials)); }

void RenewedCredentials::on_trouble(std::function<void(const Fault*, TimePoint)> told) {
  state_->told = std::move(told);
}

Async<Result<Credentials>> RenewedCredentials::get() {
  auto state = state_;
  if (state->good()) {
    if (state->is_due() && !state->renewing) {
      state->renewing = true;
      asio::co_spawn(state->executor, renew(state), asio::detached);
    }
    co_return *state->kept;
  }
  if (state->renewing) {
    co_await state->renewed.wait();
  } else {
    state->renewing = true;
    co_await renew(state);
  }
  if (state->good()) co_return *state->kept;
  co_return *state->why;
}

Async<void> RenewedCredentials::renew(std::shared_ptr<State> state) {
  auto fresh = co_await state->fetch();
  state->renewing = false;
  if (fresh.has_error()) {
    state->fail(std::move(fresh).error());
  } else {
    state->keep(std::move(fresh).value());
    if (!state->good()) state->fail(fault("the keys have ended already: is this machine's clock right?"));
  }
  state->renewed.cancel();
}

}  // namespace live::aws
