#include "cli/relay.h"

#include <cstdio>

namespace live::cli {
namespace {

constexpr auto kRenewBefore = std::chrono::minutes(5);
constexpr auto kDialTimeout = 10s;

// "2026-11-23T07:20:00.000Z"; empty: they do not end.
std::optional<TimePoint> parse_time(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6)
    return std::nullopt;
  auto const date = std::chrono::year(year) / month / day;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

// Profiles, SSO and assumed roles, by the Node side; kept until they are about to end.
class HostCredentialSource final : public aws::CredentialSource {
 public:
  HostCredentialSource(Host& host, Identity identity) : host_(host), identity_(std::move(identity)) {}

  Async<Result<aws::Credentials>> get() override {
    auto const now = SystemClock().now();
    if (kept_ && (!kept_->expires || *kept_->expires - kRenewBefore > now)) co_return *kept_;
    auto const fresh = co_await host_.credentials(identity_);
    if (fresh.has_error()) {
      if (kept_ && *kept_->expires > now)
        co_return *kept_;  // still good for a while: the next call asks again
      co_return fresh.error();
    }
    auto const& keys = fresh.value();
    kept_ =
        aws::Credentials{keys.access_key, keys.secret_key, keys.session_token, parse_time(keys.expiration)};
    co_return *kept_;
  }

 private:
  Host& host_;
  Identity identity_;
  std::optional<aws::Credentials> kept_;
};

aws::RelayAddress address_of(const Target& target, const DebugStackAddress& debug_stack) {
  return {target.region, debug_stack.url, target.endpoint, debug_stack.table, debug_stack.bucket};
}

}  // namespace

std::unique_ptr<aws::CredentialSource> credentials_of(Host& host, const Target& target) {
  if (!target.identity.access_key.empty())
    return std::make_unique<aws::StaticCredentials>(aws::Credentials{
        target.identity.access_key, target.identity.secret_key, target.identity.session_token, std::nullopt});
  return std::make_unique<HostCredentialSource>(host, target.identity);
}

Relay::Relay(Executor executor, Host& host, const Target& target, const DebugStackAddress& debug_stack)
    : http_(net::HttpClient::create(executor)),
      credentials_(credentials_of(host, target)),
      relay_(executor, *http_, *credentials_, clock_, address_of(target, debug_stack)),
      stage_(*http_, *credentials_, clock_, address_of(target, debug_stack)) {}

Async<Result<void>> Relay::ensure_stage_key() {
  LIVE_CO_TRY(stage_key_, co_await stage_.stage_key(ids_));
  co_return outcome::success();
}

Link::Dial Relay::dial() {
  return [this] { return relay_.connect(kDialTimeout); };
}

Async<Result<void>> delete_log_groups(Executor executor, Host& host, Target target,
                                      std::vector<std::string> names) {
  SystemClock clock;
  auto const http = net::HttpClient::create(executor);
  auto const credentials = credentials_of(host, target);
  aws::Stage stage(*http, *credentials, clock, address_of(target, {}));
  for (auto const& name : names) {
    LIVE_CO_TRY(co_await stage.delete_log_group(name));
  }
  co_return outcome::success();
}

}  // namespace live::cli
