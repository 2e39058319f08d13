#include "runtime/delve.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/timer.h"
#include "process/process.h"
#include "runtime/dap.h"
#include "runtime/launchers.h"

namespace live {

namespace {

namespace fs = std::filesystem;

constexpr auto kStart = std::chrono::seconds(30);  // a large program's symbols are read first
constexpr std::chrono::milliseconds kDetaches{5'000};
constexpr std::string_view kListens = "API server listening at: ";

// Of one process, for one debugger.
struct Delve {
  explicit Delve(const Executor& executor) : listens(executor) { listens.expires_after(kStart); }
  std::unique_ptr<Process> process;
  std::string where, last_line;
  Timer listens;  // cancelled when it does, or has ended

  void hear(std::string_view line) {
    last_line = line;
    if (!line.starts_with(kListens)) return;
    where = line.substr(kListens.size());
    listens.cancel();
  }
};

Async<void> follow(std::shared_ptr<Delve> delve) {
  co_await delve->process->wait();
  delve->listens.cancel();
}

// Told so, it takes its breakpoints out of the process; killed, it would leave them there.
Async<void> detach(std::shared_ptr<Delve> delve, Executor executor) {
  delve->process->signal(SIGINT);
  Timer patience(executor);
  patience.expires_after(kDetaches);
  patience.on_expiry([delve] { delve->process->signal(SIGKILL); });
  co_await delve->process->wait();
  patience.cancel();
}

class DelveWire final : public DebugWire {
 public:
  DelveWire(Executor executor, std::shared_ptr<Delve> delve, DebugWirePtr wire, pid_t held)
      : executor_(std::move(executor)), delve_(std::move(delve)), wire_(std::move(wire)), held_(held) {}
  ~DelveWire() override { drop(); }

  // Once it answers it has attached: the process is held by it, and by nobody else.
  Async<Result<std::string>> read() override {
    auto message = co_await wire_->read();
    if (held_ != 0) ::kill(std::exchange(held_, 0), SIGCONT);
    co_return message;
  }
  Async<Result<void>> write(std::string message) override { return wire_->write(std::move(message)); }
  void end() override { wire_->end(); }
  void drop() override {
    wire_->drop();
    if (delve_) asio::co_spawn(executor_, detach(std::exchange(delve_, nullptr), executor_), asio::detached);
  }

 private:
  Executor executor_;
  std::shared_ptr<Delve> delve_;
  DebugWirePtr wire_;
  pid_t held_;
};

class DelveProtocol final : public SocketProtocol {
 public:
  DelveProtocol() : SocketProtocol(dap_message_size) {}
  std::unique_ptr<DebugTalk> talk() const override { return dap_talk(); }

  Async<Result<DebugWirePtr>> dial(Executor executor, std::string pid) const override {
    auto const delve = std::make_shared<Delve>(executor);
    Command command{.arguments = {find_delve(), "attach", pid, "--headless", "--api-version=2",
                                  "--listen=127.0.0.1:0", "--check-go-version=false"},
                    .inherits_environment = true};
    auto on_line = [weak = std::weak_ptr(delve)](Process::Stream, std::string_view line) {
      if (auto const one = weak.lock()) one->hear(line);
    };
    LIVE_CO_TRY(delve->process, Process::start(executor, std::move(command), std::move(on_line)));
    asio::co_spawn(executor, follow(delve), asio::detached);
    co_await delve->listens.wait();
    if (delve->where.empty()) co_return fault("delve does not attach: " + delve->last_line);
    LIVE_CO_TRY(auto wire, co_await SocketProtocol::dial(executor, delve->where));
    DebugWirePtr attached = std::make_unique<DelveWire>(executor, delve, std::move(wire), std::stoi(pid));
    co_return attached;
  }

  Async<bool> let_go(Executor, std::string pid, std::function<bool()>) const override {
    ::kill(std::stoi(pid), SIGCONT);
    co_return true;
  }
};

}  // namespace

fs::path find_delve() {
  auto const home = ours("HOME", "/root");
  auto const installed = ours("GOBIN", "") + ":" + ours("GOPATH", (home + "/go").c_str()) + "/bin";
  return on_path("dlv", ours("PATH", "/usr/local/bin:/usr/bin:/bin") + ":" + installed);
}

std::shared_ptr<const SocketProtocol> delve_protocol() { return std::make_shared<DelveProtocol>(); }

}  // namespace live
