#include "toolchain/tool_run.h"

#include <chrono>
#include <csignal>
#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/timer.h"

namespace live {
namespace {

constexpr std::chrono::minutes kLongest{15};
constexpr size_t kLines = 60;             // of a failed tool's output
constexpr size_t kLineLength = 1000;      // of each: some print one of megabytes
constexpr size_t kMostOutput = 64 << 20;  // of what it says for us to read: some print without an end

struct Install {
  std::string_view program, where;
};
constexpr Install kInstall[] = {
    {"go", "https://go.dev/dl"},           {"cargo", "https://rustup.rs"},
    {"cmake", "your system's packages"},   {"make", "your system's packages"},
    {"mvn", "https://maven.apache.org"},   {"gradle", "https://gradle.org, or add the project's gradlew"},
    {"dotnet", "https://dot.net/download"}};

std::string how_to_install(std::string_view program) {
  for (auto const& one : kInstall)
    if (one.program == program) return fmt::format("{} is not on PATH; install it ({})", program, one.where);
  return fmt::format("{} is not there", program);
}

// The last lines, as they were printed.
class Tail {
 public:
  void add(std::string_view line) {
    lines_.emplace_back(line.substr(0, kLineLength));
    if (line.size() > kLineLength) lines_.back().append("…");
    if (lines_.size() > kLines) lines_.pop_front();
  }
  std::string text() const { return fmt::format("{}", fmt::join(lines_, "\n")); }

 private:
  std::deque<std::string> lines_;
};

}  // namespace

Async<Result<ToolRun::Output>> ToolRun::run(std::vector<std::string> arguments, std::filesystem::path folder,
                                            Variables variables, Prints prints) {
  Output output;
  Tail tail;
  auto const on_line = [&](Process::Stream stream, std::string_view line) {
    if (stream == Process::Stream::out && output.out.size() < kMostOutput)
      output.out.append(line).append("\n");
    if (stream == Process::Stream::err || prints == Prints::words) tail.add(line);
  };
  std::string const program = arguments.front();
  std::string const command = fmt::format("{}", fmt::join(arguments, " "));
  auto started = Process::start(executor_,
                                {.arguments = std::move(arguments),
                                 .environment = std::move(variables),
                                 .inherits_environment = true,
                                 .folder = std::move(folder)},
                                on_line);
  if (started.has_error()) {
    if (started.error().kind == Fault::Kind::not_found)
      co_return fault(Fault::Kind::not_found, how_to_install(program));
    co_return started.error();
  }
  auto const process = std::move(started.value());
  Timer limit(executor_);
  limit.expires_after(kLongest);
  bool took_too_long = false;
  limit.on_expiry([&process, &took_too_long] {
    took_too_long = true;
    process->signal(SIGKILL);
  });
  auto const status = co_await process->wait();
  limit.cancel();
  if (status.ok()) co_return output;
  if (took_too_long)
    co_return fault(Fault::Kind::timeout, fmt::format("{} had not ended after {} minutes:\n{}", command,
                                                      kLongest.count(), tail.text()));
  co_return fault(fmt::format("{} failed ({}):\n{}", command, to_string(status), tail.text()));
}

std::vector<std::string> texts_of(const json::object& options, std::string_view name) {
  std::vector<std::string> texts;
  if (auto const* list = find_array(options, name))
    for (auto const& one : *list)
      if (auto const* text = one.if_string()) texts.emplace_back(*text);
  return texts;
}

ToolRun::Variables variables_of(const json::object& options) {
  ToolRun::Variables variables;
  if (auto const* object = find_object(options, "environment"))
    for (auto const& [name, value] : *object)
      if (auto const* text = value.if_string()) variables.emplace_back(name, *text);
  return variables;
}

}  // namespace live
