// The AWS that is measured: how a `live` is told to work there, and what is called there.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "aws/relay_mailbox.h"
#include "invocation/invocation.h"

namespace live::cli::bench {

constexpr const char* kApp = "live-bench";

struct Launch {                      // of `live start`, and of what else works on the same stage
  std::vector<std::string> options;  // "--stage", "bench"
  Environment environment;           // over ours
  std::chrono::seconds patience{};   // with a deployment
};

class Place {
 public:
  virtual ~Place() = default;
  virtual Launch launch() const = 0;
  virtual const std::string& stage() const = 0;
  virtual const aws::AwsSettings& settings() const = 0;
  virtual aws::CredentialSource& credentials() = 0;
  virtual Async<Result<aws::RelayAddress>> debug_stack() = 0;  // once a session is there
};

}  // namespace live::cli::bench
