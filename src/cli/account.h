// The account that a command works on, and the session's keys for it.
#pragma once

#include <memory>

#include "aws/client.h"
#include "live/host.h"
#include "live/stacks.h"
#include "live/target.h"

namespace live::cli {

class Account {
 public:
  // Finds out region and account, by which the keys are proven; asks for an MFA code where one is needed.
  static Async<Result<std::unique_ptr<Account>>> open(Host& host, Target& target);

  aws::CredentialSource& credentials() { return *credentials_; }
  net::HttpClient& http() { return *http_; }
  aws::AwsClient& client() { return client_; }
  Stacks& stacks() { return stacks_; }

 private:
  Account(Executor executor, Host& host, const Target& target, aws::AwsSettings settings);

  SystemClock clock_;
  RandomIds ids_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<aws::CredentialSource> credentials_;
  aws::AwsClient client_;
  Stacks stacks_;
};

}  // namespace live::cli
