#include "base/timer.h"

#include <boost/asio/use_awaitable.hpp>

namespace live {

namespace {

class TimeService : public asio::execution_context::service {
 public:
  using key_type = TimeService;
  static asio::execution_context::id id;
  using asio::execution_context::service::service;
  TimeSource* source = nullptr;

 private:
  void shutdown() override {
    if (source) source->forget();
  }
};

asio::execution_context::id TimeService::id;

}  // namespace

void use_time_source(asio::execution_context& context, TimeSource& source) {
  asio::use_service<TimeService>(context).source = &source;
}

Timer::Timer(const Executor& executor) {
  auto& context = asio::query(executor, asio::execution::context);
  if (asio::has_service<TimeService>(context)) {
    source_ = asio::use_service<TimeService>(context).source;
    simulated_ = source_->wait();
  } else {
    real_.emplace(executor);
  }
}

Steady::time_point Timer::now() const { return source_ ? source_->now() : Steady::now(); }

void Timer::expires_at(Steady::time_point at) {
  if (simulated_) {
    simulated_->expires_at(at);
  } else {
    real_->expires_at(at);
  }
}

void Timer::expires_after(std::chrono::nanoseconds time) {
  expires_at(now() + std::chrono::duration_cast<Steady::duration>(time));
}

void Timer::never_expire() { expires_at(Steady::time_point::max()); }

void Timer::cancel() {
  if (simulated_) {
    simulated_->cancel();
  } else {
    real_->cancel();
  }
}

void Timer::add(TimeSource::Resume resume) {
  if (simulated_) return simulated_->add(std::move(resume));
  real_->async_wait(
      [resume = std::move(resume)](boost::system::error_code error) mutable { std::move(resume)(!error); });
}

Async<void> Timer::wait() {
  auto initiate = [this](auto handler) {
    add([handler = std::move(handler)](bool) mutable { std::move(handler)(); });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(initiate),
                                                                     asio::use_awaitable);
}

void Timer::on_expiry(std::function<void()> action) {
  add([action = std::move(action)](bool expired) {
    if (expired) action();
  });
}

}  // namespace live
