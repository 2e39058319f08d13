#include "cloud/cloudformation/engine.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace live::cloud::cloudformation {

namespace {

constexpr size_t max_at_once = 16;

}  // namespace

// One walk over a graph: what is running, what is done.
struct Engine::Pass {
  explicit Pass(const Executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool news = false;
  size_t running = 0;
  bool failed = false;
  std::set<std::string, std::less<>> started, done;

  bool ready(const std::string& id, const std::set<std::string>& needs) const {
    return !started.contains(id) &&
           std::all_of(needs.begin(), needs.end(), [this](auto& need) { return done.contains(need); });
  }
};

Engine::Engine(World& world) : world_(world), records_(world) {}

void Engine::stop() {
  stopped_ = true;
  for (auto* timer : std::set(timers_)) timer->cancel();
}

void Engine::check() const {
  if (stopped_) throw boost::system::system_error(asio::error::operation_aborted);
}

Async<void> Engine::wait(asio::steady_timer& timer) {
  check();
  timers_.insert(&timer);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  timers_.erase(&timer);
  check();
}

Async<void> Engine::pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(world_.executor, time);
  co_await wait(timer);
}

Async<void> Engine::settled(StackPointer stack) {
  while (stack->busy()) {
    asio::steady_timer timer(world_.executor, std::chrono::hours(24));
    watchers_.insert(&timer);
    try {
      co_await wait(timer);
    } catch (...) {
      watchers_.erase(&timer);
      throw;
    }
    watchers_.erase(&timer);
  }
}

void Engine::spawn(StackPointer stack, Async<void> (Engine::*operation)(StackPointer)) {
  asio::co_spawn(world_.executor, supervise(shared_from_this(), std::move(stack), operation), asio::detached);
}

Async<void> Engine::supervise(std::shared_ptr<Engine> self, StackPointer stack,
                              Async<void> (Engine::*operation)(StackPointer)) {
  try {
    co_await (self.get()->*operation)(stack);
  } catch (const boost::system::system_error& error) {
    if (self->stopped_) co_return;
    world_.log.error("stack {}: {}", stack->name, error.what());
  } catch (const std::exception& error) {
    if (self->stopped_) co_return;
    world_.log.error("stack {}: {}", stack->name, error.what());
  }
  for (auto* timer : std::set(watchers_)) timer->cancel();
}

Async<bool> Engine::in_order(cfn::Graph needs, Step step, AfterFailure after) {
  auto pass = std::make_shared<Pass>(world_.executor);
  for (;;) {
    bool may_start = !pass->failed || after == AfterFailure::go_on;
    for (const auto& [id, first] : needs) {
      if (!may_start || pass->running >= max_at_once) break;
      if (!pass->ready(id, first)) continue;
      pass->started.insert(id);
      ++pass->running;
      asio::co_spawn(world_.executor, run_step(shared_from_this(), pass, step, id), asio::detached);
    }
    // A step whose actions answer at once has already ended: its news lets others start.
    if (pass->running == 0 && !pass->news) break;
    while (!pass->news) {
      pass->timer.expires_after(std::chrono::hours(24));
      co_await wait(pass->timer);
    }
    pass->news = false;
  }
  co_return !pass->failed && pass->done.size() == needs.size();
}

Async<void> Engine::run_step(std::shared_ptr<Engine> self, std::shared_ptr<Pass> pass, Step step,
                             std::string id) {
  bool done = false;
  try {
    done = co_await step(id);
  } catch (const std::exception& error) {
    if (!self->stopped_) world_.log.error("resource {}: {}", id, error.what());
  }
  if (done)
    pass->done.insert(id);
  else
    pass->failed = true;
  --pass->running;
  pass->news = true;
  pass->timer.cancel();
}

std::string reason_of(const ApiError& error) {
  if (error.code.empty() || error.code == "ValidationError") return error.message;
  return fmt::format("{} (Status Code: {}, Error Code: {})", error.message, error.status, error.code);
}

}  // namespace live::cloud::cloudformation
