#include "live/fleet.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/timer.h"
#include "live/debug_ports.h"
#include "live/logged_worker.h"
#include "live/overrun.h"
#include "live/worker_program.h"
#include "runtime/start_variables.h"

namespace live {
namespace {

constexpr size_t kMostWritesTold = 5;

std::chrono::microseconds since(Steady::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
}

bool has(const Environment& variables, std::string_view name, std::string_view value) {
  for (auto const& one : variables)
    if (one.first == name && one.second == value) return true;
  return false;
}

bool starts_alike(const LocalFunction& one, const LocalFunction& other) {
  return one.runtime == other.runtime && one.handler == other.handler && one.memory_mb == other.memory_mb &&
         one.start_variables == other.start_variables;
}

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
      options_(FleetOptions::for_this_machine(std::move(options))),
      places_(executor_, {options_.most_workers, options_.most_of_one_function}),
      starts_(executor_),
      refused_writes_(observer),
      retired_(executor_),
      alive_(std::make_shared<Alive>()) {
  asio::co_spawn(executor_, sweep(alive_, executor_, options_.sweep_interval), asio::detached);
}

Fleet::~Fleet() = default;

void Fleet::use(FunctionTable table, Table reach) {
  if (options_.debug_ports) options_.debug_ports->use(table);
  auto const before = std::exchange(table_, std::move(table));
  whole_ = reach == Table::whole;
  for (auto* waiting : waiting_for_table_) waiting->cancel();
  std::erase_if(environments_, [&](auto& one) {
    auto const old = before.find(one.second.function);
    auto const now = table_.find(one.second.function);
    return now == table_.end() || (old != before.end() && !starts_alike(old->second, now->second));
  });
  if (whole_) code_.prepare(table_);
}

void Fleet::changed(std::string_view function) {
  std::erase_if(environments_, [&](auto& one) {
    if (one.second.function != function) return false;
    retire(one.second);
    return true;
  });
}

// A debugger looks into one process of a function, which then is the next one; a place that is waited for is
// left at once.
void Fleet::retire(const Environment& environment) {
  auto const function = table_.find(environment.function);
  bool const is_debugged = function != table_.end() && function->second.is_debugged();
  if (!is_debugged && !environment.worker->busy() && places_.waiting() == 0)
    retired_.take(environment.worker);
}

Async<void> Fleet::until_known(std::string function, TimePoint deadline) {
  Timer changed(executor_);
  waiting_for_table_.insert(&changed);
  while (!whole_ && !table_.contains(function) && clock_.now() < deadline) {
    changed.expires_after(deadline - clock_.now());
    co_await changed.wait();
  }
  waiting_for_table_.erase(&changed);
}

Async<Reply> Fleet::invoke(Invocation invocation) {
  if (!whole_ && !table_.contains(invocation.function))
    co_await until_known(invocation.function, invocation.deadline);
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
  auto const caller = function.is_debugged() ? caller_of(function, invocation.event) : std::nullopt;
  auto const began = Steady::now();
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
  if (ran.reply.outcome == Reply::Outcome::function_error)
    refused_writes_.look_at(function, head.request_id, ran.reply.payload);
  Overrun const overrun{function, timing,         since(began), clock_.now() >= head.deadline,
                        caller,   options_.limits};
  if (auto const text = overrun.in_words()) observer_.note(head.request_id, *text);
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
    timing.max_memory_mb = worker->max_memory_mb();
    keep(head.environment_id, worker);
    auto const outcome = error ? Reply{Reply::Outcome::function_error, error->body, error->type} : Reply{};
    observer_.answered(function, head, outcome, timing);
  };
  reply.stream = watched(executor_, std::move(reply.stream), std::move(ended));
  return reply;
}

Async<Fleet::Ran> Fleet::run(LocalFunction function, Invocation invocation, Timing& timing) {
  auto const limit = whole_seconds(invocation.deadline - clock_.now());
  auto ready = co_await code_by(function, invocation.deadline, timing);
  if (!ready) co_return Ran{timed_out(invocation.request_id, limit)};
  if (ready->has_error()) co_return Ran{function_error("Live.BuildError", ready->error().message)};
  co_await drop_if_spent(invocation.environment_id);
  auto one = warm_worker(function, invocation, ready->value());
  if (!one) {
    observer_.entered(invocation.request_id, Phase::queue);
    bool const waits = !make_room(function.name);
    if (waits) observer_.queued(function, invocation, places_.taken());
    auto const asked = Steady::now();
    auto place = co_await places_.enter(function.name, invocation.deadline - clock_.now());
    auto turn = place ? co_await starts_.enter(invocation.deadline - clock_.now()) : nullptr;
    timing.queue = since(asked);
    if (!turn) co_return Ran{timed_out(invocation.request_id, limit)};
    if (waits) {  // the code may have changed meanwhile
      ready = co_await code_by(function, invocation.deadline, timing);
      if (!ready) co_return Ran{timed_out(invocation.request_id, limit)};
      if (ready->has_error()) co_return Ran{function_error("Live.BuildError", ready->error().message)};
    }
    observer_.entered(invocation.request_id, Phase::init);
    auto worker =
        new_worker(function, invocation, ready->value(), timing, {std::move(place), std::move(turn)});
    if (worker.has_error()) co_return Ran{function_error("Live.WorkerError", worker.error().message)};
    one = std::move(worker.value());
  }
  if (function.is_attached_by_process) observer_.runs_in(function, invocation.request_id, one->pid());
  auto const request_id = invocation.request_id;
  auto ran = co_await run_on(std::move(one), std::move(invocation), timing);
  if (is_timeout(ran.reply)) ran.reply = timed_out(request_id, limit);  // its worker knew only what was left
  co_return std::move(ran);
}

Async<Fleet::Ran> Fleet::run_on(std::shared_ptr<Worker> one, Invocation invocation, Timing& timing) {
  std::string const environment_id = invocation.environment_id;
  bool const first = timing.init.count() != 0;
  if (!first) observer_.entered(invocation.request_id, Phase::handler);
  auto const started = Steady::now();
  auto const held = first ? std::chrono::microseconds(0) : one->held();
  Reply reply = co_await one->invoke(std::move(invocation));
  timing.handler = since(started);
  timing.debugger = one->held() - held;
  if (first) timing.take_init(one->init_duration());
  timing.max_memory_mb = one->max_memory_mb();
  if (!reply.stream) keep(environment_id, one);
  co_return Ran{std::move(reply), std::move(one)};
}

void Fleet::keep(const std::string& environment_id, const std::shared_ptr<Worker>& worker) {
  auto const at = environments_.find(environment_id);
  if (at == environments_.end() || at->second.worker != worker) return;
  at->second.last_used = Steady::now();
  if (!worker->alive() || places_.wanted(at->second.function)) environments_.erase(at);
}

size_t Fleet::busy() const {
  return size_t(std::ranges::count_if(environments_, [](auto& one) { return one.second.worker->busy(); }));
}

// Idle workers give way to a call that needs one, and to those that have waited longer. False: it has to
// wait.
bool Fleet::make_room(std::string_view function) {
  while (!places_.free_for(function)) {
    if (retired_.end()) continue;
    auto const idle = longest_idle(places_.function_is_full(function) ? function : "");
    if (idle == environments_.end()) return false;
    environments_.erase(idle);
  }
  return true;
}

// Of one function, or of all.
Fleet::Environments::iterator Fleet::longest_idle(std::string_view function) {
  auto oldest = environments_.end();
  for (auto at = environments_.begin(); at != environments_.end(); ++at) {
    auto const& one = at->second;
    if (one.worker->busy() || (!function.empty() && one.function != function)) continue;
    if (oldest == environments_.end() || one.last_used < oldest->second.last_used) oldest = at;
  }
  return oldest;
}

// Whoever builds goes on when this call can wait no longer: the next one needs it too.
Async<std::optional<Result<Code::Ready>>> Fleet::code_by(LocalFunction function, TimePoint deadline,
                                                         Timing& timing) {
  auto const asked = Steady::now();
  auto const building = std::make_shared<Building>(executor_);
  building->done.expires_after(deadline - clock_.now());
  asio::co_spawn(executor_, build(building, alive_, code_, std::move(function)), asio::detached);
  if (!building->ready) co_await building->done.wait();
  timing.build += since(asked);
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
                                                  const Code::Ready& ready, Timing& timing, Seat seat) {
  auto const started = Steady::now();
  for (auto const& [name, value] : invocation.variables)
    if (is_start_variable(name) && !is_of_the_machine(name) && !has(function.start_variables, name, value))
      observer_.ignored(function, name);
  auto const starting = std::move(seat.start);
  auto const log = std::make_shared<WorkerLog>();
  auto events = events_of(function, invocation, starting, log, ready.task_root);
  LIVE_TRY(auto worker, Worker::start(executor_, clock_, ids_,
                                      program_for(function, invocation.variables, ready, options_),
                                      std::move(events), options_.spares));
  starting->runs_in(worker->pid(), busy() + 1);
  timing.init = std::max(since(started), std::chrono::microseconds(1));
  // A worker has its place for as long as it lives, in its environment or in the call that it still runs.
  auto logged = std::make_unique<LoggedWorker>(executor_, std::move(worker), log, clock_, function.memory_mb);
  std::shared_ptr<Worker> const shared(logged.release(), [place = std::move(seat.worker)](Worker* gone) {
    std::unique_ptr<Worker>{gone}.reset();
  });
  Environment one{function.name, std::string(value_of(invocation.variables, "AWS_ACCESS_KEY_ID")),
                  ready.generation, shared, Steady::now()};
  environments_.insert_or_assign(invocation.environment_id, std::move(one));
  return shared;
}

// They outlive the call that the worker is made for, and may outlive us.
Worker::Events Fleet::events_of(const LocalFunction& function, const Invocation& invocation,
                                Starts::Turn starting, std::shared_ptr<WorkerLog> log,
                                const std::filesystem::path& task_root) {
  Worker::Events events;
  events.on_hold = [this, alive = std::weak_ptr<Alive>(alive_), first = invocation.request_id](
                       std::string_view request_id, DebugPort::Hold hold) {
    if (alive.expired()) return;
    auto const phase = hold == DebugPort::Hold::paused      ? Phase::debugger
                       : hold == DebugPort::Hold::attaching ? Phase::attach
                       : request_id.empty()                 ? Phase::init
                                                            : Phase::handler;
    observer_.entered(request_id.empty() ? std::string_view(first) : request_id, phase);
  };
  events.on_exit = [starting] { starting->end(); };
  events.on_initialised = [this, starting, alive = std::weak_ptr<Alive>(alive_),
                           request_id = invocation.request_id] {
    starting->end();
    if (!alive.expired()) observer_.entered(request_id, Phase::handler);
  };
  events.on_memory_exceeded = [this, function, alive = std::weak_ptr<Alive>(alive_),
                               first = invocation.request_id](std::string_view request_id, long used_mb) {
    if (alive.expired()) return;
    auto const text = fmt::format(
        "it used {} MB of its {} MB and was ended, as on AWS: raise its memorySize, or `live start "
        "--no-limits`",
        used_mb, function.memory_mb);
    observer_.note(request_id.empty() ? std::string_view(first) : request_id, text);
  };
  events.on_line = [this, function, log, alive = std::weak_ptr<Alive>(alive_), first = invocation.request_id](
                       std::string_view request_id, Process::Stream stream, std::string_view line) {
    log->add(line);
    if (alive.expired()) return;
    observer_.printed(function, request_id, stream, line);
    refused_writes_.look_at(function, request_id.empty() ? first : request_id, line);
  };
  events.on_logged = [log](std::string_view line) { log->add(line); };
  events.on_write = [this, function, task_root, alive = std::weak_ptr<Alive>(alive_),
                     first = invocation.request_id](std::string_view request_id,
                                                    const std::filesystem::path& file) {
    if (!alive.expired()) tell_write(function, request_id.empty() ? first : request_id, file, task_root);
  };
  events.on_left = [this, alive = std::weak_ptr<Alive>(alive_)](const std::filesystem::path& file,
                                                                std::string_view state) {
    if (!alive.expired()) code_.left(file, state);
  };
  events.on_outside = [this, function, alive = std::weak_ptr<Alive>(alive_),
                       first = invocation.request_id](std::string_view packages) {
    if (!alive.expired()) tell_outside(function, first, packages);
  };
  return events;
}

// Once for each file, and of a function that makes up names for the first of them.
void Fleet::tell_write(const LocalFunction& function, std::string_view request_id,
                       const std::filesystem::path& file, const std::filesystem::path& task_root) {
  code_.written(file);
  auto& told = told_writes_[function.name];
  if (told.size() >= kMostWritesTold || !told.insert(file).second) return;
  observer_.note(request_id,
                 fmt::format("it writes {}: on AWS that fails (EROFS), the code's folder is read-only "
                             "there; use the folder for temporary files",
                             file.lexically_relative(task_root).string()));
}

// Of a folder, which is deployed as it is; a bundle has what it needs in it, or gets it beside it.
void Fleet::tell_outside(const LocalFunction& function, std::string_view request_id,
                         std::string_view packages) {
  if (function.source != LocalFunction::Source::folder) return;
  if (!told_outside_.insert(fmt::format("{}\n{}", function.name, packages)).second) return;
  observer_.note(
      request_id,
      fmt::format("it has {} from a folder above {}, which is all that is deployed: install them in "
                  "it, or bundle the function (NodejsFunction)",
                  packages, function.path.string()));
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
