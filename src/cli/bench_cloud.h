// The place of `live bench --local`: an embedded AWS of the bench's own, started and stopped at will, whose
// stubs are processes of this machine. It ends with the object.
#pragma once

#include <memory>

#include "base/file.h"
#include "cli/bench_place.h"
#include "cli/bench_processes.h"
#include "cli/cloud_process.h"

namespace live::cli::bench {

class OwnCloud final : public Place {
 public:
  static Result<std::unique_ptr<OwnCloud>> create();
  ~OwnCloud() override;

  // From the start of its process until it answers, in milliseconds.
  Result<double> start(std::vector<std::string> options = {});
  Result<void> stop();
  pid_t pid() const { return cloud_.pid; }
  std::vector<pid_t> stubs() const;
  Result<pid_t> a_stub() const;

  Launch launch() const override;
  const std::string& stage() const override { return stage_; }
  const aws::AwsSettings& settings() const override { return settings_; }
  aws::CredentialSource& credentials() override { return *credentials_; }
  Async<Result<aws::RelayAddress>> debug_stack() override;

 private:
  explicit OwnCloud(TempDir home);
  std::filesystem::path state() const { return home_.path() / "cloud"; }

  TempDir home_;
  std::string stage_ = "bench";
  RunningCloud cloud_;
  aws::AwsSettings settings_;
  std::unique_ptr<aws::CredentialSource> credentials_;
};

}  // namespace live::cli::bench
