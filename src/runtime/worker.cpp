#include "runtime/worker.h"

#include <csignal>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "process/cgroup.h"
#include "runtime/debugging.h"
#include "runtime/dotnet_probe.h"
#include "runtime/launchers.h"
#include "runtime/memory_watch.h"
#include "runtime/pause_watch.h"
#include "runtime/runtime_api.h"
#include "runtime/scratch.h"
#include "runtime/spares.h"

namespace live {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds grace{
    500};  // between SIGTERM and SIGKILL; Lambda's with an internal extension

// What runtimes/*/task-root say of a write, before the path, and after it, before state and path.
constexpr std::string_view kWrote = "\1live wrote ", kLeft = "\1live left ";
constexpr std::string_view kOutside = "\1live outside ";  // runtimes/node/outside.cjs
constexpr std::string_view kLogged = "\1live logged ";    // runtimes/node/errors-log.cjs, and those of others

// The high-water mark of resident memory: 0 once the process is gone.
long peak_memory_mb(pid_t pid) {
  auto status = read_file(fmt::format("/proc/{}/status", pid));
  if (!status) return 0;
  std::string_view text = status.value();
  size_t at = text.find("VmHWM:");
  if (at == std::string_view::npos) return 0;
  return std::strtol(text.data() + at + 6, nullptr, 10) / 1024;
}

// What a worker's coroutines share with it: they may outlive it, its callbacks may not.
class Environs : public std::enable_shared_from_this<Environs> {
 public:
  Environs(Executor executor, Program program, Worker::Events events)
      : program_(std::move(program)),
        events_(std::move(events)),
        started_(Steady::now()),
        init_limit_(program_.init_timeout, started_, Countdown::State::runs),
        init_timer_(executor) {}

  Result<void> start(Executor executor, const Clock& clock, Ids& ids, Spares* spares) {
    LIVE_TRY(api_, RuntimeApi::listen(executor, clock, ids, api_events()));
    api_->set_clocks(clocks());
    init_limit_.set(clocks(), started_);
    LIVE_TRY(take_scratch());
    LIVE_TRY(Launch launch, live::launch(program_, api_->address()));
    launch.command.one_output = launch.command.takes_all_along = true;  // as on Lambda
    open_to_debugger(launch);
    if (launch.is_probed) {
      LIVE_TRY(probe(executor, launch));
    }
    auto on_line = [this](Process::Stream stream, std::string_view line) {
      if (target_ && is_of_debugger(line)) return;
      if (line.starts_with(kWrote)) return tell_write(line.substr(kWrote.size()));
      if (line.starts_with(kLeft)) return tell_left(line.substr(kLeft.size()));
      if (line.starts_with(kOutside)) return tell_outside(line.substr(kOutside.size()));
      if (line.starts_with(kLogged)) return tell_logged(line.substr(kLogged.size()));
      if (is_owned_ && events_.on_line) events_.on_line(api_->request_id(), stream, line);
    };
    if (spares) take_spare(*spares, launch, on_line);
    if (!process_) {
      auto begun = begin(executor, launch, on_line);
      if (!begun) return within(fmt::format("starting {}", program_.function), begun.error());
    }
    if (launch.brings_its_client) api_->admit(process_->pid());
    asio::co_spawn(executor, follow(shared_from_this()), asio::detached);
    if (target_ && !debugging_->listens) target_->listens_at(std::to_string(process_->pid()));
    if (init_waits_ || (target_ && target_->is_awaited())) hold(DebugPort::Hold::attaching);
    limit_init();
    limit_memory(executor);
    if (pause_watch_) pause_watch_->wake();
    return outcome::success();
  }

  void close() {  // nothing is called back any more
    is_owned_ = false;
    target_.reset();
    init_timer_.cancel();
    memory_watch_.reset();
    pause_watch_.reset();
    probe_.reset();
    api_->end(ExitStatus{.signal = SIGKILL});
    kill();
  }

  Async<Reply> invoke(Invocation invocation) {
    auto answer = api_->invoke(std::move(invocation));
    if (memory_watch_) memory_watch_->wake();
    if (pause_watch_) pause_watch_->wake();
    return answer;
  }

  static Async<void> stop(std::shared_ptr<Environs> self) { co_await self->process_->stop(grace); }

