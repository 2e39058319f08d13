#include "runtime/debugging.h"

#include <fmt/format.h>

#include "base/json.h"
#include "runtime/delve.h"
#include "runtime/language.h"
#include "runtime/launchers.h"

namespace live {

namespace {

constexpr std::string_view kListens = "Debugger listening on ";
constexpr std::string_view kWaits = "Waiting for the debugger to disconnect";
constexpr std::string_view kGoesOn = "Debugger lets init go on";  // ours
constexpr std::string_view kJavaListens = "Listening for transport dt_socket at address: ";
constexpr std::string_view kOfRuby = "DEBUGGER: ";

void tell(Launch& launch, const json::object& told) {
  set(launch.command.environment, "LIVE_INSPECT", json::serialize(told));
}

std::optional<std::string> behind(std::string_view line, std::string_view begin) {
  if (!line.starts_with(begin)) return std::nullopt;
  return std::string(line.substr(begin.size()));
}

// By its folder IDEs decide whether to attach, and by its name they show the process: the function's, since
// many handlers are an "index".
std::string script_of(const Program& program, std::string_view title) {
  auto file = program.task_root / program.handler.substr(0, program.handler.rfind('.'));
  std::string_view ending = ".js";
  for (auto const* one : {".cjs", ".mjs"})
    if (std::error_code ignored; std::filesystem::exists(file.string() + one, ignored)) ending = one;
  return file.replace_filename(fmt::format("{}{}", title.substr(title.rfind('/') + 1), ending)).string();
}

void open_node(Launch& launch, const Program& program, const DebugStart& start) {
  json::object told{{"url", start.url}, {"wait", start.waits}};
  if (start.auto_attach) {
    told["bootloader"] = start.auto_attach->bootloader;
    told["options"] = start.auto_attach->options;
    told["script"] = script_of(program, start.title);
    told["decides"] = start.auto_attach->to == AutoAttach::To::some;
  }
  tell(launch, told);
}

std::optional<std::string> ours_listens(std::string_view line) { return behind(line, kListens); }

bool lets_init_go_on(std::string_view line) { return line == kGoesOn; }

bool node_waits(std::string_view line) { return line.starts_with(kWaits); }

bool is_of_node(std::string_view line) {
  for (auto const own : {kListens, kWaits, kGoesOn, std::string_view("Debugger ending on ws://"),
                         std::string_view("For help, see: https://nodejs.org/")})
    if (line.starts_with(own)) return true;
  return line == "Debugger attached.";
}

constexpr Debugging kNode{
    "node", DebugPort::Speaks::inspector, open_node, ours_listens, is_of_node, lets_init_go_on, node_waits};

// Our own clients of the Runtime API load the debugger: runtimes/NAME.
void open_interpreted(Launch& launch, const Program& program, const DebugStart& start) {
  json::object told{{"wait", start.waits}};
  if (!program.debugger.empty()) told["debugger"] = program.debugger.string();
  tell(launch, told);
}

bool is_ours(std::string_view line) { return line.starts_with(kListens) || line == kGoesOn; }

constexpr Debugging kPython{"python", DebugPort::Speaks::dap, open_interpreted, ours_listens,
                            is_ours,  lets_init_go_on};

void open_go(Launch& launch, const Program&, const DebugStart& start) {
  launch.command.is_traceable = true;
  launch.command.begins_stopped = start.waits;
}

constexpr Debugging kGo{"go", DebugPort::Speaks::delve, open_go};

void open_java(Launch& launch, const Program&, const DebugStart& start) {
  auto const agent = fmt::format("-agentlib:jdwp=transport=dt_socket,server=y,suspend={},address=127.0.0.1:0",
                                 start.waits ? 'y' : 'n');
  auto& arguments = launch.command.arguments;
  arguments.insert(arguments.begin() + 1, agent);
}

std::optional<std::string> java_listens(std::string_view line) {
  auto const port = behind(line, kJavaListens);
  return port ? std::optional("127.0.0.1:" + *port) : std::nullopt;
}

bool is_of_java(std::string_view line) { return line.starts_with(kJavaListens); }

constexpr Debugging kJava{"java", DebugPort::Speaks::jdwp, open_java, java_listens, is_of_java};

bool is_of_ruby(std::string_view line) { return line.starts_with(kOfRuby) || is_ours(line); }

constexpr Debugging kRuby{"ruby",     DebugPort::Speaks::rdbg, open_interpreted, ours_listens,
                          is_of_ruby, lets_init_go_on};

constexpr const Debugging* kAll[] = {&kNode, &kPython, &kGo, &kJava, &kRuby};

}  // namespace

std::optional<std::string> missing_debugger(const Debugging& debugging) {
  if (debugging.speaks != DebugPort::Speaks::delve || !find_delve().empty()) return std::nullopt;
  return "delve is not there: run `go install github.com/go-delve/delve/cmd/dlv@latest`, and start again";
}

const Debugging* debugging_of(std::string_view runtime) {
  switch (language_of(runtime)) {
    case Language::node:
      return &kNode;
    case Language::python:
      return &kPython;
    case Language::ruby:
      return &kRuby;
    case Language::java:
      return &kJava;
    default:
      return nullptr;
  }
}

const Debugging* debugging_in(std::string_view language) {
  for (auto const* one : kAll)
    if (one->language == language) return one;
  return nullptr;
}

}  // namespace live
