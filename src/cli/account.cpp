#include "cli/account.h"

#include <cstdio>

#include "aws/sts.h"
#include "live/clock_notice.h"

namespace live::cli {
namespace {

// "2026-11-23T07:20:00.000Z"; empty: they do not end.
std::optional<TimePoint> parse_time(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6)
    return std::nullopt;
  auto const date = std::chrono::year(year) / month / day;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

// Profiles, SSO and assumed roles are the Node side's.
Async<Result<aws::Credentials>> ask_host(Host& host, Identity identity) {
  LIVE_CO_TRY(auto keys, co_await host.credentials(std::move(identity)));
  co_return aws::Credentials{keys.access_key, keys.secret_key, keys.session_token,
                             parse_time(keys.expiration)};
}

// The toolkit's, from now on: a code counts once.
void use(const aws::Credentials& keys, Identity& identity) {
  identity.access_key = keys.access_key;
  identity.secret_key = keys.secret_key;
  identity.session_token = keys.session_token;
}

bool needs_code(const Fault& why) {
  constexpr int kCodeNeeded = 401;
  return why.status == kCodeNeeded;
}

// Asks for the code of an MFA device where one is needed.
Async<Result<aws::Credentials>> first_keys(Host& host, const CommonOptions& options, Identity& identity) {
  if (!identity.access_key.empty())
    co_return aws::Credentials{identity.access_key, identity.secret_key, identity.session_token, {}};
  auto keys = co_await ask_host(host, identity);
  if (!keys.has_error() || !needs_code(keys.error())) co_return keys;
  if (!can_ask(options)) co_return within("run this in a terminal", keys.error());
  auto with_code = identity;
  with_code.mfa_code = read_answer(keys.error().message + ": ");
  keys = co_await ask_host(host, with_code);
  if (!keys.has_error()) use(keys.value(), identity);
  co_return keys;
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
  LIVE_TRY(settings.proxies, net::Proxies::from_environment());
  if (target.endpoint.empty()) return settings;
  auto const endpoint = net::parse_endpoint(target.endpoint);
  if (endpoint.has_error()) return within("AWS_ENDPOINT_URL", endpoint.error());
  settings.endpoint = endpoint.value();
  return settings;
}

}  // namespace

Account::Account(Executor executor, Host& host, Target& target, Identity asked, aws::AwsSettings settings)
    : executor_(executor),
      host_(host),
      target_(target),
      asked_(std::move(asked)),
      http_(net::HttpClient::create(executor, {.proxies = settings.proxies}), clock_),
      credentials_(executor, clock_, [&host, asked = asked_] { return ask_host(host, asked); }),
      client_(http_, credentials_, clock_, ids_, std::move(settings)),
      stacks_(client_) {}

void Account::on_keys_ending(std::function<void(const Fault* why, TimePoint end)> told) {
  credentials_.on_trouble([this, told = std::move(told)](const Fault* why, TimePoint end) {
    waits_for_code_ = why && needs_code(*why);
    told(why, end);
  });
}

Async<Result<void>> Account::renew_with(std::string mfa_code) {
  auto identity = asked_;
  identity.mfa_code = std::move(mfa_code);
  LIVE_CO_TRY(auto keys, co_await ask_host(host_, std::move(identity)));
  use(keys, target_.identity);
  credentials_.start_with(std::move(keys));
  co_return outcome::success();
}

Async<Result<std::unique_ptr<Account>>> Account::open(Host& host, const CommonOptions& options,
                                                      Target& target, Milliseconds patience) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(co_await find_region(host, target));
  auto const asked = target.identity;
  LIVE_CO_TRY(auto keys, co_await first_keys(host, options, target.identity));
  LIVE_CO_TRY(auto settings, settings_of(target));
  std::unique_ptr<Account> account(new Account(executor, host, target, asked, std::move(settings)));
  account->credentials_.start_with(std::move(keys));
  auto const identity = co_await aws::get_caller_identity(account->client_, patience);
  if (identity.has_error()) {
    Fault why = within("asking AWS who we are", identity.error());
    if (auto const& skew = account->http_.skew(); skew && is_refused(*skew))
      why.message += "; it is " + in_words(*skew);
    co_return why;
  }
  target.account = identity.value().account;
  account->arn_ = identity.value().arn;
  co_return account;
}

}  // namespace live::cli
