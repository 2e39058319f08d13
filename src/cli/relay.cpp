#include "cli/relay.h"

namespace live::cli {
namespace {

constexpr auto kDialTimeout = 10s;

aws::RelayAddress address_of(Account& account, const Target& target, const DebugStackAddress& debug_stack) {
  return {target.region,     debug_stack.url,    target.endpoint,
          debug_stack.table, debug_stack.bucket, account.client().settings().proxies};
}

}  // namespace

Relay::Relay(Executor executor, Account& account, const Target& target, const DebugStackAddress& debug_stack)
    : relay_(executor, account.http(), account.credentials(), clock_,
             address_of(account, target, debug_stack)),
      stage_(account.http(), account.credentials(), clock_, address_of(account, target, debug_stack)) {}

Async<Result<void>> Relay::ensure_stage_key() {
  LIVE_CO_TRY(stage_key_, co_await stage_.stage_key(ids_));
  co_return outcome::success();
}

Link::Dial Relay::dial() {
  return [this] { return relay_.connect(kDialTimeout); };
}

Async<Result<void>> delete_log_groups(Account& account, const Target& target,
                                      std::vector<std::string> names) {
  SystemClock clock;
  aws::Stage stage(account.http(), account.credentials(), clock, address_of(account, target, {}));
  for (auto const& name : names) {
    LIVE_CO_TRY(co_await stage.delete_log_group(name));
  }
  co_return outcome::success();
}

}  // namespace live::cli
