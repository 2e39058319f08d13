#include "cli/bench_site.h"

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cli/bench_calls.h"
#include "cli/bench_processes.h"
#include "cli/command.h"

namespace live::cli::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view kVersion = "const version = 0;";
constexpr auto kStartTimeout = 240s;
constexpr auto kLook = 200ms;  // at its memory, and whether it runs; what it says is heard at once
constexpr auto kGrace = 15s;

// "… (init 31 ms, handler 0.4 ms)": what `live start` says of a call that started its worker.
std::optional<double> init_in(std::string_view line) {
  auto const at = line.find("init ");
  if (at == line.npos || line.find("handler") == line.npos) return std::nullopt;
  char* unit = nullptr;
  std::string const rest(line.substr(at + 5));
  double const value = std::strtod(rest.c_str(), &unit);
  return std::string_view(unit).starts_with(" s") ? value * 1000 : value;
}

}  // namespace

Site::Site(Executor executor, TempDir folder, Tell tell)
    : executor_(executor), folder_(std::move(folder)), tell_(std::move(tell)), heard_(executor) {}

Site::~Site() {
  session_.reset();
  auto const stopped = cli::stop_cloud(state());
  if (stopped.has_error()) tell_(stopped.error().message);
}

Result<std::unique_ptr<Site>> Site::create(Executor executor, Tell tell) {
  LIVE_TRY(auto folder, TempDir::create("live-bench"));
  auto site = std::unique_ptr<Site>(new Site(executor, std::move(folder), std::move(tell)));
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
  std::filesystem::copy(source, app(), std::filesystem::copy_options::recursive, failed);
  if (!failed) std::filesystem::create_directory_symlink(modules, app() / "node_modules", failed);
  if (failed) return fault("copying the bench's app to " + app().string() + ": " + failed.message());
  LIVE_TRY(edited_, read_file(app() / "src" / "edit.js"));
  if (edited_.find(kVersion) == edited_.npos) return fault("the bench's app has no version to edit");
  return outcome::success();
}

Result<double> Site::start_cloud(std::vector<std::string> options) {
  auto const started = Steady::now();
  LIVE_TRY(cloud_, ensure_cloud(state(), std::move(options)));
  return ms_since(started);
}

Result<void> Site::stop_cloud() {
  LIVE_TRY(cli::stop_cloud(state()));
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

Async<Result<double>> Site::start_session() {
  auto const started = Steady::now();
  listening_ = false;
  received_ = 0;
  last_lines_.clear();
  Command command{
      .arguments = {own_program().string(), "start", "--local", "--stage", "bench", "--no-color", "--yes"},
      .environment = {{"LIVE_HOME", (folder_.path() / "home").string()}},
      .inherits_environment = true,
      .folder = app()};
  auto on_line = [this](Process::Stream, std::string_view line) { take(line); };
  LIVE_CO_TRY(session_, Process::start(executor_, std::move(command), std::move(on_line)));
  auto const until = started + kStartTimeout;
  while (!listening_ && session_->running() && Steady::now() < until) {
    boost::system::error_code ignored;
    auto const seen = processes_of(cloud_.pid, session_->pid());
    host_peak_mb_ = std::max(host_peak_mb_, rss_mb(seen, Seen::Role::host));
    heard_.expires_after(kLook);
    co_await heard_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (listening_) co_return ms_since(started);
  co_return fault((session_->running() ? "`live start` does not listen yet" : "`live start` ended") +
                  (":\n" + last_lines_));
}

Async<void> Site::stop_session() {
  if (!session_) co_return;
  session_->signal(SIGINT);
  asio::steady_timer patience(executor_, kGrace);
  patience.async_wait([this](boost::system::error_code error) {
    if (!error && session_) session_->signal(SIGKILL);
  });
  co_await session_->wait();
  patience.cancel();
  session_.reset();
}

std::optional<double> Site::worker_start_ms() { return std::exchange(worker_start_ms_, std::nullopt); }

Result<void> Site::write_version(int version, Write how) {
  auto text = edited_;
  text.replace(text.find(kVersion), kVersion.size(), fmt::format("const version = {};", version));
  auto const path = app() / "src" / "edit.js";
  if (how == Write::renamed) return write_file(path, text);
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) return fault("writing " + path.string() + " failed");
  return outcome::success();
}

}  // namespace live::cli::bench
