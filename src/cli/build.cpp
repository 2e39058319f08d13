// live build: every function's code is built as its first call would, on this machine alone.
#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/ahead.h"
#include "cli/command.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/build_messages.h"
#include "live/function_choice.h"
#include "live/local_code.h"
#include "live/local_source.h"
#include "runtime/language.h"
#include "toolchain/toolchain.h"

namespace live::cli {
namespace {

using Steady = std::chrono::steady_clock;

constexpr const char* kAnyRegion = "us-east-1";  // where nothing says one: nothing is deployed
constexpr size_t kAtOnce = 8;                    // each has a context of esbuild's

struct Options : CommonOptions {
  std::vector<std::string> functions;
};

Milliseconds since(Steady::time_point began) {
  return std::chrono::duration_cast<Milliseconds>(Steady::now() - began);
}

std::string size_text(uintmax_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000) return fmt::format("{} KB", (bytes + 500) / 1000);
  return fmt::format("{:.1f} MB", double(bytes) / 1e6);
}

uintmax_t size_of(const std::filesystem::path& path) {
  std::error_code absent;
  if (std::filesystem::is_regular_file(path, absent)) return std::filesystem::file_size(path, absent);
  uintmax_t bytes = 0;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(path, absent))
    if (entry.is_regular_file(absent)) bytes += entry.file_size(absent);
  return bytes;
}

struct Outcome {
  enum class Kind { bundled, as_it_lies, failed, left } kind = Kind::left;
  std::string said;  // why it was left, or did not build
  std::vector<BuildMessage> errors{}, warnings{};
  uintmax_t bytes = 0;
  Milliseconds took{};
};

// Runs from the folder itself: there has to be the handler's file, and no more is known before it runs.
Outcome as_it_lies(const AppFunction& function) {
  if (language_of(function.runtime) != Language::node)
    return {Outcome::Kind::as_it_lies, {}, {}, {}, size_of(function.folder), {}};
  auto const module = function.handler.substr(0, function.handler.rfind('.'));
  for (auto const* extension : {".js", ".mjs", ".cjs"})
    if (std::error_code absent; std::filesystem::exists(function.folder / (module + extension), absent))
      return {Outcome::Kind::as_it_lies, {}, {}, {}, size_of(function.folder), {}};
  return {Outcome::Kind::failed, fmt::format("handler {} names {}.js, .mjs or .cjs, which is not in {}",
                                             function.handler, module, function.folder.string())};
}

Async<Outcome> bundled(Host& host, const AppFunction& function) {
  auto const began = Steady::now();
  BuildRequest request{.function = function.construct_path,
                       .entry = function.entry,
                       .handler = function.handler,
                       .options = function.options,
                       .outdir = {}};
  auto built = co_await host.build(std::move(request));
  if (built.has_error()) co_return Outcome{Outcome::Kind::failed, built.error().message};
  auto& build = built.value();
  Outcome outcome{.kind = Outcome::Kind::bundled, .said = describe_errors(build.errors)};
  outcome.took = since(began);
  if (!build.errors.empty()) outcome.kind = Outcome::Kind::failed;
  if (build.errors.empty()) outcome.bytes = size_of(build.outfile);
  outcome.errors = std::move(build.errors);
  outcome.warnings = std::move(build.warnings);
  co_return outcome;
}

uintmax_t size_of(const ToolProduct& product) {
  if (product.class_path.empty()) return size_of(product.executable);
  uintmax_t bytes = 0;
  for (auto const& path : product.class_path) bytes += size_of(path);
  return bytes;
}

Async<Outcome> built_by_tool(Toolchain& toolchain, const AppFunction& function, Project project) {
  auto const began = Steady::now();
  auto built =
      co_await toolchain.build(tool_source(function), std::move(project), Toolchain::Urgency::waited_for);
  if (built.has_error()) co_return Outcome{Outcome::Kind::failed, built.error().message};
  Outcome outcome{.kind = Outcome::Kind::bundled, .said = {}};
  outcome.took = since(began);
  outcome.bytes = size_of(built.value());
  co_return outcome;
}

struct Builders {
  Host& host;
  Toolchain& toolchain;
};

Async<Outcome> build_one(Builders builders, const AppFunction& function) {
  if (auto const reason = why_not_here(function); !reason.empty())
    co_return Outcome{Outcome::Kind::left, reason};
  if (auto project = find_project(tool_source(function)))
    co_return co_await built_by_tool(builders.toolchain, function, std::move(*project));
  if (function.kind == "bundle") co_return co_await bundled(builders.host, function);
  if (function.kind == "folder") co_return as_it_lies(function);
  Outcome whole{.kind = Outcome::Kind::as_it_lies, .said = {}};
  whole.bytes = function.inline_code.size();
  co_return whole;
}