  bool is_spent() const { return target_ && target_->is_spent(); }
  RuntimeApi& api() { return *api_; }
  const RuntimeApi& api() const { return *api_; }
  const Process& process() const { return *process_; }
  std::chrono::milliseconds init_duration() const { return init_duration_; }
  std::chrono::microseconds held() const {
    auto const now = held_since_ ? Steady::now() - *held_since_ : Steady::duration(0);
    return std::chrono::duration_cast<std::chrono::microseconds>(held_ + now);
  }
  long max_memory_mb() const {
    if (process_->running()) max_memory_mb_ = std::max(max_memory_mb_, peak_memory_mb(process_->pid()));
    return max_memory_mb_;
  }

 private:
  RuntimeApi::Events api_events() {  // called by the api, which we own
    return {.on_initialised =
                [this] {
                  max_memory_mb();  // of one that leaves in its first call nothing is left to read
                  end_init();
                  if (target_) target_->has_loaded();
                },
            .on_init_error = [this] { end_init(); },
            .on_answer = [this] { process_->read_pending(); },
            .on_deadline =
                [this] {
                  process_->read_pending();
                  kill();
                }};
  }

  void take_spare(Spares& spares, const Launch& launch, Process::OnLine on_line) {
    auto taken = spares.become(launch, std::move(on_line));
    own_folders_ = std::move(taken.folders);
    process_ = std::move(taken.process);
    loading_ = std::move(taken.loading);
  }

  Result<void> take_scratch() {
    if (!program_.scratch || is_isolated(program_)) return outcome::success();
    LIVE_TRY(auto folder, program_.scratch->folder());
    set_missing(program_.variables, "TMPDIR", folder.path().string());
    temporary_files_.emplace(std::move(folder));
    return outcome::success();
  }

  Result<void> begin(Executor executor, Launch& launch, Process::OnLine on_line) {
    if (launch.scratch) {
      LIVE_TRY(own_folders_, launch.scratch->own_folders(launch.reads));
      LIVE_TRY(own_folders_->put_in_opt(launch.layers));
      launch.command.mounts = own_folders_->mounts();
      if (auto const& root = launch.read_only; !root.empty())
        launch.command.mounts.push_back({root, root, Mount::Need::may, Mount::Access::read_only});
    }
    if (program_.cgroups && is_limited()) launch.command.cgroup = limited_cgroup();
    LIVE_TRY(process_, Process::start(std::move(executor), std::move(launch.command), std::move(on_line)));
    return outcome::success();
  }

  void end_init() {
    init_duration_ = std::chrono::ceil<std::chrono::milliseconds>(Steady::now() - started_);
    init_timer_.cancel();
    loading_.reset();
    if (is_owned_ && events_.on_initialised) events_.on_initialised();
  }

  void kill() {
    if (!process_ || !process_->running()) return;
    max_memory_mb();
    process_->signal(SIGKILL);
  }

  void open_to_debugger(Launch& launch) {
    if (!program_.debug_port) return;
    debugging_ = &program_.debug_port->debugging();
    target_ = program_.debug_port->add([this](DebugPort::Hold hold) { this->hold(hold); });
    DebugStart start{target_->url(), target_->title(), target_->has_to_wait(), std::nullopt};
    if (program_.auto_attach) start.auto_attach = *program_.auto_attach;
    debugging_->open(launch, program_, start);
  }

  Result<void> probe(const Executor& executor, Launch& launch) {
    init_waits_ = launch.init_waits;
    LIVE_TRY(probe_, DotnetProbe::open(executor, {.on_answer = [this] { pause_watch_->answered(); },
                                                  .on_init_goes_on = [this] { go_on(); }}));
    auto const init = init_waits_ ? DotnetProbe::Init::waits : DotnetProbe::Init::goes_on;
    set(launch.command.environment, DotnetProbe::kVariable, probe_->told(init));
    pause_watch_ = std::make_unique<PauseWatch>(
        executor,
        PauseWatch::Events{.is_wanted = [this] { return runs_something(); },
                           .is_attached = [this] { return has_dotnet_debugger(process_->pid()); },
                           .ask = [this] { probe_->ask(); },
                           .on_change = [this](PauseWatch::State state,
                                               Steady::time_point since) { follow_debugger(state, since); },
                           .on_ran = [this](Steady::duration time) { count(time); },
                           .on_abandoned = [this] { give_up_abandoned(); }});
    return outcome::success();
  }

