#include "runtime/spares.h"

#include <algorithm>
#include <set>

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/launch.h"
#include "runtime/scratch.h"
#include "runtime/spare_process.h"

namespace live {

namespace {

// When a save needs more workers than wait, more wait for the next one: as many as there are callers at once.
constexpr size_t kMostWaiting = 3;
constexpr std::chrono::minutes kCalm{2};

// The next one starts when the function of the last is loaded and has had time to answer.
constexpr std::chrono::milliseconds kAnswers{20}, kLoads{500};

constexpr std::string_view kReadAtStart[] = {"NODE_",   "LD_",    "UV_",    "LC_",  "OPENSSL_", "SSL_",
                                             "MALLOC_", "GLIBC_", "PYTHON", "RUBY", "GEM_",     "BUNDLE_"};

bool is_read_at_start(std::string_view name) {
  if (name == "NODE_ENV" || name == "NODE_PATH" || name == "PYTHONPATH" || name == "RUBYLIB" ||
      name == "GEM_PATH")
    return false;
  return std::ranges::any_of(kReadAtStart, [name](auto prefix) { return name.starts_with(prefix); });
}

constexpr const char* kCertificates = "NODE_EXTRA_CA_CERTS";  // a spare starts with our own

constexpr size_t kMostDependencies = 2;  // of some 20 MB each, where the AWS SDK is in it
constexpr size_t kMostLoaded = 6;        // lists, of files that are the same for many functions

// The last one named is the last. True: it is a new one.
bool put_last(std::vector<std::filesystem::path>& files, const std::filesystem::path& file, size_t most) {
  const bool is_new = std::erase(files, file) == 0;
  files.push_back(file);
  if (files.size() > most) files.erase(files.begin());
  return is_new;
}

}  // namespace

// Of one runtime: the processes that wait.
struct Spares::Bench : std::enable_shared_from_this<Bench> {
  Bench(Executor executor, Command of, Surroundings surroundings)
      : executor(executor), spare(std::move(of)), surroundings(surroundings), timer(executor) {}

  bool start() {
    auto started = SpareProcess::start(executor, spare, surroundings);
    if (!started) return false;
    for (const auto& file : dependencies) started->compile("dependencies", file);
    for (const auto& list : loaded) started->compile("loaded", list);
    waiting.push_back(std::move(*started));
    return true;
  }

  // First calls come together, as where one function calls the next.
  size_t fewest() const { return functions > called.size() + 1 ? 2 : 1; }

  // Those that cannot reach it were begun before somebody needed it.
  void let_go_of_those_without(const Reachable& reads) {
    std::erase_if(waiting, [&](const SpareProcess& one) { return !one.reaches(reads); });
  }

  // One that runs, or nothing. Its place is filled later, and one more is wanted where there was none.
  std::optional<SpareProcess> take() {
    std::erase_if(waiting, [](auto& one) { return !one.running(); });
    std::optional<SpareProcess> taken;
    if (!waiting.empty()) {
      taken = std::move(waiting.front());
      waiting.erase(waiting.begin());
    } else if (was_filled) {
      wanted = std::min(std::max(wanted, fewest()) + 1, kMostWaiting);
    }
    was_filled = was_filled && taken;
    if (taken || !is_filling) fill_after(kLoads);
    return taken;
  }

  // One for all that are loading: it ends with the last of them.
  Loading load() {
    auto held = loading.lock();
    if (held) return held;
    held = Loading(this, [weak = weak_from_this()](void*) {
      if (auto self = weak.lock(); self && self->is_filling) self->fill_after(kAnswers);
    });
    loading = held;
    return held;
  }

