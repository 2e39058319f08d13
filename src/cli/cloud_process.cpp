#include "cli/cloud_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "aws/signature.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "cloud/cloud.h"
#include "net/http_client.h"

namespace live::cli {

namespace {

using namespace std::chrono_literals;

std::filesystem::path run_file(const std::filesystem::path& state) { return state / "run.json"; }

// A busy one, on a busy machine, is there all the same; one that has ended refuses at once.
constexpr auto kPatience = 10s;

Result<net::Response> ask(const net::Endpoint& to, net::Request request) {
  asio::io_context context;
  auto client = net::HttpClient::create(context.get_executor());
  Result<net::Response> answer = fault(Fault::Kind::timeout, "it does not answer");
  auto send = [](net::HttpClient& client, net::Endpoint to, net::Request request,
                 Result<net::Response>& answer) -> Async<void> {
    answer = co_await client.send(std::move(to), std::move(request), kPatience);
  };
  asio::co_spawn(context, send(*client, to, std::move(request), answer), [&context](std::exception_ptr) {
    context.stop();  // the client's own timers need not be waited for
  });
  context.run_for(kPatience + 1s);
  return answer;
}

// What whoever listens there says of itself.
Result<json::object> ask_status(const std::string& endpoint) {
  LIVE_TRY(auto to, net::parse_endpoint(endpoint));
  LIVE_TRY(auto response, ask(to, net::Request{.target = "/_live/status"}));
  return parse_json_object(response.body);
}

std::optional<int64_t> ask_pid(const std::string& endpoint) {
  auto const status = ask_status(endpoint);
  return status ? find_int(status.value(), "pid") : std::nullopt;
}

std::string last_lines(const std::filesystem::path& file, size_t bytes = 600) {
  auto text = live::read_file(file);
  if (text.has_error()) return {};
  auto& all = text.value();
  if (all.size() <= bytes) return all;
  return "…" + all.substr(all.size() - bytes);
}

// In the child: only async-signal-safe calls. A second fork leaves no child of ours behind. Of what is open
// here it keeps nothing else: whoever started us may wait for the end of a pipe.
[[noreturn]] void become_cloud(char* const* arguments, int log, int null, int ready) {
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  ::dup2(null, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  ::fcntl(ready, F_SETFD, 0);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

// Then it could not write what it has to say, either.
bool is_on_full_disk(const std::filesystem::path& file) {
  std::error_code failed;
  auto const space = std::filesystem::space(file.parent_path(), failed);
  return !failed && space.available < 64 * 1024;
}

// The child's first line on the pipe is its port; an end without one is its failure.
Result<void> wait_until_ready(int ready, const std::filesystem::path& log) {
  pollfd watched{.fd = ready, .events = POLLIN, .revents = 0};
  int count = ::poll(&watched, 1, 15'000);
  char byte = 0;
  if (count > 0 && ::read(ready, &byte, 1) == 1) return outcome::success();
  if (count == 0)
    return fault(Fault::Kind::timeout, "the embedded AWS did not start within 15 s; see " + log.string());
  if (is_on_full_disk(log)) {
    return fault(
        fmt::format("the embedded AWS did not start: the disk of {} is full; make room on it, or keep "
                    "its state elsewhere (--state, LIVE_HOME)",
                    log.parent_path().string()));
  }
  return fault(fmt::format("the embedded AWS did not start; {} says:\n{}", log.string(), last_lines(log)));
}

Result<void> start_in_background(const std::filesystem::path& state,
                                 const std::vector<std::string>& options) {
  std::error_code failed;
  std::filesystem::create_directories(state, failed);
  // It comes to hold stage keys, objects and role credentials.
  std::filesystem::permissions(state, std::filesystem::perms::owner_all, failed);
  auto log_path = state / "cloud.log";
  int log = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) return fault(fmt::format("{}: {}", log_path.string(), std::strerror(errno)));
  int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fault(std::string("no pipe: ") + std::strerror(errno));
  std::vector<std::string> words{own_program().string(), "cloud",      "--state",
                                 state.string(),         "--ready-fd", std::to_string(ends[1])};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = ::fork();
  if (child == 0) become_cloud(arguments.data(), log, null, ends[1]);
  ::close(ends[1]);
  ::close(log);
  ::close(null);
  if (child > 0) ::waitpid(child, nullptr, 0);
  auto ready = child > 0 ? wait_until_ready(ends[0], log_path)
                         : Result<void>(fault(std::string("no new process: ") + std::strerror(errno)));
  ::close(ends[0]);
  return ready;
}

}  // namespace

std::filesystem::path default_cloud_state() { return live_home() / "cloud"; }

Result<void> write_run_file(const std::filesystem::path& state, const RunningCloud& cloud) {
  json::object text{{"pid", cloud.pid},
                    {"port", cloud.port},
                    {"endpoint", cloud.endpoint},
                    {"access_key", cloud.access_key},
                    {"secret_key", cloud.secret_key},
                    {"account", cloud.account}};
  return write_file(run_file(state), pretty_json(text), 0600);
}

void remove_run_file(const std::filesystem::path& state) {
  std::error_code failed;
  std::filesystem::remove(run_file(state), failed);
}

std::optional<RunningCloud> find_cloud(const std::filesystem::path& state) {
  auto text = live::read_file(run_file(state));
  if (text.has_error()) return std::nullopt;
  auto run = parse_json_object(text.value());
  if (run.has_error()) return std::nullopt;
  auto& file = run.value();
  RunningCloud cloud{.pid = static_cast<pid_t>(find_int(file, "pid").value_or(0)),
                     .port = static_cast<uint16_t>(find_int(file, "port").value_or(0)),
                     .endpoint = string_or(file, "endpoint"),
                     .access_key = string_or(file, "access_key"),
                     .secret_key = string_or(file, "secret_key"),
                     .account = string_or(file, "account")};
  if (cloud.pid <= 0 || ::kill(cloud.pid, 0) != 0 || ask_pid(cloud.endpoint) != cloud.pid)
    return std::nullopt;
  return cloud;
}

Result<RunningCloud> ensure_cloud(const std::filesystem::path& state, std::vector<std::string> options) {
  if (auto running = find_cloud(state)) return std::move(*running);
  auto const started = start_in_background(state, options);
  // Another `live` may have been a moment quicker: then ours ended before the folder's lock, and theirs
  // comes.
  auto const until = std::chrono::steady_clock::now() + 15s;
  bool theirs = true;
  while (started.has_error() && theirs && std::chrono::steady_clock::now() < until) {
    if (auto running = find_cloud(state)) return std::move(*running);
    std::this_thread::sleep_for(50ms);
    theirs = cloud::FolderLock::take(state).has_error();
  }
  if (auto running = find_cloud(state)) return std::move(*running);
  LIVE_TRY(started);
  return fault(
      fmt::format("the embedded AWS started but does not answer; see {}", (state / "cloud.log").string()));
}

Result<std::string> cloud_faults(const std::filesystem::path& state, const std::string& spec) {
  auto const running = find_cloud(state);
  if (!running) return fault(fmt::format("no embedded AWS is running on {}", state.string()));
  if (spec.empty()) {
    LIVE_TRY(auto status, ask_status(running->endpoint));
    return string_or(status, "faults");
  }
  LIVE_TRY(auto to, net::parse_endpoint(running->endpoint));
  net::Request request{.method = "PUT", .target = "/_live/faults", .body = spec};
  request.headers.set("Host", net::host_header(to));
  aws::Signer().sign(request, {running->access_key, running->secret_key, "", std::nullopt},
                     {"us-east-1", "live", SystemClock().now()});
  LIVE_TRY(auto response, ask(to, std::move(request)));
  if (response.status != 200) return fault(response.body);
  return std::move(response.body);
}

Result<bool> stop_cloud(const std::filesystem::path& state) {
  auto running = find_cloud(state);
  if (!running) return false;
  ::kill(running->pid, SIGTERM);
  for (auto until = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < until;) {
    if (cloud::FolderLock::take(state).has_value()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return fault(Fault::Kind::timeout,
               fmt::format("the embedded AWS (pid {}) did not end within 10 s of SIGTERM", running->pid));
}

}  // namespace live::cli
