// The debug stack, reached with the developer's credentials: what a session and its end need of AWS.
#pragma once

#include <string>
#include <vector>

#include "aws/stage.h"
#include "cli/account.h"
#include "live/debug_stack.h"
#include "live/link.h"

namespace live::cli {

class Relay {
 public:
  Relay(Executor executor, Account& account, const Target& target, const DebugStackAddress& debug_stack);

  Async<Result<void>> ensure_stage_key();
  Async<Result<std::string>> stage_key_there() { return stage_.stage_key_there(); }
  const std::string& stage_key() const { return stage_key_; }  // once ensured

  Mailbox& mailbox() { return relay_; }
  Async<Result<bool>> has_connection(std::string connection) {
    return relay_.has_connection(std::move(connection));
  }
  PayloadStore& payloads() { return relay_; }
  Registry& registry() { return stage_; }
  Link::Dial dial();

 private:
  SystemClock clock_;
  RandomIds ids_;
  aws::Relay relay_;
  aws::Stage stage_;
  std::string stage_key_;
};

Async<Result<void>> delete_log_groups(Account& account, const Target& target, std::vector<std::string> names);

}  // namespace live::cli
