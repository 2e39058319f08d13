#include "cli/target.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "cli/cloud_process.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/run.h"
#include "live/json_terminal.h"
#include "runtime/debugging.h"

namespace live::cli {
namespace {

constexpr const char* kLocalRegion = "us-east-1";

std::string environment(const char* name) {
  auto const* value = getenv(name);
  return value ? value : "";
}

// Until it is one; where nobody can be asked, the suggestion.
std::string ask_for_stage(const CommonOptions& options, std::string_view suggestion) {
  while (can_ask(options)) {
    auto line = read_answer(fmt::format("Stage to work on [{}]: ", suggestion));
    if (line.empty()) break;
    auto const name = stage_name(line);
    if (name.has_value()) return line;
    fmt::print("{}\n", name.error().message);
  }
  return std::string(suggestion);
}

std::string first_of(std::initializer_list<std::string> values) {
  for (auto const& value : values)
    if (!value.empty()) return value;
  return "";
}

// The one that runs, else a new one at the wanted port, else at another.
Result<RunningCloud> cloud_at(int port, Terminal& terminal) {
  auto const started = std::chrono::steady_clock::now();
  auto const running = find_cloud(default_cloud_state());
  std::vector<std::string> options;
  if (running && port != 0 && running->port != port)
    terminal.warn(
        fmt::format("the embedded AWS runs already, at port {}: --port {} is for one that is "
                    "started (`live cloud stop` ends it)",
                    running->port, port));
  bool const wanted = !running && port != 0;
  if (wanted && !is_free(port)) {
    terminal.warn(fmt::format("port {} is in use by another program: the embedded AWS takes another", port));
  } else if (wanted) {
    options = {"--port", std::to_string(port)};
  }
  LIVE_TRY(auto cloud, running ? Result<RunningCloud>(*running)
                               : ensure_cloud(default_cloud_state(), std::move(options)));
  auto const took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
  terminal.step(
      fmt::format("Embedded AWS {} at {}", running ? "running" : "started", cloud.endpoint), took,
      {{"type", "embedded-aws"}, {"status", running ? "running" : "started"}, {"endpoint", cloud.endpoint}});
  return cloud;
}

// The embedded AWS takes its own keys, whatever the shell has.
Result<void> use_cloud(const CommonOptions& options, Prepared& prepared, Terminal& terminal) {
  LIVE_TRY(auto cloud, cloud_at(options.port, terminal));
  prepared.target.endpoint = cloud.endpoint;
  prepared.target.account = cloud.account;
  prepared.target.identity.access_key = cloud.access_key;
  prepared.target.identity.secret_key = cloud.secret_key;
  prepared.host_environment = {
      {"AWS_ENDPOINT_URL", cloud.endpoint},
      {"AWS_ACCESS_KEY_ID", cloud.access_key},
      {"AWS_SECRET_ACCESS_KEY", cloud.secret_key},
      {"AWS_SESSION_TOKEN", ""},
      {"AWS_PROFILE", ""},
      {"AWS_CONFIG_FILE", "/dev/null"},
      {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"},
      {"AWS_EC2_METADATA_DISABLED", "true"},
      // The CDK remembers there which account a key belongs to; "test" is many clouds' key.
      {"CDK_HOME", (live_home() / "cdk").string()}};
  return outcome::success();
}

// A terminal of VS Code attaches to each process of Node in it, and has it wait: ours, and the app's, would.
void keep_debugger_to_functions(Environment& environment) {
  auto const* options = std::getenv("NODE_OPTIONS");
  if (!options || !std::getenv("VSCODE_INSPECTOR_OPTIONS")) return;
  environment.emplace_back("NODE_OPTIONS", without_auto_attach(options));
  environment.emplace_back("VSCODE_INSPECTOR_OPTIONS", "");
}

}  // namespace

void add_output_options(CLI::App& command, CommonOptions& options) {
  auto* verbose = command.add_flag("--verbose", options.verbose,
                                   "Whole payloads, and what is otherwise not worth a line");
  auto* quiet = command.add_flag("--quiet", options.quiet, "Only warnings, errors and results");
  quiet->excludes(verbose);
  auto* no_color = command.add_flag("--no-color", options.no_color, "No colours");
  auto* json =
      command.add_flag("--json", options.json, "One JSON object a line, for programs (docs/json.md)");
  auto* yes = command.add_flag("--yes", options.yes, "Yes to every question");
  for (auto* one : {verbose, quiet, no_color, json, yes}) one->group(kCommonGroup);
}

void add_common(CLI::App& command, CommonOptions& options) {
  auto* stage = command.add_option("--stage", options.stage, "The stage (asked for once, then remembered)");
  stage->type_name("STAGE");
  auto* region = command.add_option("--region", options.region, "The AWS region")->type_name("REGION");
  auto* profile = command.add_option("--profile", options.profile, "The profile of your AWS configuration");
  profile->type_name("PROFILE");
  auto* role = command.add_option("--role-arn", options.role_arn, "A role to assume")->type_name("ARN");
  auto* local = command.add_flag("--local", options.local,
                                 "On the embedded AWS of this machine; started when it does not run");
  auto* config = command.add_option("--config", options.config, "Another live.json; the app is its folder");
  config->type_name("FILE");
  for (auto* one : {stage, region, profile, role, config}) one->group(kCommonGroup);
  local->group(kCommonGroup);
  add_output_options(command, options);
}

Result<Prepared> prepare(const CommonOptions& options, Terminal& terminal) {
  Prepared prepared;
  Target& target = prepared.target;
  LIVE_TRY(target.app,
           options.config.empty() ? find_app(std::filesystem::current_path()) : find_app_of(options.config));
  auto const ask_which = [&options](std::string_view suggestion) {
    return ask_for_stage(options, suggestion);
  };
  LIVE_TRY(auto choice, choose_stage(target.app, options.stage, user_name(), ask_which, options.stage_kept));
  target.stage = choice.stage;
  LIVE_TRY(aim(options, prepared, terminal));
  terminal.say(fmt::format("App {}, stage {}{}", target.app.name, target.stage,
                           choice.remembered ? " (as last time here)" : ""),
               {{"type", "app"}, {"app", target.app.name}, {"stage", target.stage}});
  return prepared;
}

Result<void> aim(const CommonOptions& options, Prepared& prepared, Terminal& terminal) {
  Target& target = prepared.target;
  if (options.local) {
    target.region = first_of({options.region, target.app.config.region, kLocalRegion});
    target.identity.region = target.region;
    LIVE_TRY(use_cloud(options, prepared, terminal));
  } else {
    aim_at_account(target, options);
  }
  if (!target.region.empty()) prepared.host_environment.emplace_back("AWS_REGION", target.region);
  keep_debugger_to_functions(prepared.host_environment);
  return outcome::success();
}

bool is_free(int port) {
  asio::io_context context;
  boost::system::error_code error;
  asio::ip::tcp::acceptor acceptor(context);
  acceptor.open(asio::ip::tcp::v4(), error);
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  acceptor.bind({asio::ip::address_v4::loopback(), static_cast<uint16_t>(port)}, error);
  return !error;
}

void aim_at_account(Target& target, const CommonOptions& options) {
  target.region = first_of({options.region, target.app.config.region, environment("AWS_REGION"),
                            environment("AWS_DEFAULT_REGION")});
  target.endpoint = environment("AWS_ENDPOINT_URL");
  target.identity.profile =
      first_of({options.profile, target.app.config.profile, environment("AWS_PROFILE")});
  target.identity.role_arn = options.role_arn;
  target.identity.region = target.region;
}

Result<void> check_account(const CommonOptions& options, const Target& target) {
  auto const& accounts = target.app.config.accounts;
  auto const own = accounts.find(target.stage);
  if (options.local || own == accounts.end() || own->second == target.account) return outcome::success();
  return fault(
      fmt::format("stage {} belongs to account {} (\"accounts\" in live.json), but these credentials "
                  "are of account {}: use --profile or --role-arn for {}, or another --stage",
                  target.stage, own->second, target.account, own->second));
}

std::unique_ptr<Terminal> make_terminal(const CommonOptions& options, Messages messages) {
  bool const beside = messages == Messages::on_standard_error;
  bool const colour = !options.no_color && environment("NO_COLOR").empty() &&
                      (beside ? bool(::isatty(STDERR_FILENO)) : on_terminal());
  auto const detail = options.quiet     ? Terminal::Detail::quiet
                      : options.verbose ? Terminal::Detail::whole
                                        : Terminal::Detail::shortened;
  static const SystemClock clock;
  Terminal::Surroundings around{.now = Steady::now, .others = {runtimes_folder()}};
  std::error_code gone;
  around.folder = std::filesystem::current_path(gone);
  if (options.json) return std::make_unique<JsonTerminal>(write_line, detail, clock, std::move(around));
  if (!beside) around.screen = screen();
  return std::make_unique<Terminal>(beside ? write_message : write_line,
                                    colour ? Terminal::Colour::on : Terminal::Colour::off, detail,
                                    std::move(around));
}

std::filesystem::path host_folder() { return shipped_folder("host"); }

Planner::Stubs stubs() {
  auto const folder = own_program().parent_path() / "stub";
  auto const stubs = std::filesystem::is_directory(folder) ? folder : shipped_folder("stub");
  return {stubs / "x86_64" / "bootstrap", stubs / "aarch64" / "bootstrap"};
}

bool can_ask(const CommonOptions& options) {
  return !options.json && ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO);
}

std::string read_answer(const std::string& question) {
  // The loop that hears of signals does not run meanwhile.
  struct sigaction before {
  }, ends{};
  ends.sa_handler = [](int) { ::_exit(kInterrupted); };
  ::sigaction(SIGINT, &ends, &before);
  step_aside();
  fmt::print("{}", question);
  std::fflush(stdout);
  std::string line;
  if (!std::getline(std::cin, line)) fmt::print("\n");
  ::sigaction(SIGINT, &before, nullptr);
  return line;
}

bool ask(const CommonOptions& options, const std::string& question, Enter enter) {
  if (options.yes) return true;
  if (!can_ask(options)) return false;
  auto const line = read_answer(question + (enter == Enter::means_yes ? " [Y/n] " : " [y/N] "));
  if (line.empty()) return enter == Enter::means_yes && std::cin.good();
  return line == "y" || line == "Y" || line == "yes";
}

std::string user_name() {
  auto const* entry = ::getpwuid(::getuid());
  return first_of({environment("USER"), entry ? entry->pw_name : "", "dev"});
}

std::string who() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return user_name() + "@" + host;
}

}  // namespace live::cli
