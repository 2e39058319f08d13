// A wait that can be cut short. Time is the system's, unless the executor's context holds a TimeSource: the
// simulation's, whose hours pass in microseconds.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/async.h"

namespace live {

using Steady = std::chrono::steady_clock;

class TimeSource {
 public:
  virtual ~TimeSource() = default;
  using Resume = asio::any_completion_handler<void(bool expired)>;
  class Wait {  // one timer's: ends every waiter once, from the loop; destroyed, none of them
   public:
    virtual ~Wait() = default;
    virtual void expires_at(Steady::time_point at) = 0;  // ends who waits
    virtual void cancel() = 0;                           // likewise
    virtual void add(Resume resume) = 0;
  };
  virtual Steady::time_point now() const = 0;
  virtual std::unique_ptr<Wait> wait() = 0;
  virtual void forget() = 0;  // destroys everyone who waits: the context ends
};

// Has every Timer of `context` take its time from `source`, which is borrowed.
void use_time_source(asio::execution_context& context, TimeSource& source);

class Timer {
 public:
  explicit Timer(const Executor& executor);

  Steady::time_point now() const;
  void expires_after(std::chrono::nanoseconds time);  // ends who waits
  void never_expire();                                // likewise: until cancel()
  void cancel();                                      // ends who waits now, and nobody who comes later
  Async<void> wait();                                 // until it expires or is cancelled
  void on_expiry(std::function<void()> action);       // not when it is cancelled

 private:
  void expires_at(Steady::time_point at);
  void add(TimeSource::Resume resume);

  TimeSource* source_ = nullptr;
  std::unique_ptr<TimeSource::Wait> simulated_;
  std::optional<asio::steady_timer> real_;
};

}  // namespace live
