#include "cli/target.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/cloud_process.h"
#include "cli/command.h"

namespace live::cli {
namespace {

constexpr const char* kLocalRegion = "us-east-1";

std::string environment(const char* name) {
  auto const* value = getenv(name);
  return value ? value : "";
}

std::string prompt_for_stage(std::string_view suggestion) {
  if (!has_terminal()) return std::string(suggestion);
  fmt::print("Stage to work on [{}]: ", suggestion);
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
  return line.empty() ? std::string(suggestion) : line;
}

std::string first_of(std::initializer_list<std::string> values) {
  for (auto const& value : values)
    if (!value.empty()) return value;
  return "";
}

// The embedded AWS takes its own keys, whatever the shell has.
Result<void> use_cloud(Prepared& prepared, Terminal& terminal) {
  auto const started = std::chrono::steady_clock::now();
  auto const before = find_cloud(default_cloud_state());
  LIVE_TRY(auto cloud, ensure_cloud());
  auto const took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
  terminal.step(fmt::format("Embedded AWS {} at {}", before ? "running" : "started", cloud.endpoint), took);
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

}  // namespace

bool has_terminal() { return ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO); }

void add_common(CLI::App& command, CommonOptions& options) {
  command.add_option("--stage", options.stage, "The stage (asked for once, then remembered)");
  command.add_option("--region", options.region, "The AWS region");
  command.add_option("--profile", options.profile, "The profile of your AWS configuration");
  command.add_option("--role-arn", options.role_arn, "A role to assume");
  command.add_flag("--local", options.local,
                   "On the embedded AWS of this machine; started when it does not run");
  command.add_flag("--verbose", options.verbose, "Whole payloads, and what is otherwise not worth a line");
  command.add_flag("--no-color", options.no_color, "No colours");
  command.add_flag("--yes", options.yes, "Yes to every question");
}

Result<Prepared> prepare(const CommonOptions& options, Terminal& terminal) {
  Prepared prepared;
  Target& target = prepared.target;
  LIVE_TRY(target.app, find_app(std::filesystem::current_path()));
  LIVE_TRY(auto choice,
           choose_stage(target.app, options.stage, user_name(), prompt_for_stage, options.stage_kept));
  target.stage = choice.stage;
  if (options.local) {
    target.region = first_of({options.region, target.app.config.region, kLocalRegion});
    target.identity.region = target.region;
    LIVE_TRY(use_cloud(prepared, terminal));
  } else {
    aim_at_account(target, options);
  }
  if (!target.region.empty()) prepared.host_environment.emplace_back("AWS_REGION", target.region);
  terminal.say(fmt::format("App {}, stage {}{}", target.app.name, target.stage,
                           choice.remembered ? " (as last time here)" : ""));
  return prepared;
}

void aim_at_account(Target& target, const CommonOptions& options) {
  target.region = first_of(
      {options.region, target.app.config.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION")});
  target.endpoint = environment("AWS_ENDPOINT_URL");
  target.identity.profile = first_of({options.profile, target.app.config.profile, environment("AWS_PROFILE")});
  target.identity.role_arn = options.role_arn;
  target.identity.region = target.region;
}

std::unique_ptr<Terminal> make_terminal(const CommonOptions& options) {
  bool const colour = !options.no_color && environment("NO_COLOR").empty() && ::isatty(STDOUT_FILENO);
  auto const write = [reader_is_gone = false](std::string_view line) mutable {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    bool const failed = std::fflush(stdout) != 0 && (errno == EPIPE || errno == EIO);
    // `live start | head`: ends as when the terminal closes.
    if (failed && !std::exchange(reader_is_gone, true)) ::raise(SIGHUP);
  };
  return std::make_unique<Terminal>(write, colour ? Terminal::Colour::on : Terminal::Colour::off,
                                    options.verbose ? Terminal::Detail::whole : Terminal::Detail::shortened);
}

std::filesystem::path host_folder() { return shipped_folder("host"); }

Planner::Stubs stubs() {
  auto const folder = own_program().parent_path() / "stub";
  auto const stubs = std::filesystem::is_directory(folder) ? folder : shipped_folder("stub");
  return {stubs / "x86_64" / "bootstrap", stubs / "aarch64" / "bootstrap"};
}

bool ask(const CommonOptions& options, const std::string& question, Enter enter) {
  if (options.yes) return true;
  if (!has_terminal()) return false;
  fmt::print("{} {} ", question, enter == Enter::means_yes ? "[Y/n]" : "[y/N]");
  std::fflush(stdout);
  std::string line;
  if (!std::getline(std::cin, line)) return false;
  if (line.empty()) return enter == Enter::means_yes;
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
