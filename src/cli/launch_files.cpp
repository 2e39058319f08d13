#include "cli/launch_files.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "base/json_edit.h"
#include "live/config.h"
#include "live/debug_ports.h"

namespace live::cli {
namespace {

namespace fs = std::filesystem;

json::object start_in_terminal() {
  return {{"name", "Live: start, with every function debugged"},
          {"type", "node-terminal"},
          {"request", "launch"},
          {"command", "npx live start"}};
}

json::object attach_to(const std::string& function, uint16_t port) {
  return {{"name", "Live: " + function},
          {"type", "node"},
          {"request", "attach"},
          {"address", "127.0.0.1"},
          {"port", port},
          {"restart", true},
          {"continueOnAttach", true},
          {"outFiles",
           {"${workspaceFolder}/**/.live/build/**/*.cjs", "${workspaceFolder}/**/.live/build/**/*.mjs"}},
          {"skipFiles", {"<node_internals>/**", "**/runtimes/node/*.cjs"}}};
}

bool has_name(const json::array* configurations, std::string_view name) {
  if (!configurations) return false;
  for (auto const& one : *configurations)
    if (auto const* object = one.if_object(); object && string_or(*object, "name") == name) return true;
  return false;
}

Result<void> write_vscode(const fs::path& app, const DebugPortTable& ports, const ToldOfFile& told) {
  constexpr const char* kFile = ".vscode/launch.json";
  std::vector<json::object> wanted{start_in_terminal()};
  for (auto const& [function, port] : ports) wanted.push_back(attach_to(function, port));
  std::error_code ignored;
  bool const is_there = fs::exists(app / kFile, ignored);
  auto text = is_there ? read_file(app / kFile) : Result<std::string>("{\n  \"version\": \"0.2.0\"\n}\n");
  if (text.has_error()) return text.error();
  std::vector<std::string> added;
  for (auto& one : wanted) {
    auto const parsed = parse_commented_json(text.value());
    if (parsed.has_error()) return within(kFile, parsed.error());
    auto name = string_or(one, "name");
    if (has_name(find_array(parsed.value(), "configurations"), name)) continue;
    text = with_element(text.value(), "configurations", std::move(one));
    if (text.has_error()) return within(kFile, text.error());
    added.push_back(std::move(name));
  }
  if (added.empty()) {
    told(kFile, "unchanged", fmt::format("{} has its configurations", kFile));
  } else {
    LIVE_TRY(write_file(app / kFile, text.value()));
    told(kFile, is_there ? "changed" : "written", fmt::format("{}: {}", kFile, fmt::join(added, "; ")));
  }
  return outcome::success();
}

std::string run_configuration(const std::string& function, uint16_t port) {
  return fmt::format(
      R"(<component name="ProjectRunConfigurationManager">
  <configuration default="false" name="Live: {}" type="ChromiumRemoteDebugType" factoryName="Chromium Remote" host="127.0.0.1" port="{}" restartOnDisconnect="true">
    <method v="2" />
  </configuration>
</component>
)",
      function, port);
}

Result<void> write_jetbrains(const fs::path& app, const DebugPortTable& ports, const ToldOfFile& told) {
  for (auto const& [function, port] : ports) {
    auto const file = fmt::format(".run/Live_{}.run.xml", plain_name(function));
    std::error_code ignored;
    if (fs::exists(app / file, ignored)) {
      told(file, "unchanged", file + " is there");
      continue;
    }
    LIVE_TRY(write_file(app / file, run_configuration(function, port)));
    told(file, "written", fmt::format("{}: attach to {} at port {}", file, function, port));
  }
  return outcome::success();
}

}  // namespace

Result<bool> write_launch_files(Ide ide, const fs::path& app, const ToldOfFile& told) {
  auto const ports = remembered_debug_ports(app / ".live");
  if (ports.empty() && ide == Ide::jetbrains) return false;
  LIVE_TRY(ide == Ide::vscode ? write_vscode(app, ports, told) : write_jetbrains(app, ports, told));
  return !ports.empty();
}

}  // namespace live::cli
