#include "cli/bench_site.h"

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/ranges.h>

#include "cli/bench_calls.h"
#include "cli/command.h"

namespace live::cli::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view kVersion = "const version = 0;";
constexpr auto kLook = 200ms;  // at its memory, and whether it runs; what it says is heard at once
constexpr auto kGrace = 15s;

// "… ← 1  31.4 ms (init 31 ms, handler 0.4 ms)": what `live start` says of a call that started its worker.
std::optional<double> init_in(std::string_view line) {
  auto const at = line.find("init ");
  if (at == line.npos || line.find(" ← ") == line.npos) return std::nullopt;
  char* unit = nullptr;
  std::string const rest(line.substr(at + 5));
  double const value = std::strtod(rest.c_str(), &unit);
  return std::string_view(unit).starts_with(" s") ? value * 1000 : value;
}

}  // namespace

Site::Site(Executor executor, TempDir folder, Launch launch, Tell tell)
    : executor_(executor),
      folder_(std::move(folder)),
      app_(folder_.path() / kApp),
      launch_(std::move(launch)),
      tell_(std::move(tell)),
      heard_(executor) {}

Result<std::unique_ptr<Site>> Site::create(Executor executor, Launch launch, Tell tell) {
  LIVE_TRY(auto folder, TempDir::create("live-bench"));
  auto site =
      std::unique_ptr<Site>(new Site(executor, std::move(folder), std::move(launch), std::move(tell)));
  LIVE_TRY(site->make_app());
  return site;
}

Result<void> Site::make_app() {
  auto const source = shipped_folder("bench") / "app";
  auto const modules = shipped_folder("host") / "node_modules";
  if (!std::filesystem::is_directory(source))
    return fault("the bench's app is not shipped with this executable: run live from the repository's build");
  if (!std::filesystem::is_directory(modules / "aws-cdk-lib"))
    return fault("there is no aws-cdk-lib in " + modules.string() + ": run `npm ci` in " +
                 modules.parent_path().string());
  std::error_code failed;
  std::filesystem::copy(source, app_, std::filesystem::copy_options::recursive, failed);
  if (!failed) std::filesystem::create_directory_symlink(modules, app_ / "node_modules", failed);
  if (failed) return fault("copying the bench's app to " + app_.string() + ": " + failed.message());
  LIVE_TRY(edited_, read_file(app_ / "src" / "edit.js"));
  if (edited_.find(kVersion) == edited_.npos) return fault("the bench's app has no version to edit");
  return outcome::success();
}

void Site::take(std::string_view line) {
  tell_(line);
  last_lines_.append(line).append("\n");
  if (last_lines_.size() > 8000) last_lines_.erase(0, last_lines_.size() - 4000);
  if (line.find("Listening for requests") != line.npos) listening_ = true;
  if (line.find(" → ") != line.npos) ++received_;
  if (auto const init = init_in(line)) worker_start_ms_ = init;
  if (listening_) heard_.cancel();
}

Result<std::unique_ptr<Process>> Site::start(std::string_view command) {
  last_lines_.clear();
  Command live{.arguments = {own_program().string(), std::string(command), "--no-color", "--yes"},
               .environment = launch_.environment,
               .inherits_environment = true,
               .folder = app_};
  live.arguments.insert(live.arguments.end(), launch_.options.begin(), launch_.options.end());
  return Process::start(executor_, std::move(live),
                        [this](Process::Stream, std::string_view line) { take(line); });
}

Async<Result<double>> Site::start_session() {
  if (closed_) co_return fault("the bench is about to end");
  auto const started = Steady::now();
  listening_ = false;
  received_ = 0;
  LIVE_CO_TRY(session_, start("start"));
  auto const until = started + launch_.patience;
  while (!listening_ && session_ && session_->running() && Steady::now() < until) {
    boost::system::error_code ignored;
    auto const seen = processes_of(kNoProcess, session_->pid());
    host_peak_mb_ =
        std::max(host_peak_mb_, rss_mb(seen, Seen::Role::host) + rss_mb(seen, Seen::Role::toolkit));
    heard_.expires_after(kLook);
    co_await heard_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (listening_) co_return ms_since(started);
  bool const ended = !session_ || !session_->running();
  co_return fault((ended ? "`live start` ended" : "`live start` does not listen yet") +
                  (":\n" + last_lines_));
}

Async<ExitStatus> Site::end_of(Process& process, std::chrono::seconds patience) {
  asio::steady_timer timer(executor_, patience);
  timer.async_wait([&process](boost::system::error_code error) {
    if (!error) process.signal(SIGKILL);
  });
  auto const status = co_await process.wait();
  timer.cancel();
  co_return status;
}

Async<void> Site::stop_session() {
  auto const session = session_;
  if (!session) co_return;
  session->signal(SIGINT);
  co_await end_of(*session, kGrace);
  if (session_ == session) session_.reset();
}

Async<void> Site::close() {
  closed_ = true;
  return stop_session();
}

Async<Result<void>> Site::remove() {
  LIVE_CO_TRY(auto process, start("remove"));
  auto const status = co_await end_of(*process, launch_.patience);
  if (status.ok()) co_return outcome::success();
  co_return fault("`live remove`, " + to_string(status) + ":\n" + last_lines_);
}

std::string Site::remove_by_hand() const {
  return fmt::format("cd {} && {} remove {}", app_.string(), own_program().string(),
                     fmt::join(launch_.options, " "));
}

std::optional<double> Site::worker_start_ms() { return std::exchange(worker_start_ms_, std::nullopt); }

Result<void> Site::write_version(int version, Write how) {
  auto text = edited_;
  text.replace(text.find(kVersion), kVersion.size(), fmt::format("const version = {};", version));
  auto const path = app_ / "src" / "edit.js";
  if (how == Write::renamed) return write_file(path, text);
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fault("writing " + path.string() + " failed");
  return outcome::success();
}

}  // namespace live::cli::bench
