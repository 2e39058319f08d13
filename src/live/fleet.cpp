#include "live/fleet.h"

#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/timer.h"

namespace live {
namespace {

std::chrono::microseconds since(Steady::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
}

std::string_view value_of(const Environment& variables, std::string_view name) {
  for (auto const& [key, value] : variables)
    if (key == name) return value;
  return "";
}

// Belongs to the machine that the process runs on, not to the function.
bool of_the_machine(std::string_view name) {
  static const std::set<std::string_view> kNames{"PATH",
                                                 "HOME",
                                                 "PWD",
                                                 "OLDPWD",
                                                 "SHLVL",
                                                 "_",
                                                 "LD_LIBRARY_PATH",
                                                 "LAMBDA_TASK_ROOT",
                                                 "LAMBDA_RUNTIME_DIR",
                                                 "AWS_LAMBDA_RUNTIME_API",
                                                 "_HANDLER",
                                                 "AWS_EXECUTION_ENV",
                                                 "_X_AMZN_TRACE_ID",
                                                 "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"};
  return kNames.contains(name);
}

// The developer's own, and harmless to the answer: how the machine reaches the network.
constexpr const char* kInherited[] = {"HTTP_PROXY",  "HTTPS_PROXY", "NO_PROXY",           "http_proxy",
                                      "https_proxy", "no_proxy",    "NODE_EXTRA_CA_CERTS"};

}  // namespace

struct Fleet::Environment {
  std::string function;
  std::string access_key;  // SDK clients keep the credentials they started with: others need a fresh worker
  uint64_t generation = 0;
  std::shared_ptr<Worker> worker;  // shared with the invocation that it runs
  Steady::time_point last_used;
};

struct Fleet::Alive {};

struct Fleet::Ran {
  Reply reply;
  std::shared_ptr<Worker> worker{};
};

struct Fleet::Building {
  explicit Building(const Executor& executor) : done(executor) {}
  std::optional<Result<Code::Ready>> ready;
  Timer done;  // cancelled when it is
};

Fleet::Fleet(Executor executor, const Clock& clock, Ids& ids, Code& code, Observer& observer,
             FleetOptions options)
    : executor_(std::move(executor)),
      clock_(clock),
      ids_(ids),
      code_(code),
      observer_(observer),
      options_(std::move(options)),
      starts_(executor_),
      alive_(std::make_shared<Alive>()) {
  asio::co_spawn(executor_, sweep(alive_, executor_, options_.sweep_interval), asio::detached);
}

Fleet::~Fleet() = default;

void Fleet::use(FunctionTable table) {
  table_ = std::move(table);
  std::erase_if(environments_, [this](auto& one) { return !table_.contains(one.second.function); });
}

void Fleet::changed(std::string_view function) {
  std::erase_if(environments_, [&](auto& one) { return one.second.function == function; });
}

Async<Reply> Fleet::invoke(Invocation invocation) {
  auto const found = table_.find(invocation.function);
  if (found == table_.end()) {
    co_return function_error(
        "Live.UnknownFunction",
        fmt::format(
            "{} runs the live stub, but this `live start` does not know it: it was deployed by another "
            "session "
            "or its stack changed. Start `live start` again, or put the real code back with `live deploy`",
            invocation.function));
  }
  LocalFunction const function = found->second;  // the table may change while we wait
  observer_.received(function, invocation);
  Timing timing;
  Invocation const head{.function = invocation.function,
                        .request_id = invocation.request_id,
                        .nonce = invocation.nonce,
                        .environment_id = invocation.environment_id,
                        .deadline = invocation.deadline};
  auto ran = co_await run(function, std::move(invocation), timing);
  if (ran.reply.stream)
    co_return follow_stream(function, head, std::move(ran.reply), timing, std::move(ran.worker));
  observer_.answered(function, head, ran.reply, timing);
  co_return std::move(ran.reply);
}

Reply Fleet::follow_stream(LocalFunction function, Invocation head, Reply reply, Timing timing,
                           std::shared_ptr<Worker> worker) {
  timing.streamed = Timing::Streamed{0, timing.build + timing.init + timing.handler};
  auto ended = [this, alive = std::weak_ptr<Alive>(alive_), function = std::move(function),
                head = std::move(head), timing, worker = std::move(worker),
                began = Steady::now()](size_t bytes, const std::optional<StreamError>& error) mutable {
    if (alive.expired()) return;
    timing.handler += since(began);
    timing.streamed->bytes = bytes;
    keep(head.environment_id, worker);
    auto const outcome = error ? Reply{Reply::Outcome::function_error, error->body, error->type} : Reply{};
    observer_.answered(function, head, outcome, timing);
  };
  reply.stream = watched(executor_, std::move(reply.stream), std::move(ended));
  return reply;
}

Async<Fleet::Ran> Fleet::run(LocalFunction function, Invocation invocation, Timing& timing) {
  auto const asked = Steady::now();
  auto const limit = whole_seconds(invocation.deadline - clock_.now());
  auto ready = co_await code_by(function, invocation.deadline);
  timing.build = since(asked);
  if (!ready) co_return Ran{timed_out(invocation.request_id, limit)};
  if (ready->has_error()) co_return Ran{function_error("Live.BuildError", ready->error().message)};
  co_await drop_if_spent(invocation.environment_id);
  auto one = warm_worker(function, invocation, ready->value());
  if (!one) {
    auto place = co_await starts_.enter(invocation.deadline - clock_.now());
    if (!place) co_return Ran{timed_out(invocation.request_id, limit)};
    auto worker = new_worker(function, invocation, ready->value(), timing, std::move(place));
    if (worker.has_error()) co_return Ran{function_error("Live.WorkerError", worker.error().message)};
    one = std::move(worker.value());
  }
  std::string const environment_id = invocation.environment_id;
  bool const first = timing.init.count() != 0;
  auto const started = Steady::now();
  Reply reply = co_await one->invoke(std::move(invocation));
  timing.handler = since(started);
  if (first) {
    timing.init += std::chrono::duration_cast<std::chrono::microseconds>(one->init_duration());
    timing.handler -= std::min(timing.handler, std::chrono::microseconds(one->init_duration()));
  }
  if (!reply.stream) keep(environment_id, one);
  co_return Ran{std::move(reply), std::move(one)};
}

void Fleet::keep(const std::string& environment_id, const std::shared_ptr<Worker>& worker) {
  auto const at = environments_.find(environment_id);
  if (at == environments_.end() || at->second.worker != worker) return;
  at->second.last_used = Steady::now();
  if (!worker->alive()) environments_.erase(at);
}

// Whoever builds goes on when this call can wait no longer: the next one needs it too.
Async<std::optional<Result<Code::Ready>>> Fleet::code_by(LocalFunction function, TimePoint deadline) {
  auto const building = std::make_shared<Building>(executor_);
  building->done.expires_after(deadline - clock_.now());
  asio::co_spawn(executor_, build(building, alive_, code_, std::move(function)), asio::detached);
  if (!building->ready) co_await building->done.wait();
  co_return std::move(building->ready);
}

Async<void> Fleet::build(std::shared_ptr<Building> building, std::weak_ptr<Alive> alive, Code& code,
                         LocalFunction function) {
  if (alive.expired()) co_return;
  building->ready.emplace(co_await code.ready(std::move(function)));
  building->done.cancel();
}

// A process that crashed after its answer is still there for a moment.
Async<void> Fleet::drop_if_spent(std::string environment_id) {
  auto const before = environments_.find(environment_id);
  if (before == environments_.end() || before->second.worker->busy()) co_return;
  std::shared_ptr<Worker> const worker = before->second.worker;
  if (co_await worker->ready()) co_return;
  auto const after = environments_.find(environment_id);
  if (after != environments_.end() && after->second.worker == worker) environments_.erase(after);
}

std::shared_ptr<Worker> Fleet::warm_worker(const LocalFunction& function, const Invocation& invocation,
                                           const Code::Ready& ready) {
  auto const at = environments_.find(invocation.environment_id);
  if (at == environments_.end()) return nullptr;
  auto& one = at->second;
  bool const same = one.function == function.name && one.generation == ready.generation &&
                    one.access_key == value_of(invocation.variables, "AWS_ACCESS_KEY_ID");
  if (same && one.worker->alive() && !one.worker->busy()) return one.worker;
  environments_.erase(at);  // a busy one lives on in its invocation and ends with it
  return nullptr;
}

Result<std::shared_ptr<Worker>> Fleet::new_worker(const LocalFunction& function, const Invocation& invocation,
                                                  const Code::Ready& ready, Timing& timing,
                                                  Starts::Place place) {
  auto const started = Steady::now();
  Worker::Events events;
  auto const starting = std::make_shared<Starts::Place>(std::move(place));
  events.on_initialised = events.on_exit = [starting] { starting->reset(); };
  events.on_line = [this, function, alive = std::weak_ptr<Alive>(alive_)](
                       std::string_view request_id, Process::Stream stream, std::string_view line) {
    if (!alive.expired()) observer_.printed(function, request_id, stream, line);
  };
  LIVE_TRY(auto worker, Worker::start(executor_, clock_, ids_, program_for(function, invocation, ready),
                                      std::move(events), options_.spares));
  timing.init = std::max(since(started), std::chrono::microseconds(1));
  Environment one{function.name, std::string(value_of(invocation.variables, "AWS_ACCESS_KEY_ID")),
                  ready.generation, std::move(worker), Steady::now()};
  std::shared_ptr<Worker> const shared = one.worker;
  environments_.insert_or_assign(invocation.environment_id, std::move(one));
  return shared;
}

Program Fleet::program_for(const LocalFunction& function, const Invocation& invocation,
                           const Code::Ready& ready) const {
  Program program;
  program.function = function.name;
  program.runtime = function.runtime;
  program.handler = ready.handler;
  program.task_root = ready.task_root;
  program.memory_mb = function.memory_mb;
  program.runtimes = options_.runtimes;
  for (auto const& [name, value] : invocation.variables)
    if (!of_the_machine(name)) program.variables.emplace_back(name, value);
  program.variables.emplace_back("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_mb));
  program.variables.emplace_back("IS_LOCAL", "true");
  for (auto const* name : kInherited)
    if (auto const* value = getenv(name); value && value_of(program.variables, name).empty())
      program.variables.emplace_back(name, value);
  return program;
}

// Touches nothing of ours before it knows that we are still there.
Async<void> Fleet::sweep(std::weak_ptr<Alive> alive, Executor executor, std::chrono::seconds interval) {
  asio::steady_timer timer(executor);
  for (;;) {
    timer.expires_after(interval);
    co_await timer.async_wait(asio::use_awaitable);
    if (alive.expired()) co_return;
    auto const oldest = Steady::now() - options_.idle_limit;
    std::erase_if(environments_, [oldest](auto& one) {
      return !one.second.worker->busy() && one.second.last_used < oldest;
    });
  }
}

}  // namespace live
