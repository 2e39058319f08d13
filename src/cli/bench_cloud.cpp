#include "cli/bench_cloud.h"

#include "base/json.h"
#include "cli/bench_calls.h"
#include "cli/command.h"

namespace live::cli::bench {

OwnCloud::OwnCloud(TempDir home) : home_(std::move(home)) {}

OwnCloud::~OwnCloud() {
  auto const stopped = stop();
  if (stopped.has_error()) report(stopped.error());
}

Result<std::unique_ptr<OwnCloud>> OwnCloud::create() {
  LIVE_TRY(auto home, TempDir::create("live-bench-home"));
  return std::unique_ptr<OwnCloud>(new OwnCloud(std::move(home)));
}

Result<double> OwnCloud::start(std::vector<std::string> options) {
  auto const started = std::chrono::steady_clock::now();
  LIVE_TRY(cloud_, ensure_cloud(state(), std::move(options)));
  double const took = ms_since(started);
  settings_ = {"us-east-1", net::Endpoint{.host = "127.0.0.1", .port = cloud_.port}};
  credentials_ = std::make_unique<aws::StaticCredentials>(
      aws::Credentials{cloud_.access_key, cloud_.secret_key, "", std::nullopt});
  return took;
}

Result<void> OwnCloud::stop() {
  LIVE_TRY(stop_cloud(state()));
  return outcome::success();
}

std::vector<pid_t> OwnCloud::stubs() const {
  std::vector<pid_t> stubs;
  for (auto const& one : processes_of(pid(), kNoProcess))
    if (one.role == Seen::Role::stub) stubs.push_back(one.pid);
  return stubs;
}

Result<pid_t> OwnCloud::a_stub() const {
  auto const running = stubs();
  if (running.empty()) return fault("no stub runs");
  return running.front();
}

Launch OwnCloud::launch() const {
  return {.options = {"--local", "--stage", stage_},
          .environment = {{"LIVE_HOME", home_.path().string()}},
          .patience = 240s};
}

// As a running stub has it.
Async<Result<aws::RelayAddress>> OwnCloud::debug_stack() {
  LIVE_CO_TRY(auto stub, a_stub());
  LIVE_CO_TRY(auto text, read_file(program_of(stub).parent_path() / "live.json"));
  LIVE_CO_TRY(auto config, parse_json_object(text));
  co_return aws::RelayAddress{string_or(config, "region"), string_or(config, "url"),
                              string_or(config, "endpoint"), string_or(config, "table"),
                              string_or(config, "bucket")};
}

}  // namespace live::cli::bench
