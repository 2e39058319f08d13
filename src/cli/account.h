// The account that a command works on, and the session's keys for it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "aws/client.h"
#include "aws/dated_http.h"
#include "aws/renewed_credentials.h"
#include "cli/target.h"
#include "live/host.h"
#include "live/stacks.h"
#include "live/target.h"

namespace live::cli {

class Account {
 public:
  static constexpr Milliseconds kPatience{30'000};  // for the answer that proves the keys
  // Finds out region and account, by which the keys are proven; asks for an MFA code where one is needed.
  static Async<Result<std::unique_ptr<Account>>> open(Host& host, const CommonOptions& options,
                                                      Target& target, Milliseconds patience = kPatience);

  // Before keys end that cannot be renewed, with the reason; with none when they were after all.
  void on_keys_ending(std::function<void(const Fault* why, TimePoint end)> told);
  bool waits_for_code() const { return waits_for_code_; }  // of an MFA device, as on_keys_ending() told
  Async<Result<void>> renew_with(std::string mfa_code);

  const std::string& arn() const { return arn_; }  // whose keys these are
  Executor executor() const { return executor_; }
  aws::CredentialSource& credentials() { return credentials_; }
  aws::DatedHttp& http() { return http_; }  // knows how far our clock is from AWS's
  aws::AwsClient& client() { return client_; }
  Stacks& stacks() { return stacks_; }

 private:
  Account(Executor executor, Host& host, Target& target, Identity asked, aws::AwsSettings settings);

  Executor executor_;
  Host& host_;
  Target& target_;
  Identity asked_;  // without what a code gave
  bool waits_for_code_ = false;
  SystemClock clock_;
  RandomIds ids_;
  aws::DatedHttp http_;
  aws::RenewedCredentials credentials_;
  aws::AwsClient client_;
  Stacks stacks_;
  std::string arn_;
};

}  // namespace live::cli
