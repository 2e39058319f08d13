#include "runtime/pause_watch.h"

#include <optional>
#include <utility>

namespace live {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(250);  // between an answer and the next question
// Longer than a collection of garbage takes, or than a busy machine lets a thread wait.
constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kAbandoned = std::chrono::seconds(10);

}  // namespace

struct PauseWatch::Watch : std::enable_shared_from_this<Watch> {
  Watch(const Executor& executor, Events events) : timer(executor), events(std::move(events)) {}

  void wake() {
    if (state != State::paused) ran_until = timer.now();
    if (!std::exchange(looks, true)) look();
  }

  void answered() {
    asks = false;
    has_answered = true;
    left_at.reset();
    if (state == State::alone) return;
    auto const now = timer.now();
    auto const before = std::exchange(ran_until, now);
    if (state == State::attached)
      events.on_ran(now - before);
    else
      become(State::attached, now);
  }

  void look() {
    auto const now = timer.now();
    follow_debugger(now);
    if (state == State::attached && asks && now - ran_until >= kPatience) become(State::paused, ran_until);
    if (left_at && now - *left_at >= kAbandoned) return std::exchange(events.on_abandoned, nullptr)();
    if (!std::exchange(asks, true)) events.ask();
    look_again();
  }

  void look_again() {
    timer.expires_after(kInterval);
    timer.on_expiry([weak = weak_from_this()] {
      auto const self = weak.lock();
      if (!self) return;
      self->looks = self->events.is_wanted();
      if (self->looks) self->look();
    });
  }

  void follow_debugger(Steady::time_point now) {
    bool const is_attached = has_answered && events.is_attached();
    if (is_attached == (state != State::alone)) return;
    if (is_attached) {
      ran_until = now;
      left_at.reset();
    } else {
      left_at = now;
    }
    become(is_attached ? State::attached : State::alone, now);
  }

  void become(State next, Steady::time_point since) {
    state = next;
    events.on_change(state, since);
  }

  Timer timer;
  Events events;
  State state = State::alone;
  bool looks = false;                         // the timer runs, or nothing more is to be seen
  bool asks = false;                          // and has no answer yet
  bool has_answered = false;                  // ever
  Steady::time_point ran_until{};             // it ran then, or nothing is known since
  std::optional<Steady::time_point> left_at;  // a debugger left it, and it has not answered since
};

PauseWatch::PauseWatch(const Executor& executor, Events events)
    : watch_(std::make_shared<Watch>(executor, std::move(events))) {}

void PauseWatch::wake() { watch_->wake(); }

void PauseWatch::answered() { watch_->answered(); }

}  // namespace live
