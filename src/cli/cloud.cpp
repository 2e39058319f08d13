// live cloud: the embedded AWS in the foreground, and what becomes of one in the background.
#include "cloud/cloud.h"

#include <unistd.h>

#include <csignal>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>

#include "cli/cloud_process.h"
#include "cli/command.h"

namespace live::cli {

namespace {

constexpr std::chrono::milliseconds kFarewell{300};  // a batch of log lines leaves after 200

struct Options {
  int port = -1;  // -1: not given
  std::string state;
  std::string latency;
  std::string faults;
  std::string access_key = "test", secret_key = "test";
  std::string runtimes;
  bool quiet = false;
  int ready_fd = -1;
  double websocket_idle_s = 600, websocket_lifetime_s = 7'200, integration_timeout_s = 29;  // AWS's quotas
  double retry_delay_s = 60;

  std::filesystem::path folder() const {
    return std::filesystem::absolute(state.empty() ? default_cloud_state() : std::filesystem::path(state));
  }
};

Result<cloud::CloudOptions> cloud_options(const Options& options) {
  cloud::CloudOptions result;
  LIVE_TRY(result.latency, cloud::parse_latency(options.latency));
  RandomIds ids;
  LIVE_TRY(result.faults, cloud::Faults::parse(options.faults, cloud::Faults::seed_from(ids)));
  if (options.port >= 0) {
    result.port = static_cast<uint16_t>(options.port);
    result.port_is_fixed = true;
  }
  result.state = options.folder();
  result.access_key = options.access_key;
  result.secret_key = options.secret_key;
  result.runtimes = options.runtimes.empty() ? runtimes_folder() : std::filesystem::path(options.runtimes);
  auto milliseconds = [](double seconds) { return Milliseconds(static_cast<int64_t>(seconds * 1000)); };
  result.api_gateway.idle = milliseconds(options.websocket_idle_s);
  result.api_gateway.lifetime = milliseconds(options.websocket_lifetime_s);
  result.api_gateway.integration_timeout = milliseconds(options.integration_timeout_s);
  result.lambda.retry_delays = {milliseconds(options.retry_delay_s), milliseconds(2 * options.retry_delay_s)};
  result.log = options.quiet ? Log::Level::warning : Log::Level::info;
  return result;
}

void tell_ready(const Options& options, cloud::Cloud& cloud) {
  bool known_secret = options.secret_key == "test";
  fmt::print("Embedded AWS ready at {}\n  access key {}, secret key {}\n  state in {}\n", cloud.endpoint(),
             options.access_key, known_secret ? "test" : "as given", options.folder().string());
  if (!options.faults.empty()) fmt::print("  faults {}\n", cloud.world().injection.faults.text());
  std::fflush(stdout);
  if (options.ready_fd < 0) return;
  [[maybe_unused]] auto written = ::write(options.ready_fd, "\n", 1);
  ::close(options.ready_fd);
}

Result<void> run(const Options& options) {
  LIVE_TRY(auto wanted, cloud_options(options));
  auto account = wanted.account;
  asio::io_context context(1);
  asio::signal_set ends(context, SIGINT, SIGTERM);
  LIVE_TRY(auto cloud, cloud::Cloud::start(context.get_executor(), std::move(wanted)));
  RunningCloud running{.pid = ::getpid(),
                       .port = cloud->port(),
                       .endpoint = cloud->endpoint(),
                       .access_key = options.access_key,
                       .secret_key = options.secret_key,
                       .account = account};
  LIVE_TRY(write_run_file(options.folder(), running));
  tell_ready(options, *cloud);
  ends.async_wait([&context](boost::system::error_code, int) { context.stop(); });
  context.run();
  remove_run_file(options.folder());
  cloud->close();
  context.restart();
  context.run_for(kFarewell);
  cloud.reset();
  return outcome::success();
}

int start(const Options& options) {
  auto running = ensure_cloud(options.folder());
  if (running.has_error()) return report(running.error());
  fmt::print("Embedded AWS running at {} (pid {})\n", running.value().endpoint, running.value().pid);
  return 0;
}

int status(const Options& options) {
  auto running = find_cloud(options.folder());
  if (!running) {
    fmt::print("No embedded AWS is running on {}; start one with: live cloud start\n",
               options.folder().string());
    return 1;
  }
  fmt::print("Embedded AWS running at {} (pid {}), state in {}\n", running->endpoint, running->pid,
             options.folder().string());
  return 0;
}

int stop(const Options& options) {
  auto stopped = stop_cloud(options.folder());
  if (stopped.has_error()) return report(stopped.error());
  fmt::print("{}\n",
             stopped.value() ? "Embedded AWS stopped; its state stays." : "No embedded AWS was running.");
  return 0;
}

// Of the one that runs; without a SPEC it says what they are.
int faults(const Options& options) {
  auto const told = cloud_faults(options.folder(), options.faults);
  if (told.has_error()) return report(told.error());
  fmt::print("Faults: {}\n", told.value());
  return 0;
}

}  // namespace

void add_cloud(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto command = app.add_subcommand("cloud", "Run the embedded AWS (start, status, stop: in the background)");
  command->require_subcommand(0, 1);
  command->add_option("--port", options->port, "Port on 127.0.0.1 (4566, or the next free one)")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65535));
  command->add_option("--state", options->state, "Folder of its state (~/.live/cloud)")->type_name("FOLDER");
  command->add_option("--latency", options->latency, "Delays to inject, in ms: dynamodb=5,apigateway=10")
      ->type_name("SPEC");
  command
      ->add_option("--faults", options->faults,
                   "What goes wrong on purpose: dynamodb:500=0.1,client:away (docs/cloud.md)")
      ->type_name("SPEC");
  command->add_option("--access-key", options->access_key, "The administrator's access key (test)")
      ->type_name("KEY");
  command->add_option("--secret-key", options->secret_key, "The administrator's secret key (test)")
      ->type_name("KEY");
  command->add_option("--runtimes", options->runtimes, "Folder of the Runtime API clients")
      ->type_name("FOLDER");
  command
      ->add_option("--websocket-idle", options->websocket_idle_s,
                   "Seconds until an idle WebSocket is closed (600)")
      ->type_name("SECONDS");
  command
      ->add_option("--websocket-lifetime", options->websocket_lifetime_s,
                   "Seconds a WebSocket may last (7200)")
      ->type_name("SECONDS");
  command
      ->add_option("--integration-timeout", options->integration_timeout_s,
                   "Seconds an API waits for its backend (29)")
      ->type_name("SECONDS");
  command
      ->add_option("--retry-delay", options->retry_delay_s,
                   "Seconds before a failed event is tried again (60)")
      ->type_name("SECONDS");
  command->add_flag("--quiet", options->quiet, "No line for each request");
  command->add_option("--ready-fd", options->ready_fd, "Tells a starting process")->group("");
  auto status_command = command->add_subcommand("status", "Say whether one is running");
  auto stop_command = command->add_subcommand("stop", "Stop the one that is running");
  auto start_command = command->add_subcommand("start", "Start one in the background, unless one is running");
  auto faults_command =
      command->add_subcommand("faults", "Change what goes wrong in the one that is running");
  faults_command->add_option("SPEC", options->faults,
                             "As for --faults; none ends them; without it, says them");
  for (auto each : {start_command, status_command, stop_command, faults_command})
    each->add_option("--state", options->state, "Its state folder")->type_name("FOLDER");
  command->callback([options, start_command, status_command, stop_command, faults_command, &exit_code] {
    if (status_command->parsed()) {
      exit_code = status(*options);
    } else if (start_command->parsed()) {
      exit_code = start(*options);
    } else if (stop_command->parsed()) {
      exit_code = stop(*options);
    } else if (faults_command->parsed()) {
      exit_code = faults(*options);
    } else {
      auto done = run(*options);
      exit_code = done.has_error() ? report(done.error()) : 0;
    }
  });
}

}  // namespace live::cli
