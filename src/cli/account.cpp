#include "cli/account.h"

#include <cstdio>

#include "aws/sts.h"
#include "live/clock_notice.h"

namespace live::cli {
namespace {

constexpr auto kRenewBefore = std::chrono::minutes(5);
constexpr Milliseconds kPatience{30'000};

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

// Given keys, or the profile's, asked for again before they end.
std::unique_ptr<aws::CredentialSource> credentials_of(Host& host, const Target& target) {
  if (!target.identity.access_key.empty())
    return std::make_unique<aws::StaticCredentials>(aws::Credentials{
        target.identity.access_key, target.identity.secret_key, target.identity.session_token, std::nullopt});
  return std::make_unique<HostCredentialSource>(host, target.identity);
}

// Asks for the code of an MFA device where one is needed, and goes on with the keys that it gives: a code
// counts once.
Async<Result<void>> prove_keys(Host& host, const CommonOptions& options, Identity& identity) {
  constexpr int kCodeNeeded = 401;
  auto keys = co_await host.credentials(identity);
  if (!keys.has_error()) co_return outcome::success();
  if (keys.error().status != kCodeNeeded) co_return keys.error();
  if (!can_ask(options)) co_return within("run this in a terminal", keys.error());
  identity.mfa_code = read_answer(keys.error().message + ": ");
  keys = co_await host.credentials(identity);
  identity.mfa_code.clear();
  if (keys.has_error()) co_return keys.error();
  identity.access_key = keys.value().access_key;
  identity.secret_key = keys.value().secret_key;
  identity.session_token = keys.value().session_token;
  co_return outcome::success();
}

Async<Result<void>> find_region(Host& host, Target& target) {
  if (!target.region.empty()) co_return outcome::success();
  LIVE_CO_TRY(target.region, co_await host.region(target.identity.profile));
  if (target.region.empty())
    co_return fault("no AWS region: use --region, set AWS_REGION, or write \"region\" in live.json");
  target.identity.region = target.region;
  co_return outcome::success();
}

Result<aws::AwsSettings> settings_of(const Target& target) {
  aws::AwsSettings settings{.region = target.region, .endpoint = {}};
  if (target.endpoint.empty()) return settings;
  auto const endpoint = net::parse_endpoint(target.endpoint);
  if (endpoint.has_error()) return within("AWS_ENDPOINT_URL", endpoint.error());
  settings.endpoint = endpoint.value();
  return settings;
}

}  // namespace

Account::Account(Executor executor, Host& host, const Target& target, aws::AwsSettings settings)
    : http_(net::HttpClient::create(executor), clock_),
      credentials_(credentials_of(host, target)),
      client_(http_, *credentials_, clock_, ids_, std::move(settings)),
      stacks_(client_) {}

Async<Result<std::unique_ptr<Account>>> Account::open(Host& host, const CommonOptions& options,
                                                      Target& target) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(co_await find_region(host, target));
  if (target.identity.access_key.empty()) {
    LIVE_CO_TRY(co_await prove_keys(host, options, target.identity));
  }
  LIVE_CO_TRY(auto settings, settings_of(target));
  std::unique_ptr<Account> account(new Account(executor, host, target, std::move(settings)));
  auto const identity = co_await aws::get_caller_identity(account->client_, kPatience);
  if (identity.has_error()) {
    Fault why = within("asking AWS who we are", identity.error());
    if (auto const& skew = account->http_.skew(); skew && is_refused(*skew))
      why.message += "; it is " + in_words(*skew);
    co_return why;
  }
  target.account = identity.value().account;
  co_return account;
}

}  // namespace live::cli
