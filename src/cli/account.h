// The account that a command works on, and the session's keys for it.
#pragma once

#include <memory>

#include "aws/client.h"
#include "aws/dated_http.h"
#include "cli/target.h"
#include "live/host.h"
#include "live/stacks.h"
#include "live/target.h"

namespace live::cli {

class Account {
 public:
  // Finds out region and account, by which the keys are proven; asks for an MFA code where one is needed.
  static Async<Result<std::unique_ptr<Account>>> open(Host& host, const CommonOptions& options,
                                                      Target& target);

  aws::CredentialSource& credentials() { return *credentials_; }
  aws::DatedHttp& http() { return http_; }  // knows how far our clock is from AWS's
  aws::AwsClient& client() { return client_; }
  Stacks& stacks() { return stacks_; }

 private:
  Account(Executor executor, Host& host, const Target& target, aws::AwsSettings settings);

  SystemClock clock_;
  RandomIds ids_;
  aws::DatedHttp http_;
  std::unique_ptr<aws::CredentialSource> credentials_;
  aws::AwsClient client_;
  Stacks stacks_;
};

}  // namespace live::cli
