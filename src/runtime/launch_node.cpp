#include <unistd.h>

#include <ranges>

#include <fmt/format.h>

#include "runtime/launchers.h"

namespace live {

namespace {

// Where files of /opt are looked for, the first one first.
std::string first_of_all(const std::vector<std::filesystem::path>& layers) {
  std::string folders;
  for (auto const& layer : std::views::reverse(layers))
    folders += (folders.empty() ? "" : ":") + layer.string();
  return folders;
}

std::vector<std::string> node(NodeHeap heap, const std::filesystem::path& script) {
  // By an option of its own what it names is loaded in threads, too.
  std::vector<std::string> arguments{"node", "--enable-source-maps",
                                     "--require=" + (script.parent_path() / "thread.cjs").string()};
  if (heap.old_mb > 0) {
    arguments.push_back(fmt::format("--max-semi-space-size={}", heap.semi_mb));
    arguments.push_back(fmt::format("--max-old-space-size={}", heap.old_mb));
  }
  arguments.push_back(script.string());
  return arguments;
}

}  // namespace

// As the bootstrap of Lambda's own runtime computes it.
NodeHeap NodeHeap::of(int memory_mb, Limits limits) {
  if (limits == Limits::lifted) return {};
  int const young_mb = memory_mb / 10;
  return {.old_mb = memory_mb - young_mb, .semi_mb = young_mb / 2};
}

Command node_spare(const std::filesystem::path& runtimes, NodeHeap heap) {
  return {.arguments = node(heap, runtimes / "node" / "spare.cjs"),
          .environment = spare_environment(),
          .takes_input = true,
          .framing = Framing::lambda};
}

Result<Launch> launch_node(const Program& program, std::string_view runtime_api) {
  std::filesystem::path const folder = program.runtimes / "node", client = folder / "index.cjs";
  if (::access(client.c_str(), R_OK) != 0)
    return fault(Fault::Kind::not_found, fmt::format("{}: the runtime {} is not there; install live again",
                                                     program.function, client.string()));
  Environment environment = environment_of(program, runtime_api, folder);
  append(environment, "NODE_PATH",
         (folder / "node_modules").string());  // Lambda's runtime brings the AWS SDK
  set(environment, "LIVE_LAYERS", first_of_all(program.layers));
  // Lambda's Node is never too old for its SDK; ours may be, and `live start` says so once.
  set_missing(environment, "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
  auto const heap = NodeHeap::of(program.memory_mb, program.limits);
  Launch launch{.command = {.arguments = node(heap, client),
                            .environment = std::move(environment),
                            .folder = program.task_root},
                .spare = node_spare(program.runtimes, heap),
                .loaded = program.loaded};
  take_frames(launch.command);
  return launch;
}

}  // namespace live
