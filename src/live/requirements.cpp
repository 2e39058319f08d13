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

Command pip_command(const fs::path& file, const Interpreter& interpreter, const fs::path& into) {
  return {.arguments = {interpreter.program, "-m", "pip", "install", "--quiet", "--no-input",
                        "--disable-pip-version-check", "--retries", "1", "--timeout", "10", "--target", into,
                        "--requirement", file},
          .environment = {{"PIP_REQUIRE_VIRTUALENV", "0"}, {"PIP_USER", "0"}},
          .inherits_environment = true,
          .folder = file.parent_path()};
}

// pip warns of much before it says what is wrong.
std::string reason(const Finished& finished) {
  for (auto const* mark : {"ERROR: ", "No module named pip"})
    for (auto const& line : finished.err)
      if (auto const at = line.find(mark); at != std::string::npos)
        return line.substr(line.starts_with("ERROR: ") ? 7 : at);
  return finished.err.empty() ? to_string(finished.status) : finished.err.back();
}

bool is_environment(const fs::path& folder) {
  std::error_code unreadable;
  return fs::exists(folder / "pyvenv.cfg", unreadable);
}

std::string next_step_of(const fs::path& interpreter) {
  auto const folder = interpreter.parent_path().parent_path();
  auto const there =
      is_environment(folder)
          ? fmt::format("Install it in the function's environment, {},", folder.string())
          : fmt::format("Make a virtual environment beside it (`{} -m venv .venv`) and install it there,",
                        interpreter.string());
  return there + " or mend the connection to the package index";
}

}  // namespace

struct Requirements::Wanted {
  LocalFunction function;
  Interpreter interpreter;
  fs::path file, folder;    // what asks, and what may have it already
  std::string label, name;  // of what the file asks for: while it comes, and when it cannot be had
  std::string next_step;    // then

  static Wanted of_folder(LocalFunction function, Interpreter interpreter, const fs::path& folder,
                          std::string label) {
    auto const file = folder / kFile;
    return {.function = std::move(function),
            .interpreter = interpreter,
            .file = file,
            .folder = folder,
            .label = std::move(label),
            .name = "what " + file.string() + " asks for",
            .next_step = next_step_of(interpreter.program)};
  }

  Fault not_installed(const std::string& why) const {
    return fault(
        fmt::format("{}: {} cannot be installed: {}. {}", function.construct_path, name, why, next_step));
  }
};

Requirements::Requirements(Executor executor, Observer& observer, fs::path folder, fs::path runtimes)
    : executor_(executor),
      observer_(observer),
      folder_(std::move(folder)),
      runtimes_(std::move(runtimes)),
      turns_(std::move(executor), {std::numeric_limits<size_t>::max(), 1}) {}

Async<Result<fs::path>> Requirements::ensure(LocalFunction function, Interpreter interpreter) {
  auto const folder = function.path;
  return ensure(
      Wanted::of_folder(std::move(function), std::move(interpreter), folder, "its requirements.txt"));
}

Async<Result<fs::path>> Requirements::ensure_layer(LocalFunction function, LayerSource layer,
                                                   Interpreter interpreter) {
  return ensure(Wanted::of_folder(std::move(function), std::move(interpreter), layer.source,
                                  "requirements.txt of its layer " + layer.name));
}

Async<Result<fs::path>> Requirements::ensure_debugger(LocalFunction function, Interpreter interpreter) {
  auto const folder = function.path;
  return ensure({.function = std::move(function),
                 .interpreter = interpreter,
                 .file = runtimes_ / "python" / "debugger.txt",
                 .folder = folder,
                 .label = "debugpy",
                 .name = "debugpy, for its breakpoints,",
                 .next_step = fmt::format("Run `{} -m pip install debugpy`", interpreter.program.string())});
}

Async<Result<fs::path>> Requirements::ensure(Wanted wanted) {
  auto const text = read_file(wanted.file);
  if (text.has_error()) co_return fs::path();
  auto const& interpreter = wanted.interpreter;
  auto const key = fmt::format("{}\n{}\n{}", text.value(), interpreter.program.string(), interpreter.version);
  auto const target = folder_ / hex(sha256(key)).substr(0, 16);
  auto const turn = co_await turns_.enter(target, kInstall);
  std::error_code ignored;
  if (fs::is_directory(target, ignored)) co_return target;
  if (co_await are_there(wanted)) co_return fs::path();
  LIVE_CO_TRY(co_await install(std::move(wanted), target));
  co_return target;
}

Async<bool> Requirements::are_there(Wanted wanted) {
  Command command{.arguments = {wanted.interpreter.program, runtimes_ / "python" / "satisfied.py",
                                wanted.file, wanted.folder},
                  .inherits_environment = true};
  auto const finished = co_await run_to_end(executor_, std::move(command), kCheck);
  co_return finished.has_value() && finished.value().status.ok();
}

Async<Result<void>> Requirements::install(Wanted wanted, fs::path target) {
  auto const began = Steady::now();
  observer_.installing(wanted.function, wanted.label, target);
  auto const half = fs::path(target).concat(".part");
  std::error_code failed;
  fs::remove_all(half, failed);
  fs::create_directories(folder_, failed);
  auto finished =
      co_await run_to_end(executor_, pip_command(wanted.file, wanted.interpreter, half), kInstall);
  if (finished.has_error()) co_return wanted.not_installed(finished.error().message);
  if (!finished.value().status.ok()) co_return wanted.not_installed(reason(finished.value()));
  fs::create_directories(half, failed);  // nothing was asked for
  fs::rename(half, target, failed);
  if (failed) co_return fault(fmt::format("{} cannot be written: {}", target.string(), failed.message()));
  observer_.installed(wanted.function,
                      std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - began));
  co_return outcome::success();
}

}  // namespace live
