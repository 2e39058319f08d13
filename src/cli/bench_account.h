// The place of `live bench` without --local: the account that a session would use. It is found and told of
// before anything happens there, and left as it was.
#pragma once

#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "cli/bench_measure.h"
#include "cli/relay.h"
#include "cli/target.h"

namespace live::cli::bench {

class Account final : public Place {
 public:
  // Fault: no valid keys, an account that is not bootstrapped, a stage that cannot be one.
  static Async<Result<std::unique_ptr<Account>>> find(Executor executor, CommonOptions options);

  Launch launch() const override;
  const std::string& stage() const override { return target_.stage; }
  const aws::AwsSettings& settings() const override { return settings_; }
  aws::CredentialSource& credentials() override { return account_->credentials(); }
  Async<Result<aws::RelayAddress>> debug_stack() override;

  std::string where() const;                          // "account 1…, region eu-west-1"
  std::string intention(const Counts& counts) const;  // what is about to happen, and what it costs
  std::vector<std::string> stacks() const;            // names of what is deployed
  Async<Result<std::vector<std::string>>> stacks_there();
  json::object described() const;

 private:
  Account(Executor executor, Target target);
  Async<Result<void>> require_bootstrap();
  std::string stack(std::string_view id) const;

  Host host_;
  Target target_;
  aws::AwsSettings settings_;
  std::unique_ptr<cli::Account> account_;  // once it is found
};

// Ends calls and session and removes what was deployed: once, whoever asks, and everybody waits for it.
class Departure {
 public:
  Departure(Executor executor, Account& account, Site& site, Caller& caller, Terminal& terminal);
  Async<Result<void>> leave();  // Fault: says what is left, and how to remove it

 private:
  Async<Result<void>> remove();
  Async<Fault> with_what_is_left(Fault why);

  Account& account_;
  Site& site_;
  Caller& caller_;
  Terminal& terminal_;
  asio::steady_timer done_;
  bool begun_ = false;
  std::optional<Result<void>> outcome_;
};

}  // namespace live::cli::bench
