#include "runtime/spares.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/json.h"
#include "runtime/launch.h"

namespace live {

namespace {

// The next one starts when the last has had time to load its function: both would be slower at once.
constexpr std::chrono::milliseconds pause{250};

bool is_read_at_start(std::string_view name) {
  if (name == "NODE_ENV" || name == "NODE_PATH") return false;
  for (std::string_view prefix : {"NODE_", "LD_", "UV_", "LC_", "OPENSSL_", "SSL_", "MALLOC_", "GLIBC_"})
    if (name.starts_with(prefix)) return true;
  return false;
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

Async<void> tell(Async<Result<void>> written) { (void)co_await std::move(written); }

}  // namespace

struct Spares::Bench : std::enable_shared_from_this<Bench> {
  Bench(Executor executor, std::filesystem::path runtimes)
      : executor(executor), runtimes(std::move(runtimes)), refill(executor) {}

  void start() {
    auto on_line = std::make_shared<Process::OnLine>();
    auto command = node_spare(runtimes);
    if (!certificates.empty()) command.environment.emplace_back(kCertificates, certificates);
    auto started = Process::start(executor, std::move(command),
                                  [on_line](Process::Stream stream, std::string_view line) {
                                    if (*on_line) (*on_line)(stream, line);
                                  });
    if (!started) return;  // a fresh process will fail too, and say why
    process = std::move(started.value());
    line_sink = std::move(on_line);
  }

  void start_soon() {
    refill.expires_after(pause);
    refill.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (auto self = weak.lock(); self && !error) self->start();
    });
  }

  Executor executor;
  std::filesystem::path runtimes;
  const std::string certificates = own_certificates();
  asio::steady_timer refill;
  std::unique_ptr<Process> process;
  std::shared_ptr<Process::OnLine> line_sink;  // set when it becomes somebody's
};

Spares::Spares(Executor executor, std::filesystem::path runtimes)
    : bench_(std::make_shared<Bench>(executor, std::move(runtimes))) {
  bench_->start();
}

Spares::~Spares() { bench_->refill.cancel(); }

bool Spares::one_waits() const { return bench_->process && bench_->process->running(); }

std::unique_ptr<Process> Spares::become(const Command& command, Process::OnLine on_line) {
  for (const auto& [name, value] : command.environment)
    if (is_read_at_start(name) && !(name == kCertificates && value == bench_->certificates)) return nullptr;
  auto process = std::exchange(bench_->process, nullptr);
  if (process || bench_->refill.expiry() <= asio::steady_timer::clock_type::now()) bench_->start_soon();
  if (!process || !process->running()) return nullptr;
  *bench_->line_sink = std::move(on_line);
  asio::co_spawn(bench_->executor, tell(process->write(order_to_become(command))), asio::detached);
  return process;
}

}  // namespace live
