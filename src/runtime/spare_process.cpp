#include "runtime/spare_process.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "runtime/launch.h"

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

Async<void> tell(Async<Result<void>> written) { (void)co_await std::move(written); }

}  // namespace

std::string own_certificates() {
  const auto* value = getenv(kCertificates);
  return value ? value : "";
}

std::optional<SpareProcess> SpareProcess::start(const Executor& executor, Command spare,
                                                Process::OnLine on_line) {
  spare.one_output = true;  // as a worker's
  if (auto certificates = own_certificates(); !certificates.empty())
    spare.environment.emplace_back(kCertificates, std::move(certificates));
  auto sink = std::make_shared<Process::OnLine>(std::move(on_line));
  auto started =
      Process::start(executor, std::move(spare), [sink](Process::Stream stream, std::string_view line) {
        if (*sink) (*sink)(stream, line);
      });
  if (!started) return std::nullopt;
  return SpareProcess(executor, std::move(started.value()), std::move(sink));
}

void SpareProcess::compile(const char* what, const std::filesystem::path& file) {
  order(json::serialize(json::object{{what, file.string()}}));
}

void SpareProcess::preload(const Launch& launch) {
  order(json::serialize(json::object{{"preload", order_to_become(launch)}}));
}

std::unique_ptr<Process> SpareProcess::become(const Launch& launch, Process::OnLine on_line) && {
  *line_sink_ = std::move(on_line);
  order(json::serialize(order_to_become(launch)));
  return std::move(process_);
}

void SpareProcess::order(std::string line) {
  asio::co_spawn(executor_, tell(process_->write(std::move(line) + "\n")), asio::detached);
}

}  // namespace live
