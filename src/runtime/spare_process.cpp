#include "runtime/spare_process.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "process/cgroup.h"
#include "runtime/launch.h"
#include "runtime/scratch.h"

namespace live {

namespace {

// How the developer's machine reaches the network: every worker has it, so the spare starts with it too.
constexpr const char* kCertificates = "NODE_EXTRA_CA_CERTS";

json::object order_to_become(const Launch& launch) {
  json::object environment;
  for (const auto& [name, value] : launch.command.environment) environment[name] = value;
  json::object order{{"folder", launch.command.folder.string()}, {"environment", std::move(environment)}};
  if (!launch.loaded.empty()) order["loaded"] = launch.loaded.string();
  return order;
}

Result<std::optional<OwnFolders>> furnish(Command& spare, Scratch* scratch, const Reachable& reads) {
  std::optional<OwnFolders> folders;
  if (!scratch || !scratch->isolates()) return folders;
  Reachable needed({spare.arguments.begin(), spare.arguments.end()});
  needed.add(reads);
  LIVE_TRY(folders, scratch->own_folders(needed));
  spare.mounts = folders->mounts();
  return folders;
}

// Without a limit, until it is known which function it becomes. Moving it then would cost more, and leave
// behind what it has taken.
std::shared_ptr<Cgroup> cgroup_in(Cgroups* cgroups) {
  if (!cgroups) return nullptr;
  auto made = cgroups->make();
  return made ? std::move(made.value()) : nullptr;
}

Async<void> tell(Async<Result<void>> written) { (void)co_await std::move(written); }

}  // namespace

std::string own_certificates() {
  const auto* value = getenv(kCertificates);
  return value ? value : "";
}

std::optional<SpareProcess> SpareProcess::start(const Executor& executor, Command spare,
                                                const Surroundings& surroundings, const Reachable& reads,
                                                Process::OnLine on_line) {
  spare.one_output = spare.takes_all_along = true;  // as a worker's
  if (auto certificates = own_certificates(); !certificates.empty())
    spare.environment.emplace_back(kCertificates, std::move(certificates));
  auto folders = furnish(spare, surroundings.scratch, reads);
  if (!folders) return std::nullopt;
  spare.cgroup = cgroup_in(surroundings.cgroups);
  auto sink = std::make_shared<Process::OnLine>(std::move(on_line));
  auto started =
      Process::start(executor, std::move(spare), [sink](Process::Stream stream, std::string_view line) {
        if (*sink) (*sink)(stream, line);
      });
  if (!started) return std::nullopt;
  return SpareProcess(executor, std::move(folders.value()), std::move(started.value()), std::move(sink));
}

void SpareProcess::compile(const char* what, const std::filesystem::path& file) {
  order(json::serialize(json::object{{what, file.string()}}));
}

bool SpareProcess::preload(const Launch& launch) {
  if (!put_in_opt(launch)) return false;
  order(json::serialize(json::object{{"preload", order_to_become(launch)}}));
  return true;
}

SpareProcess::Become SpareProcess::become(const Launch& launch, Process::OnLine on_line) && {
  if (!put_in_opt(launch)) return {};
  *line_sink_ = std::move(on_line);
  order(json::serialize(order_to_become(launch)));
  return {std::move(folders_), std::move(process_)};
}

// Once: what it becomes has the layers that it was preloaded with.
bool SpareProcess::put_in_opt(const Launch& launch) {
  if (!folders_ || has_layers_) return true;
  has_layers_ = folders_->put_in_opt(launch.layers).has_value();
  return has_layers_;
}

void SpareProcess::order(std::string line) {
  asio::co_spawn(executor_, tell(process_->write(std::move(line) + "\n")), asio::detached);
}

}  // namespace live
