// `cargo build` of a binary, with the profile for development: what is deployed is slower to build, not other
// code.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "toolchain/tool_run.h"

namespace live {
namespace {

namespace fs = std::filesystem;

struct Crate {
  fs::path workspace;
  std::vector<std::string> binaries;
  std::vector<fs::path> elsewhere;  // crates that it takes from other folders
};

bool is_binary(const json::object& target) {
  auto const kinds = texts_of(target, "kind");
  return std::ranges::find(kinds, "bin") != kinds.end();
}

void add_package(Crate& crate, const json::object& package, bool own) {
  if (auto const* dependencies = find_array(package, "dependencies"))
    for (auto const& one : *dependencies)
      if (auto const* dependency = one.if_object())
        if (auto const path = find_string(*dependency, "path")) crate.elsewhere.emplace_back(*path);
  auto const* targets = find_array(package, "targets");
  if (!own || !targets) return;
  for (auto const& one : *targets)
    if (auto const* target = one.if_object(); target && is_binary(*target))
      crate.binaries.push_back(string_or(*target, "name"));
}

Async<Result<Crate>> crate_of(ToolRun& run, Project project) {
  auto const manifest = project.folder / "Cargo.toml";
  std::vector<std::string> command{"cargo", "metadata",        "--no-deps",      "--format-version",
                                   "1",     "--manifest-path", manifest.string()};
  LIVE_CO_TRY(auto said, co_await run.run(std::move(command), project.folder, {}, ToolRun::Prints::data));
  LIVE_CO_TRY(auto const metadata, parse_json_object(said.out));
  Crate crate{.workspace = string_or(metadata, "workspace_root", project.folder.string()),
              .binaries = {},
              .elsewhere = {}};
  auto const* packages = find_array(metadata, "packages");
  if (!packages) co_return crate;
  std::error_code ignored;
  auto const is_own = [&](const json::object& package) {
    return fs::equivalent(string_or(package, "manifest_path"), manifest, ignored);
  };
  auto const is_workspace = std::ranges::none_of(
      *packages, [&](auto const& one) { return one.is_object() && is_own(one.as_object()); });
  for (auto const& one : *packages)
    if (auto const* package = one.if_object()) add_package(crate, *package, is_workspace || is_own(*package));
  co_return crate;
}

Result<std::string> binary_of(const ToolSource& source, const Crate& crate) {
  auto const has = [&crate](const std::string& name) {
    return std::ranges::find(crate.binaries, name) != crate.binaries.end();
  };
  if (auto const wanted = find_string(source.options, "binary")) {
    if (has(*wanted)) return *wanted;
    return fault(fmt::format("{} has no binary {}; it has {}", source.path.string(), *wanted,
                             fmt::join(crate.binaries, ", ")));
  }
  if (crate.binaries.size() == 1) return crate.binaries.front();
  if (has(source.handler)) return source.handler;
  if (crate.binaries.empty())
    return fault(source.path.string() + " has no binary: no src/main.rs and no [[bin]]");
  return fault(fmt::format("{} has the binaries {}: name one as the function's handler", source.path.string(),
                           fmt::join(crate.binaries, ", ")));
}

// Of cargo's messages, one object a line.
fs::path executable_in(const std::string& messages) {
  fs::path executable;
  for (size_t at = 0; at < messages.size();) {
    auto const end = std::min(messages.find('\n', at), messages.size());
    auto const message = parse_json_object(std::string_view(messages).substr(at, end - at));
    if (message.has_value())
      if (auto const found = find_string(message.value(), "executable")) executable = *found;
    at = end + 1;
  }
  return executable;
}

}  // namespace

Async<Result<ToolProduct>> build_with_cargo(ToolRun& run, ToolSource source, Project project) {
  LIVE_CO_TRY(auto const crate, co_await crate_of(run, project));
  LIVE_CO_TRY(auto const binary, binary_of(source, crate));
  std::vector<std::string> command{"cargo",
                                   "build",
                                   "--color",
                                   "never",
                                   "--bin",
                                   binary,
                                   "--manifest-path",
                                   (project.folder / "Cargo.toml").string(),
                                   "--message-format",
                                   "json-render-diagnostics"};
  for (auto const& flag : texts_of(source.options, "flags")) command.push_back(flag);
  LIVE_CO_TRY(auto built, co_await run.run(std::move(command), project.folder, variables_of(source.options),
                                           ToolRun::Prints::data));
  auto const executable = executable_in(built.out);
  if (executable.empty()) co_return fault(fmt::format("cargo build made no executable of {}", binary));
  ToolProduct product{
      .task_root = source.path, .executable = executable, .class_path = {}, .folders = crate.elsewhere};
  product.folders.insert(product.folders.begin(), crate.workspace);
  co_return product;
}

}  // namespace live
