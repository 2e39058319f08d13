// live logs: what the app's functions have written to CloudWatch Logs, in the order of time, and what they
// write from now on.
#include "aws/logs.h"

#include <unistd.h>

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "aws/lambda.h"
#include "base/ahead.h"
#include "base/utf8.h"
#include "cli/command.h"
#include "cli/deployed.h"
#include "cli/output.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/log_tail.h"
#include "live/readiness.h"

namespace live::cli {
namespace {

constexpr auto kPause = 2s;    // between two looks; CloudWatch takes some requests a second from an account
constexpr size_t kAtOnce = 4;  // groups that are asked for side by side

struct Options : CommonOptions {
  std::vector<std::string> functions;
  std::string since = "10m", filter;
  bool follow = false;
};

// A log group and those whose lines are wanted of it: several may share one.
struct Group {
  Group(std::string of, TimePoint since) : name(std::move(of)), tail(since) {}

  std::string name;
  std::vector<DeployedFunction> functions;
  LogTail tail;
};

struct Line {
  aws::LogEvent event;
  const DeployedFunction* function = nullptr;
  const Group* group = nullptr;
};

// In a group of their own making streams of functions are "2026/11/26/NAME[VERSION]…", in Lambda's
// "…/[VERSION]…".
const DeployedFunction* writer_of(const Group& group, std::string_view stream) {
  for (auto const& one : group.functions)
    if (stream.find("/" + one.name + "[") != std::string_view::npos) return &one;
  bool const of_somebody_else =
      stream.find('[') != std::string_view::npos && stream.find("/[") == std::string_view::npos;
  if (of_somebody_else) return nullptr;
  return &group.functions.front();
}

struct Follower {
  aws::AwsClient& client;
  const Options& options;
  const Target& target;
  std::vector<Group> groups{};
  std::vector<std::string> run_live{};  // names of those that are stubs
};

Async<Result<json::object>> configuration_of(aws::AwsClient& client, DeployedFunction function) {
  co_return co_await aws::Lambda(client).get_function_configuration(function.name);
}

std::string group_of(const json::object& configuration, const DeployedFunction& function) {
  auto const* logging = find_object(configuration, "LoggingConfig");
  auto const own = logging ? string_or(*logging, "LogGroup") : "";
  return own.empty() ? "/aws/lambda/" + function.name : own;
}

void add(Follower& follower, const DeployedFunction& function, const json::object& configuration,
         TimePoint since) {
  auto const name = group_of(configuration, function);
  auto& groups = follower.groups;
  auto found = std::ranges::find(groups, name, &Group::name);
  if (found == groups.end()) found = groups.insert(groups.end(), Group(name, since));
  found->functions.push_back(function);
  if (is_stub(configuration)) follower.run_live.push_back(short_name(function));
}

Async<Result<void>> find_groups(Follower& follower, std::vector<DeployedFunction> functions,
                                TimePoint since) {
  std::erase_if(functions, [](auto const& one) { return one.name.empty(); });
  for (size_t next = 0; next < functions.size(); next += kAtOnce) {
    std::vector<Async<Result<json::object>>> tasks;
    for (size_t i = next; i < std::min(next + kAtOnce, functions.size()); ++i)
      tasks.push_back(configuration_of(follower.client, functions[i]));
    auto const found = co_await together(std::move(tasks));
    for (size_t i = 0; i < found.size(); ++i) {
      LIVE_CO_TRY(auto const& configuration, found[i]);
      add(follower, functions[next + i], configuration, since);
    }
  }
  co_return outcome::success();
}

// What is new in one group, all pages of it.
Async<Result<std::vector<Line>>> look_into(aws::AwsClient& client, Group& group, std::string pattern) {
  std::vector<Line> lines;
  aws::FilterLogEventsInput input{.group = group.name, .pattern = pattern, .from_ms = group.tail.from_ms()};
  do {
    auto page = co_await aws::filter_log_events(client, input);
    if (page.has_error() && page.error().kind == Fault::Kind::not_found) break;  // not yet invoked
    if (page.has_error()) co_return page.error();
    for (auto& event : group.tail.take(std::move(page.value().events))) {
      auto const* writer = writer_of(group, event.stream);
      if (writer) lines.push_back({std::move(event), writer, &group});
    }
    input.next_token = page.value().next_token;
  } while (!input.next_token.empty());
  group.tail.looked();
  co_return lines;
}

Async<Result<std::vector<Line>>> look(Follower& follower) {
  std::vector<Line> lines;
  auto& groups = follower.groups;
  for (size_t next = 0; next < groups.size(); next += kAtOnce) {
    std::vector<Async<Result<std::vector<Line>>>> tasks;
    for (size_t i = next; i < std::min(next + kAtOnce, groups.size()); ++i)
      tasks.push_back(look_into(follower.client, groups[i], follower.options.filter));
    for (auto& one : co_await together(std::move(tasks))) {
      LIVE_CO_TRY(auto more, std::move(one));
      std::ranges::move(more, std::back_inserter(lines));
    }
  }
  std::ranges::stable_sort(lines, {}, [](const Line& one) { return one.event.at_ms; });
  co_return lines;
}

// Lines on standard output: "18:04:05.123 Api  text", continued under the text. Days are UTC's, as times are.
class Printer {
 public:
  Printer(const Options& options, const std::vector<Group>& groups)
      : coloured_(!options.no_color && !std::getenv("NO_COLOR") && ::isatty(STDOUT_FILENO) != 0),
        today_(iso8601(SystemClock().now()).substr(0, kDay)) {
    std::map<std::string, int> short_names;
    for (auto const& group : groups)
      for (auto const& function : group.functions) ++short_names[short_name(function)];
    for (auto const& group : groups)
      for (auto const& function : group.functions) {
        auto const name = short_name(function);
        auto const& shown = names_[function.name] = short_names[name] == 1 ? name : full_name(function);
        colours_[function.name] = 31 + int((colours_.size() + 5) % 6);
        width_ = std::max(width_, shown.size());
      }
  }