  void tell_write(std::string_view file) {
    if (is_owned_ && events_.on_write) events_.on_write(api_->request_id(), std::filesystem::path(file));
  }

  void tell_outside(std::string_view packages) {
    if (is_owned_ && events_.on_outside) events_.on_outside(packages);
  }

  void tell_logged(std::string_view line) {
    if (is_owned_ && events_.on_logged) events_.on_logged(line);
  }

  void tell_left(std::string_view state_and_file) {
    auto const end = state_and_file.find(' ');
    if (end == std::string_view::npos || !is_owned_ || !events_.on_left) return;
    events_.on_left(std::filesystem::path(state_and_file.substr(end + 1)), state_and_file.substr(0, end));
  }

  bool is_of_debugger(std::string_view line) {
    if (!debugging_->listens) return false;
    if (auto const where = debugging_->listens(line)) target_->listens_at(*where);
    if (debugging_->goes_on && debugging_->goes_on(line)) target_->goes_on();
    if (debugging_->waits_to_be_left && debugging_->waits_to_be_left(line)) target_->waits_to_be_left();
    return debugging_->is_its_own(line);
  }

  void go_on() {
    init_waits_ = false;
    hold(DebugPort::Hold::none);
  }

  void follow_debugger(PauseWatch::State state, Steady::time_point since) {
    counts_only_what_ran_ = state != PauseWatch::State::alone;
    auto const now = state == PauseWatch::State::paused ? DebugPort::Hold::paused
                     : init_waits_                      ? DebugPort::Hold::attaching
                                                        : DebugPort::Hold::none;
    if (now != hold_)
      hold(now, since);
    else
      set_clocks();
  }

  void count(Steady::duration time) {
    if (program_.limits == Limits::lifted || held_since_) return;
    api_->count(time);
    init_limit_.count(time);
    if (!api_->initialised()) limit_init();
  }

  void give_up_abandoned() {
    constexpr std::string_view kWhy =
        "live: the debugger has ended, and has left this process stopped for good: it is ended, too";
    process_->read_pending();
    if (is_owned_ && events_.on_line) events_.on_line(api_->request_id(), Process::Stream::err, kWhy);
    kill();
  }

  void hold(DebugPort::Hold hold, Steady::time_point since = Steady::now()) {
    bool const holds = hold != DebugPort::Hold::none;
    hold_ = hold;
    if (holds && !held_since_) held_since_ = since;
    if (!holds && held_since_) held_ += Steady::now() - *std::exchange(held_since_, std::nullopt);
    set_clocks();
    api_->withhold_work(hold == DebugPort::Hold::settling);
    bool const concerns_a_call = api_->busy() || !api_->initialised();
    if (is_owned_ && concerns_a_call && events_.on_hold) events_.on_hold(api_->request_id(), hold);
  }

  void set_clocks() {
    api_->set_clocks(clocks());
    init_limit_.set(clocks(), Steady::now());
    if (!api_->initialised()) limit_init();
  }

  Countdown::State clocks() const {
    bool const stand = held_since_ || counts_only_what_ran_ || program_.limits == Limits::lifted;
    return stand ? Countdown::State::stands : Countdown::State::runs;
  }

  // What a debugger keeps of the process lies in the same memory: then nobody counts it.
  bool is_limited() const { return program_.limits == Limits::enforced && !target_ && !probe_; }

  // Limited before it begins: runtimes read then how much there is. Null: there can be none.
  std::shared_ptr<Cgroup> limited_cgroup() const {
    auto made = program_.cgroups->make();
    bool const limits = made && made.value()->limit_memory(program_.memory_mb);
    return limits ? std::move(made.value()) : nullptr;
  }

  // One that waited has its limit from now on, for what it has taken before as well.
  void limit_memory(const Executor& executor) {
    if (!is_limited()) return;
    auto* const cgroup = process_->cgroup();
    if (cgroup && cgroup->limit_memory(program_.memory_mb)) return;
    memory_watch_ = std::make_unique<MemoryWatch>(
        executor, process_->pid(), program_.memory_mb,
        MemoryWatch::Events{.is_wanted = [this] { return runs_something(); },
                            .on_exceeded = [this](long used_mb) { exceed_memory(used_mb); }});
    memory_watch_->wake();
  }

