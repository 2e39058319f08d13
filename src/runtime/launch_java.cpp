#include <filesystem>

#include <fmt/format.h>

#include "runtime/launchers.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr int kHeapPercent = 85;  // of the function's memory; Lambda's
constexpr const char* kClient = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";

std::string joined(const std::vector<fs::path>& class_path) {
  std::string text;
  for (auto const& path : class_path) text += (text.empty() ? "" : ":") + path.string();
  return text;
}

// AWS's client opens a descriptor by a field of Java's own.
void let_open_descriptors(const Program& program, Command& command) {
  if (!program.runtime.starts_with("java8"))
    command.arguments.insert(command.arguments.begin() + 1, "--add-opens=java.base/java.io=ALL-UNNAMED");
}

}  // namespace

// The options are those of Lambda's own runtime that change how soon it answers, and how large it grows.
Result<Launch> launch_java(const Program& program, std::string_view runtime_api) {
  if (program.class_path.empty())
    return fault(fmt::format("{}: a function in Java needs its class path", program.function));
  std::error_code ignored;
  auto const folder =
      fs::is_directory(program.task_root, ignored) ? program.task_root : program.task_root.parent_path();
  std::vector<std::string> arguments{"java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"};
  if (program.limits == Limits::enforced)
    arguments.push_back(fmt::format("-XX:MaxHeapSize={}k", program.memory_mb * 1024 / 100 * kHeapPercent));
  for (auto const& [name, value] : program.variables)  // which a virtual machine does not ask
    if (name == "TMPDIR") arguments.push_back("-Djava.io.tmpdir=" + value);
  arguments.insert(arguments.end(), {"-cp", joined(program.class_path), kClient, program.handler});
  Launch launch{.command = {.arguments = std::move(arguments),
                            .environment = environment_of(program, runtime_api, "/var/runtime"),
                            .folder = folder}};
  take_frames(launch.command);
  let_open_descriptors(program, launch.command);
  return launch;
}

}  // namespace live