json::array in_json(const std::vector<BuildMessage>& messages) {
  json::array all;
  for (auto const& one : messages)
    all.push_back({{"file", one.file}, {"line", one.line}, {"column", one.column + 1}, {"text", one.text}});
  return all;
}

void tell(const AppFunction& function, const Outcome& outcome, Terminal& terminal) {
  auto const& name = function.construct_path.empty() ? function.logical_id : function.construct_path;
  Fact fact{{"type", "build"}, {"function", function.construct_path}, {"took_ms", outcome.took.count()}};
  fact["errors"] = in_json(outcome.errors);
  fact["warnings"] = in_json(outcome.warnings);
  auto const finish = [&fact](std::string_view status, uintmax_t bytes) {
    fact["status"] = status;
    if (bytes > 0) fact["bytes"] = bytes;
    return std::move(fact);
  };
  auto const size = size_text(outcome.bytes);
  switch (outcome.kind) {
    case Outcome::Kind::bundled:
      terminal.step(fmt::format("{}  {}", name, size), outcome.took, finish("built", outcome.bytes));
      break;
    case Outcome::Kind::as_it_lies:
      terminal.good(fmt::format("{}  {}, runs as it lies", name, size), finish("as it lies", outcome.bytes));
      break;
    case Outcome::Kind::failed:
      fact["reason"] = outcome.said;
      terminal.fail(fmt::format("{} does not build:\n{}", name, outcome.said), finish("failed", 0));
      break;
    case Outcome::Kind::left:
      fact["reason"] = outcome.said;
      terminal.say(fmt::format("  {} is not built: {}", name, outcome.said), finish("not built", 0));
  }
  if (!outcome.warnings.empty() && outcome.kind != Outcome::Kind::failed)
    terminal.warn(fmt::format("{}: {}", name, describe_errors(outcome.warnings)));
}

// Those that are named, else all but the CDK's.
Result<std::vector<AppFunction>> chosen(const std::vector<AppFunction>& all,
                                        const std::vector<std::string>& wanted) {
  auto const known = deployed_functions(all, {});
  LIVE_TRY(auto const named, find_functions(known, wanted));
  std::vector<AppFunction> functions;
  for (size_t i = 0; i < all.size(); ++i)
    if (std::ranges::find(named, known[i]) != named.end()) functions.push_back(all[i]);
  return functions;
}

struct Count {
  size_t built = 0, failed = 0;
};

Async<Count> build_all(Builders builders, const std::vector<AppFunction>& functions, Terminal& terminal) {
  Count count;
  for (size_t next = 0; next < functions.size(); next += kAtOnce) {
    std::vector<Async<Outcome>> tasks;
    for (size_t i = next; i < std::min(next + kAtOnce, functions.size()); ++i)
      tasks.push_back(build_one(builders, functions[i]));
    auto const outcomes = co_await together(std::move(tasks));
    for (size_t i = 0; i < outcomes.size(); ++i) {
      tell(functions[next + i], outcomes[i], terminal);
      bool const left = outcomes[i].kind == Outcome::Kind::left;
      if (!left) ++(outcomes[i].kind == Outcome::Kind::failed ? count.failed : count.built);
    }
  }
  co_return count;
}

Async<void> find_region(Host& host, Target& target) {
  if (!target.region.empty()) co_return;
  auto const region = co_await host.region(target.identity.profile);
  target.region = region.has_value() && !region.value().empty() ? region.value() : kAnyRegion;
}

std::string counted(size_t functions) {
  return fmt::format("{} function{}", functions, functions == 1 ? "" : "s");
}

Async<Result<void>> build(Options options, Terminal& terminal) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  co_await find_region(host, prepared.target);
  Planner planner(host, prepared.target, stubs(), terminal);
  LIVE_CO_TRY(auto const app, co_await planner.discover());
  LIVE_CO_TRY(auto const functions, chosen(app.functions, options.functions));
  auto const began = Steady::now();
  Toolchain toolchain(executor, prepared.target.app.state_folder() / "build");
  auto const count = co_await build_all({host, toolchain}, functions, terminal);
  Fact fact{{"type", "built"},
            {"stage", prepared.target.stage},
            {"functions", count.built},
            {"failed", count.failed}};
  if (count.failed == 0) {
    terminal.finish("Built: " + counted(count.built), since(began), std::move(fact));
    co_return outcome::success();
  }
  if (options.json) terminal.result("", std::move(fact));
  co_return fault(fmt::format("{} of {} do{} not build", count.failed, counted(count.built + count.failed),
                              count.failed == 1 ? "es" : ""));
}

}  // namespace

void add_build(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("build", "Build the functions' code on this machine; deploy nothing");
  command->add_option("FUNCTION", options->functions, "Only these: names, parts of names, globs (all)");
  add_common(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    exit_code = run_command(*terminal, [&](Interruption&) { return build(*options, *terminal); });
  });
}

}  // namespace live::cli