  bool runs_something() const { return process_->running() && (!api_->initialised() || api_->busy()); }

  void exceed_memory(long used_mb) {
    process_->read_pending();
    tell_exceeded(used_mb);
    kill();
  }

  void tell_exceeded(long used_mb) {
    if (is_owned_ && events_.on_memory_exceeded) events_.on_memory_exceeded(api_->request_id(), used_mb);
  }

  // The kernel has ended it, as it was about to use more.
  void tell_if_out_of_memory() {
    auto const* const cgroup = process_->cgroup();
    if (!cgroup || !cgroup->ran_out_of_memory()) return;
    max_memory_mb_ = std::max<long>(max_memory_mb_, program_.memory_mb);
    tell_exceeded(program_.memory_mb);
  }

  void limit_init() {
    init_timer_.expires_at(init_limit_.end());
    init_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      auto self = weak.lock();
      if (error || !self) return;
      self->api_->init_timed_out(self->program_.init_timeout);
      self->kill();
    });
  }

  static Async<void> follow(std::shared_ptr<Environs> self) {
    ExitStatus status = co_await self->process_->wait();
    self->init_timer_.cancel();
    self->tell_if_out_of_memory();
    self->loading_.reset();
    self->target_.reset();
    self->pause_watch_.reset();
    self->probe_.reset();
    self->temporary_files_.reset();
    self->own_folders_.reset();
    self->api_->end(status);
    if (self->is_owned_ && self->events_.on_exit) self->events_.on_exit();
  }

  Program program_;
  Worker::Events events_;
  Steady::time_point started_;
  Countdown init_limit_;
  asio::steady_timer init_timer_;
  std::chrono::milliseconds init_duration_{0};
  mutable long max_memory_mb_ = 0;
  bool is_owned_ = true;
  std::optional<TempDir> temporary_files_;  // where it is not isolated
  std::optional<OwnFolders> own_folders_;
  const Debugging* debugging_ = nullptr;
  std::unique_ptr<DebugPort::Target> target_;  // where a debugger may look into it
  bool init_waits_ = false;                    // for a debugger that attaches to the process
  bool counts_only_what_ran_ = false;          // one is attached
  DebugPort::Hold hold_ = DebugPort::Hold::none;
  Steady::duration held_{};
  std::optional<Steady::time_point> held_since_;
  std::unique_ptr<RuntimeApi> api_;
  std::unique_ptr<Process> process_;
  Spares::Loading loading_;
  std::unique_ptr<MemoryWatch> memory_watch_;
  std::unique_ptr<DotnetProbe> probe_;
  std::unique_ptr<PauseWatch> pause_watch_;
};

class LocalWorker final : public Worker {
 public:
  explicit LocalWorker(std::shared_ptr<Environs> environs) : environs_(std::move(environs)) {}
  ~LocalWorker() override { environs_->close(); }
  Async<Reply> invoke(Invocation invocation) override { return environs_->invoke(std::move(invocation)); }
  Async<bool> ready() override { return environs_->api().asks(); }
  bool alive() const override {
    return environs_->api().alive() && environs_->process().running() && !environs_->is_spent();
  }
  bool busy() const override { return environs_->api().busy(); }
  pid_t pid() const override { return environs_->process().pid(); }
  std::chrono::milliseconds init_duration() const override { return environs_->init_duration(); }
  std::chrono::microseconds held() const override { return environs_->held(); }
  long max_memory_mb() const override { return environs_->max_memory_mb(); }
  Async<void> stop() override { return Environs::stop(environs_); }

 private:
  std::shared_ptr<Environs> environs_;
};

}  // namespace

Result<std::unique_ptr<Worker>> Worker::start(Executor executor, const Clock& clock, Ids& ids,
                                              Program program, Events events, Spares* spares) {
  auto environs = std::make_shared<Environs>(executor, std::move(program), std::move(events));
  LIVE_TRY(environs->start(executor, clock, ids, spares));
  return std::make_unique<LocalWorker>(std::move(environs));
}

}  // namespace live