  void fill_after(std::chrono::milliseconds pause) {
    is_filling = true;
    timer.expires_after(pause);
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (auto self = weak.lock(); self && !error) self->fill();
    });
  }

  void fill() {
    for (auto& one : waiting)  // the lists may have changed
      for (const auto& list : loaded) one.compile("loaded", list);
    while (waiting.size() < std::max(wanted, fewest()) && start()) {
    }
    is_filling = false;
    was_filled = true;
    if (wanted > 1) rest_later();
  }

  void prepare(size_t of_functions) {
    functions = of_functions;
    if (is_filling) return;
    if (waiting.empty()) start();
    if (waiting.size() < fewest()) fill_after(kLoads);
  }

  // So many at once are not needed for ever.
  void rest_later() {
    timer.expires_after(kCalm);
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      auto self = weak.lock();
      if (!self || error) return;
      self->wanted = 1;
      const auto kept = std::min(self->waiting.size(), self->fewest());
      self->waiting.erase(self->waiting.begin() + long(kept), self->waiting.end());
    });
  }

  void compile_ahead(const std::filesystem::path& file) {
    if (!put_last(dependencies, file, kMostDependencies)) return;
    for (auto& one : waiting) one.compile("dependencies", file);
  }

  Executor executor;
  Command spare;
  Surroundings surroundings;
  asio::steady_timer timer;  // until the next one starts, or those above one leave
  std::vector<SpareProcess> waiting;
  std::weak_ptr<void> loading;
  size_t wanted = 1, functions = 1;
  std::set<std::string> called;  // of them, so far
  bool is_filling = false;
  bool was_filled = true;                                   // since one was missing
  std::vector<std::filesystem::path> dependencies, loaded;  // what they compile
};

Spares::Spares(Executor executor, Surroundings surroundings)
    : executor_(executor),
      surroundings_(surroundings),
      certificates_(own_certificates()),
      preloaded_(std::move(executor), surroundings) {}

Spares::~Spares() {
  for (auto& [name, bench] : benches_) bench->timer.cancel();
}

Spares::Bench& Spares::bench_of(const Command& spare) {
  auto& bench = benches_[fmt::format("{}", fmt::join(spare.arguments, " "))];
  if (!bench) bench = std::make_shared<Bench>(executor_, spare, surroundings_);
  return *bench;
}

void Spares::prepare(const Command& spare, size_t functions) { bench_of(spare).prepare(functions); }

void Spares::compile_ahead(const Command& spare, const std::filesystem::path& dependencies) {
  bench_of(spare).compile_ahead(dependencies);
}

size_t Spares::waiting(const Command& spare) const {
  const auto found = benches_.find(fmt::format("{}", fmt::join(spare.arguments, " ")));
  if (found == benches_.end()) return 0;
  return size_t(std::ranges::count_if(found->second->waiting, [](auto& one) { return one.running(); }));
}

bool Spares::can_become(const Launch& launch) const {
  if (!launch.spare) return false;
  return std::ranges::none_of(launch.command.environment, [this](const auto& one) {
    const auto& [name, value] = one;
    return is_read_at_start(name) && !(name == kCertificates && value == certificates_);
  });
}

Spares::Taken Spares::become(const Launch& launch, Process::OnLine on_line) {
  auto* const scratch = surroundings_.scratch;
  bool const is_isolated = scratch && scratch->isolates();
  if (!can_become(launch) || launch.scratch != (is_isolated ? scratch : nullptr)) return {};
  auto understudy = preloaded_.become(launch, on_line);
  preloaded_.expect(launch);
  if (understudy.process) return {std::move(understudy.folders), std::move(understudy.process), {}};
  auto& bench = bench_of(*launch.spare);
  bench.called.insert(launch.function);
  bench.let_go_of_those_without(launch.reads);
  auto taken = bench.take();
  auto loading = bench.load();
  if (!taken) return {.loading = std::move(loading)};
  if (!launch.loaded.empty()) put_last(bench.loaded, launch.loaded, kMostLoaded);
  auto [folders, process] = std::move(*taken).become(launch, std::move(on_line));
  return {std::move(folders), std::move(process), std::move(loading)};
}

}  // namespace live
