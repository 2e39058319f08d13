#include "live/worker_program.h"

#include <cstdlib>
#include <set>

#include "live/debug_ports.h"
#include "live/refused_writes.h"
#include "runtime/exec_wrapper.h"
#include "runtime/start_variables.h"

namespace live {
namespace {

// The developer's own, and harmless to the answer: how the machine reaches the network.
constexpr const char* kInherited[] = {"HTTP_PROXY",  "HTTPS_PROXY", "NO_PROXY",           "http_proxy",
                                      "https_proxy", "no_proxy",    "NODE_EXTRA_CA_CERTS"};

// Lambda's X-Ray daemon has an address of its own there, which is no place from here. A port of this machine
// refuses at once and without an error, unless the developer has a daemon there.
constexpr std::string_view kLambdasDaemon = "169.254.", kLocalDaemon = "127.0.0.1";

void lead_to_local_daemon(Environment& variables) {
  for (auto& [name, value] : variables) {
    bool const is_address = name == "AWS_XRAY_DAEMON_ADDRESS" || name == "_AWS_XRAY_DAEMON_ADDRESS";
    if (!is_address || !value.starts_with(kLambdasDaemon)) continue;
    auto const port = value.find(':');
    value = std::string(kLocalDaemon) + (port == value.npos ? "" : value.substr(port));
  }
}

}  // namespace

bool is_of_the_machine(std::string_view name) {
  static const std::set<std::string_view> kNames{"PWD",
                                                 "OLDPWD",
                                                 "SHLVL",
                                                 "_",
                                                 "TMPDIR",
                                                 "LAMBDA_TASK_ROOT",
                                                 "LAMBDA_RUNTIME_DIR",
                                                 "AWS_LAMBDA_RUNTIME_API",
                                                 "_HANDLER",
                                                 "AWS_EXECUTION_ENV",
                                                 "_X_AMZN_TRACE_ID",
                                                 "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"};
  return kNames.contains(name);
}

std::string_view value_of(const Environment& variables, std::string_view name) {
  for (auto const& [key, value] : variables)
    if (key == name) return value;
  return "";
}

Program program_for(const LocalFunction& function, const Environment& variables, const Code::Ready& ready,
                    const FleetOptions& options) {
  Program program;
  program.function = function.name;
  program.runtime = function.runtime;
  program.handler = ready.handler;
  program.task_root = ready.task_root;
  program.executable = ready.executable;
  program.class_path = ready.class_path;
  program.memory_mb = function.memory_mb;
  program.limits = options.limits;
  program.cgroups = options.cgroups;
  // Debuggers of .NET look for its processes among the machine's own temporary files.
  if (!function.is_attached_by_process) program.scratch = options.scratch;
  program.runtimes = options.runtimes;
  if (!options.loaded.empty()) program.loaded = options.loaded / (function.name + ".json");
  program.interpreter = ready.interpreter;
  program.packages = ready.packages;
  program.debugger = ready.debugger;
  program.init_waits = function.init_waits;
  program.layers = ready.layers;
  program.task_root_access = task_root_access(function);
  if (options.debug_ports) {
    program.debug_port = options.debug_ports->of(function.name);
    program.auto_attach = options.debug_ports->auto_attach();
  }
  for (auto const& [name, value] : variables)
    if (!is_of_the_machine(name) && !is_start_variable(name)) program.variables.emplace_back(name, value);
  lead_to_local_daemon(program.variables);
  for (auto const& [name, value] : function.start_variables) program.variables.emplace_back(name, value);
  if (ready.lacks_layers && lacks_exec_wrapper(program))
    std::erase_if(program.variables, [](auto const& one) { return one.first == kExecWrapper; });
  program.variables.emplace_back("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_mb));
  program.variables.emplace_back("IS_LOCAL", "true");
  for (auto const* name : kInherited)
    if (auto const* value = getenv(name); value && value_of(program.variables, name).empty())
      program.variables.emplace_back(name, value);
  return program;
}

}  // namespace live
