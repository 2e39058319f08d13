// One process on one machine: its loop, its clocks and its ids. It can be frozen and thawed; destroyed, it
// has crashed, and nothing of it runs any more.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/async.h"
#include "base/timer.h"
#include "simulation/agenda.h"
#include "simulation/random.h"

namespace live::simulation {

enum class Freeze {
  stopped,  // SIGSTOP: time goes on, the kernel keeps what arrives
  asleep,   // the machine: its steady clock stands, what arrives is lost
};

class Host : public std::enable_shared_from_this<Host>, public Clock {
 public:
  Host(Agenda& agenda, std::string name, uint64_t seed, std::chrono::nanoseconds skew);
  ~Host() override;

  Executor executor() { return io_->get_executor(); }
  TimePoint now() const override;  // the wall clock, which is wrong by the skew
  Agenda& agenda() { return agenda_; }
  const std::string& name() const { return name_; }

  void spawn(Async<void> task);
  // Something from outside: it happens now, or after the thaw.
  void receive(std::function<void()> action);
  void wake() {
    receive([] {});
  }  // has its loop do what was spawned
  void freeze(Freeze kind);
  void thaw();
  bool frozen() const { return frozen_.has_value(); }
  bool asleep() const { return frozen_ == Freeze::asleep; }
  std::chrono::nanoseconds frozen_time() const;  // all of it so far
  size_t waiting() const;                        // who waits for a timer
  void end();                                    // crashes: its loop goes, with every coroutine in it

  SeededIds ids;
  Moment line_down_until{0};  // its network takes nothing and brings nothing
  uint64_t refusals = 0;      // that services gave it

 private:
  struct Waiting;
  struct Source final : TimeSource {
    explicit Source(Host& host) : host(host) {}
    Steady::time_point now() const override { return host.steady(); }
    std::unique_ptr<Wait> wait() override;
    void forget() override;
    Host& host;
  };
  Steady::time_point steady() const;
  void run();  // until its loop has nothing more to do
  void plan(Waiting& waiting);
  void due(uint64_t id, uint64_t generation);

  Agenda& agenda_;
  std::string name_;
  std::chrono::nanoseconds skew_;
  Source source_{*this};
  std::map<uint64_t, Waiting*> waiting_;
  uint64_t last_waiting_ = 0;
  std::optional<Freeze> frozen_;
  Moment frozen_at_{0};
  std::chrono::nanoseconds slept_{0}, frozen_time_{0};
  std::deque<std::function<void()>> deferred_;
  bool running_ = false, ending_ = false;
  std::unique_ptr<asio::io_context> io_;
};

// The answer to a request that is under way: given by whoever holds it, later or never, to a host that may be
// gone by then.
template <class T>
class Answer {
 public:
  struct Slot {
    explicit Slot(const Executor& executor) : timer(executor) {}
    std::optional<T> value;
    Timer timer;
  };
  Answer(std::weak_ptr<Host> host, std::weak_ptr<Slot> slot)
      : host_(std::move(host)), slot_(std::move(slot)) {}
  void operator()(T value) const {
    auto const host = host_.lock();
    if (!host) return;
    host->receive([slot = slot_, value = std::move(value)]() mutable {
      auto const here = slot.lock();
      if (!here || here->value) return;
      here->value.emplace(std::move(value));
      here->timer.cancel();
    });
  }

 private:
  std::weak_ptr<Host> host_;
  std::weak_ptr<Slot> slot_;
};

// Empty: no answer came in time.
template <class T>
Async<std::optional<T>> ask(std::shared_ptr<Host> host, std::chrono::nanoseconds patience,
                            std::function<void(Answer<T>)> start) {
  auto const slot = std::make_shared<typename Answer<T>::Slot>(host->executor());
  slot->timer.expires_after(patience);
  start(Answer<T>(host, slot));
  host.reset();
  if (!slot->value) co_await slot->timer.wait();
  co_return std::move(slot->value);
}

}  // namespace live::simulation