  void print(const Line& line) const {
    auto const& name = line.function->name;
    auto const at = iso8601(from_millis(line.event.at_ms));
    auto const day = at.substr(0, kDay);
    std::string const head =
        fmt::format("{} {} ", tinted(2, (day == today_ ? "" : day + " ") + at.substr(kDay + 1, kTime)),
                    tinted(colours_.at(name), fmt::format("{:<{}}", names_.at(name), width_)));
    std::string_view rest = line.event.message;
    rest.remove_suffix(rest.size() - 1 - std::min(rest.find_last_not_of("\n\r\t "), rest.size() - 1));
    bool const of_lambda = is_of_lambda(rest);
    do {
      size_t const end = std::min(rest.find_first_of("\n\r"), rest.size());
      write_line(head + (of_lambda ? tinted(2, rest.substr(0, end)) : std::string(rest.substr(0, end))));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    } while (!rest.empty());
  }

 private:
  static constexpr size_t kDay = 10, kTime = 12;  // of "2026-11-26T18:04:05.123Z"

  static bool is_of_lambda(std::string_view line) {
    return line.starts_with("START RequestId: ") || line.starts_with("END RequestId: ") ||
           line.starts_with("REPORT RequestId: ") || line.starts_with("LIVE RequestId: ") ||
           line.starts_with("INIT_START ") || is_event(line);
  }
  // Of a function that logs JSON.
  static bool is_event(std::string_view line) {
    auto const head = line.substr(0, 80);
    return head.starts_with(R"({"time":")") &&
           (head.find(R"("type":"platform.)") != std::string_view::npos ||
            head.find(R"("type":"live.report")") != std::string_view::npos);
  }
  std::string tinted(int code, std::string_view text) const {
    return coloured_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }

  bool coloured_;
  std::string today_;
  size_t width_ = 0;
  std::map<std::string, std::string, std::less<>> names_;  // by physical name, as the functions are shown
  std::map<std::string, int, std::less<>> colours_;
};

Fact fact_of(const Line& line) {
  return {{"type", "log-event"},
          {"function", line.function->construct_path},
          {"name", line.function->name},
          {"at", iso8601(from_millis(line.event.at_ms))},
          {"message", valid_utf8(line.event.message)},
          {"log_group", line.group->name},
          {"log_stream", line.event.stream},
          {"event_id", line.event.id}};
}

std::string nothing_yet(const Options& options) {
  return fmt::format("Nothing was logged{} since {}{}",
                     options.filter.empty() ? "" : " that the filter matches", options.since,
                     options.follow ? "" : "; --since 1d looks further back");
}

Async<Result<void>> follow(Follower& follower, Terminal& terminal) {
  Printer const printer(follower.options, follower.groups);
  Timer timer(co_await asio::this_coro::executor);
  for (bool first = true;; first = false) {
    LIVE_CO_TRY(auto const lines, co_await look(follower));
    for (auto const& line : lines) {
      if (follower.options.json) {
        terminal.result("", fact_of(line));
      } else {
        printer.print(line);
      }
    }
    flush_output();
    if (first && lines.empty()) terminal.say(nothing_yet(follower.options));
    if (!follower.options.follow) co_return outcome::success();
    timer.expires_after(kPause);
    co_await timer.wait();
  }
}

void tell_live(const Follower& follower, Terminal& terminal) {
  size_t const count = follower.run_live.size();
  if (count == 0) return;
  terminal.say(
      fmt::format("{} function{} run{} live, on a developer's machine: lines LIVE have the figures of there",
                  count, count == 1 ? "" : "s", count == 1 ? "s" : ""));
}

Async<int> leave() { co_return 0; }  // that is how one stops following

Async<Result<void>> logs(Options options, Terminal& terminal, Interruption& interruption) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(auto const since, since_time(options.since, SystemClock().now()));
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Target& target = prepared.target;
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(auto account, co_await Account::open(host, options, target));
  LIVE_CO_TRY(check_account(options, target));
  Planner planner(host, target, stubs(), terminal);
  LIVE_CO_TRY(auto const app, co_await find_deployed(planner, *account, target));
  LIVE_CO_TRY(auto chosen, find_functions(app.functions, options.functions));
  if (chosen.size() == 1) {
    LIVE_CO_TRY(check_deployed(chosen.front(), target));
  }
  Follower follower{account->client(), options, target};
  LIVE_CO_TRY(co_await find_groups(follower, std::move(chosen), since));
  tell_live(follower, terminal);
  if (options.follow) interruption.then = leave;
  co_return co_await follow(follower, terminal);
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("FUNCTION", options.functions, "Only these: names, parts of names, globs (all)");
  command.add_flag("--follow,-f", options.follow, "Go on with what is written from now on, until Ctrl-C");
  command.add_option("--since", options.since, "Since when: 30s, 10m, 2h, 1d, 1w ago, or a time (10m)")
      ->type_name("TIME");
  command.add_option("--filter", options.filter, "Only what a filter pattern of CloudWatch Logs matches")
      ->type_name("PATTERN");
}

}  // namespace

void add_logs(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("logs", "Show what the app's functions have logged");
  add_options(*command, *options);
  add_common(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options, Messages::on_standard_error);
    exit_code = run_command(
        *terminal, [&](Interruption& interruption) { return logs(*options, *terminal, interruption); });
  });
}

}  // namespace live::cli
