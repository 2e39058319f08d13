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

// Node's own code, and ours, which is named so.
json::array skipped() { return {"<node_internals>/**"}; }

json::object start_in_terminal() {
  return {{"name", "Live: start, with every function debugged"},
          {"type", "node-terminal"},
          {"request", "launch"},
          {"command", "live start"},
          {"skipFiles", skipped()}};
}

json::object attach_to_node(uint16_t port) {
  return {{"type", "node"},
          {"request", "attach"},
          {"address", "127.0.0.1"},
          {"port", port},
          {"restart", true},
          {"continueOnAttach", true},
          {"outFiles",
           {"${workspaceFolder}/**/.live/build/**/*.cjs", "${workspaceFolder}/**/.live/build/**/*.mjs"}},
          {"skipFiles", skipped()}};
}

json::object attach_to_python(uint16_t port) {
  return {{"type", "debugpy"},
          {"request", "attach"},
          {"connect", {{"host", "127.0.0.1"}, {"port", port}}},
          {"pathMappings", {{{"localRoot", "${workspaceFolder}"}, {"remoteRoot", "${workspaceFolder}"}}}}};
}

json::object attach_to_go(uint16_t port) {
  return {{"type", "go"},        {"request", "attach"}, {"mode", "remote"}, {"debugAdapter", "dlv-dap"},
          {"host", "127.0.0.1"}, {"port", port}};
}

// Attached before the first call, it waits for the process: by itself it gives up after 30 seconds.
json::object attach_to_java(uint16_t port) {
  constexpr int kTimeoutMs = 600'000;
  return {{"type", "java"},
          {"request", "attach"},
          {"hostName", "127.0.0.1"},
          {"port", port},
          {"timeout", kTimeoutMs}};
}

json::object attach_to_ruby(uint16_t port) {
  return {{"type", "rdbg"},
          {"request", "attach"},
          {"debugPort", fmt::format("127.0.0.1:{}", port)},
          {"localfs", true}};
}

json::object attach_to_dotnet() {
  return {{"type", "coreclr"}, {"request", "attach"}, {"processId", "${command:pickProcess}"}};
}

json::object attach_to(const std::string& function, const DebugPlace& place) {
  auto of = [&] {
    if (place.language == "python") return attach_to_python(place.port);
    if (place.language == "go") return attach_to_go(place.port);
    if (place.language == "java") return attach_to_java(place.port);
    if (place.language == "ruby") return attach_to_ruby(place.port);
    if (place.language == "dotnet") return attach_to_dotnet();
    return attach_to_node(place.port);
  }();
  json::object named{{"name", "Live: " + function}};
  for (auto& [key, value] : of) named.emplace(key, std::move(value));
  return named;
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
  for (auto const& [function, place] : ports) wanted.push_back(attach_to(function, place));
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

std::string run_configuration(const std::string& function, std::string_view attributes,
                              std::string_view options) {
  return fmt::format(
      R"(<component name="ProjectRunConfigurationManager">
  <configuration default="false" name="Live: {}" {}>{}
    <method v="2" />
  </configuration>
</component>
)",
      function, attributes, options);
}

std::string run_configuration_of_node(const std::string& function, uint16_t port) {
  auto const attributes = fmt::format(
      R"(type="ChromiumRemoteDebugType" factoryName="Chromium Remote" host="127.0.0.1" port="{}" restartOnDisconnect="true")",
      port);
  return run_configuration(function, attributes, "");
}

std::string run_configuration_of_java(const std::string& function, uint16_t port) {
  auto const options = fmt::format(R"(
    <option name="USE_SOCKET_TRANSPORT" value="true" />
    <option name="SERVER_MODE" value="false" />
    <option name="SHMEM_ADDRESS" />
    <option name="HOST" value="127.0.0.1" />
    <option name="PORT" value="{}" />
    <option name="AUTO_RESTART" value="true" />)",
                                   port);
  return run_configuration(function, R"(type="Remote")", options);
}

// Empty: these IDEs attach to no such process at a port.
std::string run_configuration_of(const std::string& function, const DebugPlace& place) {
  if (place.language == "node") return run_configuration_of_node(function, place.port);
  if (place.language == "java") return run_configuration_of_java(function, place.port);
  return "";
}

Result<void> write_jetbrains(const fs::path& app, const DebugPortTable& ports, const ToldOfFile& told) {
  for (auto const& [function, place] : ports) {
    auto const file = fmt::format(".run/Live_{}.run.xml", plain_name(function));
    auto const text = run_configuration_of(function, place);
    std::error_code ignored;
    if (text.empty() || fs::exists(app / file, ignored)) {
      told(file, "unchanged",
           text.empty() ? fmt::format("none for {}: docs/debugging.md says how JetBrains debugs {}", function,
                                      place.language)
                        : file + " is there");
      continue;
    }
    LIVE_TRY(write_file(app / file, text));
    told(file, "written", fmt::format("{}: attach to {} at port {}", file, function, place.port));
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
