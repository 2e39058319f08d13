#include "live/requirements.h"

#include <limits>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/timer.h"
#include "process/run_to_end.h"

namespace live {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::chrono::seconds kCheck = 20s, kInstall = 5min;
constexpr const char* kFile = "requirements.txt";

Command pip_command(const LocalFunction& function, const Interpreter& interpreter, const fs::path& into) {
  return {.arguments = {interpreter.program, "-m", "pip", "install", "--quiet", "--no-input",
                        "--disable-pip-version-check", "--retries", "1", "--timeout", "10", "--target", into,
                        "--requirement", function.path / kFile},
          .environment = {{"PIP_REQUIRE_VIRTUALENV", "0"}, {"PIP_USER", "0"}},
          .inherits_environment = true,
          .folder = function.path};
}

// pip warns of much before it says what is wrong.
std::string reason(const Finished& finished) {
  for (auto const* mark : {"ERROR: ", "No module named pip"})
    for (auto const& line : finished.err)
      if (auto const at = line.find(mark); at != std::string::npos)
        return line.substr(line.starts_with("ERROR: ") ? 7 : at);
  return finished.err.empty() ? to_string(finished.status) : finished.err.back();
}

Fault not_installed(const LocalFunction& function, const Interpreter& interpreter, const std::string& why) {
  return {.kind = Fault::Kind::failed,
          .message = fmt::format(
              "{}: what {} asks for cannot be installed: {}. Make a virtual environment beside it "
              "(`{} -m venv .venv`) and install it there, or mend the connection to the package index",
              function.construct_path, (function.path / kFile).string(), why, interpreter.program.string())};
}

}  // namespace

Requirements::Requirements(Executor executor, Observer& observer, fs::path folder, fs::path runtimes)
    : executor_(executor),
      observer_(observer),
      folder_(std::move(folder)),
      runtimes_(std::move(runtimes)),
      turns_(std::move(executor), {std::numeric_limits<size_t>::max(), 1}) {}

Async<Result<fs::path>> Requirements::ensure(LocalFunction function, Interpreter interpreter) {
  auto const text = read_file(function.path / kFile);
  if (text.has_error()) co_return fs::path();
  auto const key = fmt::format("{}\n{}\n{}", text.value(), interpreter.program.string(), interpreter.version);
  auto const target = folder_ / hex(sha256(key)).substr(0, 16);
  auto const turn = co_await turns_.enter(target, kInstall);
  std::error_code ignored;
  if (fs::is_directory(target, ignored)) co_return target;
  if (co_await are_there(function, interpreter)) co_return fs::path();
  LIVE_CO_TRY(co_await install(std::move(function), std::move(interpreter), target));
  co_return target;
}

Async<bool> Requirements::are_there(LocalFunction function, Interpreter interpreter) {
  Command command{.arguments = {interpreter.program, runtimes_ / "python" / "satisfied.py",
                                function.path / kFile, function.path},
                  .inherits_environment = true};
  auto const finished = co_await run_to_end(executor_, std::move(command), kCheck);
  co_return finished.has_value() && finished.value().status.ok();
}

Async<Result<void>> Requirements::install(LocalFunction function, Interpreter interpreter, fs::path target) {
  auto const began = Steady::now();
  observer_.installing(function, target);
  auto const half = fs::path(target).concat(".part");
  std::error_code failed;
  fs::remove_all(half, failed);
  fs::create_directories(folder_, failed);
  auto finished = co_await run_to_end(executor_, pip_command(function, interpreter, half), kInstall);
  if (finished.has_error()) co_return not_installed(function, interpreter, finished.error().message);
  if (!finished.value().status.ok()) co_return not_installed(function, interpreter, reason(finished.value()));
  fs::create_directories(half, failed);  // nothing was asked for
  fs::rename(half, target, failed);
  if (failed) co_return fault(fmt::format("{} cannot be written: {}", target.string(), failed.message()));
  observer_.installed(function, std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - began));
  co_return outcome::success();
}

}  // namespace live
