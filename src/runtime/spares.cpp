#include "runtime/spares.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.h"
#include "runtime/launch.h"

namespace live {

namespace {

// The next one starts when the last has had time to load its function: both would be slower at once.
constexpr std::chrono::milliseconds pause{250};

constexpr std::string_view kReadAtStart[] = {"NODE_",   "LD_",    "UV_",    "LC_",  "OPENSSL_", "SSL_",
                                             "MALLOC_", "GLIBC_", "PYTHON", "RUBY", "GEM_",     "BUNDLE_"};

bool is_read_at_start(std::string_view name) {
  if (name == "NODE_ENV" || name == "NODE_PATH") return false;
  return std::ranges::any_of(kReadAtStart, [name](auto prefix) { return name.starts_with(prefix); });
}

// How the developer's machine reaches the network: every worker has it, so the spare starts with it too.
constexpr const char* kCertificates = "NODE_EXTRA_CA_CERTS";

std::string own_certificates() {
  const auto* value = getenv(kCertificates);
  return value ? value : "";
}

std::string order_to_become(const Command& command) {
  json::object environment;
  for (const auto& [name, value] : command.environment) environment[name] = value;
  json::object order{{"folder", command.folder.string()}, {"environment", std::move(environment)}};
  return json::serialize(order) + "\n";
}

std::string order_to_compile(const std::filesystem::path& dependencies) {
  return json::serialize(json::object{{"dependencies", dependencies.string()}}) + "\n";
}

constexpr size_t kMostAhead = 2;  // of some 20 MB each, where the AWS SDK is in it

Async<void> tell(Async<Result<void>> written) { (void)co_await std::move(written); }

}  // namespace

// Of one runtime: the process that waits.
struct Spares::Bench : std::enable_shared_from_this<Bench> {
  Bench(Executor executor, Command spare) : executor(executor), spare(std::move(spare)), refill(executor) {
    if (!certificates.empty()) this->spare.environment.emplace_back(kCertificates, certificates);
  }

  void start() {
    auto on_line = std::make_shared<Process::OnLine>();
    auto started = Process::start(executor, spare, [on_line](Process::Stream stream, std::string_view line) {
      if (*on_line) (*on_line)(stream, line);
    });
    if (!started) return;  // a fresh process will fail too, and say why
    process = std::move(started.value());
    line_sink = std::move(on_line);
    for (const auto& dependencies : ahead) order(order_to_compile(dependencies));
  }

  void compile_ahead(const std::filesystem::path& dependencies) {
    const bool is_known = std::erase(ahead, dependencies) > 0;
    ahead.push_back(dependencies);
    if (ahead.size() > kMostAhead) ahead.erase(ahead.begin());
    if (!is_known && process) order(order_to_compile(dependencies));
  }

  void order(std::string line) {
    asio::co_spawn(executor, tell(process->write(std::move(line))), asio::detached);
  }

  void start_soon() {
    refill.expires_after(pause);
    refill.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (auto self = weak.lock(); self && !error) self->start();
    });
  }

  bool is_about_to_start() const { return refill.expiry() > asio::steady_timer::clock_type::now(); }

  Executor executor;
  Command spare;
  const std::string certificates = own_certificates();
  asio::steady_timer refill;
  std::unique_ptr<Process> process;
  std::shared_ptr<Process::OnLine> line_sink;  // set when it becomes somebody's
  std::vector<std::filesystem::path> ahead;    // what it compiles; the last one named is the last
};

Spares::Spares(Executor executor) : executor_(std::move(executor)) {}

Spares::~Spares() {
  for (auto& [name, bench] : benches_) bench->refill.cancel();
}

Spares::Bench& Spares::bench_of(const Command& spare) {
  auto& bench = benches_[fmt::format("{}", fmt::join(spare.arguments, " "))];
  if (!bench) bench = std::make_shared<Bench>(executor_, spare);
  return *bench;
}

void Spares::prepare(const Command& spare) {
  auto& bench = bench_of(spare);
  if (!bench.process && !bench.is_about_to_start()) bench.start();
}

void Spares::compile_ahead(const Command& spare, const std::filesystem::path& dependencies) {
  bench_of(spare).compile_ahead(dependencies);
}

bool Spares::one_waits(const Command& spare) const {
  auto const found = benches_.find(fmt::format("{}", fmt::join(spare.arguments, " ")));
  return found != benches_.end() && found->second->process && found->second->process->running();
}

std::unique_ptr<Process> Spares::become(const Launch& launch, Process::OnLine on_line) {
  if (!launch.spare) return nullptr;
  auto& bench = bench_of(*launch.spare);
  for (const auto& [name, value] : launch.command.environment)
    if (is_read_at_start(name) && !(name == kCertificates && value == bench.certificates)) return nullptr;
  auto process = std::exchange(bench.process, nullptr);
  if (process || !bench.is_about_to_start()) bench.start_soon();
  if (!process || !process->running()) return nullptr;
  *bench.line_sink = std::move(on_line);
  asio::co_spawn(executor_, tell(process->write(order_to_become(launch.command))), asio::detached);
  return process;
}

}  // namespace live
