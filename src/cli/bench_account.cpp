#include "cli/bench_account.h"

#include <cmath>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/ranges.h>

#include "live/unchanged.h"

namespace live::cli::bench {
namespace {

constexpr size_t kLongestStage = 48;  // a function's name has 64 characters at most, AWS says

// In the folder of an app it is that app's account.
Result<App> app_here(const CommonOptions& options) {
  if (!options.config.empty()) return find_app_of(options.config);
  auto const here = std::filesystem::current_path();
  if (!std::filesystem::exists(here / "live.json")) return App{};
  return find_app(here);
}

Result<std::string> stage_of(const CommonOptions& options) {
  LIVE_TRY(auto stage, stage_name(options.stage.empty() ? "bench-" + user_name() : options.stage));
  if (stage.size() > kLongestStage)
    return fault(
        fmt::format("the stage {} is too long for the names of the bench's functions: at most {} "
                    "characters; choose one with --stage",
                    stage, kLongestStage));
  return stage;
}

// USD, with the prices of us-east-1.
double rough_cost(const Counts& counts) {
  constexpr double kMessage = 1e-6;              // of a WebSocket API
  constexpr double kCall = 2 * kMessage + 1e-6;  // Lambda's request, and 512 MB for a tenth of a second
  constexpr double kMegabyte = 9e-5;             // that leaves AWS
  int const calls = counts.warm_up + counts.warm + counts.eight_warm_up + counts.eight + 10 * counts.edits;
  double const megabytes = 0.1 * counts.kb100 + 3 * 5.0 * counts.mb5;
  return calls * kCall + 2 * counts.raw_loop * kMessage + megabytes * kMegabyte;
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Account::Account(Executor executor, Target target)
    : host_(executor,
            Host::Options{.folder = host_folder(),
                          .environment = target.region.empty() ? Environment{}
                                                               : Environment{{"AWS_REGION", target.region}}}),
      target_(std::move(target)) {}

Async<Result<std::unique_ptr<Account>>> Account::find(Executor executor, CommonOptions options) {
  Target target;
  LIVE_CO_TRY(target.stage, stage_of(options));
  LIVE_CO_TRY(target.app, app_here(options));
  aim_at_account(target, options);
  std::optional<net::Endpoint> endpoint;
  if (!target.endpoint.empty()) {
    auto parsed = net::parse_endpoint(target.endpoint);
    if (parsed.has_error()) co_return within("AWS_ENDPOINT_URL", parsed.error());
    endpoint = parsed.value();
  }
  auto account = std::unique_ptr<Account>(new Account(executor, std::move(target)));
  LIVE_CO_TRY(account->account_, co_await cli::Account::open(account->host_, options, account->target_));
  LIVE_CO_TRY(check_account(options, account->target_));
  account->settings_ = {account->target_.region, endpoint};
  LIVE_CO_TRY(co_await account->require_bootstrap());
  co_return account;
}

// It would stay when the bench leaves.
Async<Result<void>> Account::require_bootstrap() {
  if (!target_.endpoint.empty()) co_return outcome::success();
  auto const states = co_await account_->stacks().find({"CDKToolkit"});
  if (states.has_error()) co_return within("reading the CDK's bootstrap stack", states.error());
  if (is_bootstrapped(states.value().front())) co_return outcome::success();
  co_return fault(fmt::format("the CDK is not bootstrapped in {}: run `cdk bootstrap aws://{}/{}`", where(),
                              target_.account, target_.region));
}

// Keys that an MFA device's code gave are handed over: a code counts once.
Launch Account::launch() const {
  auto const& identity = target_.identity;
  Launch launch{.options = {"--stage", target_.stage, "--region", target_.region}, .patience = 900s};
  if (!identity.access_key.empty()) {
    launch.environment = {{"AWS_ACCESS_KEY_ID", identity.access_key},
                          {"AWS_SECRET_ACCESS_KEY", identity.secret_key},
                          {"AWS_SESSION_TOKEN", identity.session_token},
                          {"AWS_PROFILE", ""}};
    return launch;
  }
  auto const add = [&launch](const char* option, const std::string& value) {
    if (!value.empty()) launch.options.insert(launch.options.end(), {option, value});
  };
  add("--profile", identity.profile);
  add("--role-arn", identity.role_arn);
  return launch;
}

std::string Account::stack(std::string_view id) const {
  return fmt::format("{}-{}-{}", target_.stage, kApp, id);
}

std::vector<std::string> Account::stacks() const { return {stack("debug-stack"), stack("functions")}; }

Async<Result<std::vector<std::string>>> Account::stacks_there() {
  LIVE_CO_TRY(auto states, co_await account_->stacks().find(stacks()));
  std::vector<std::string> there;
  for (auto const& state : states)
    if (state.exists) there.push_back(state.name);
  co_return there;
}

Async<Result<aws::RelayAddress>> Account::debug_stack() {
  LIVE_CO_TRY(auto states, co_await account_->stacks().find({stack("debug-stack")}));
  auto& outputs = states.front().outputs;
  LIVE_CO_TRY(auto found, debug_stack_from(states.front().name, outputs["Url"], outputs["Table"],
                                           outputs["Bucket"], target_.region, target_.account));
  co_return aws::RelayAddress{target_.region, found.url,    target_.endpoint,
                              found.table,    found.bucket, account_->client().settings().proxies};
}

std::string Account::where() const {
  return fmt::format("account {}, region {}{}", target_.account, target_.region,
                     target_.endpoint.empty() ? "" : ", at " + target_.endpoint);
}

json::object Account::described() const {
  return {{"account", target_.account},
          {"region", target_.region},
          {"endpoint", target_.endpoint},
          {"stage", target_.stage}};
}

std::string Account::intention(const Counts& counts) const {
  return fmt::format(
      "The bench deploys to {}:\n"
      "  the stacks {} (three functions and their roles, a WebSocket API, a table, a bucket).\n"
      "It calls the functions some {} times, which takes minutes and costs about ${:.2f}.\n"
      "Then it removes all of it, also after a failure or Ctrl-C; the CDK's bucket keeps the stub's package.",
      where(), joined(stacks()), counts.warm_up + counts.warm + counts.eight_warm_up + counts.eight,
      std::ceil(rough_cost(counts) * 100) / 100);
}

Departure::Departure(Executor executor, Account& account, Site& site, Caller& caller, Terminal& terminal)
    : account_(account),
      site_(site),
      caller_(caller),
      terminal_(terminal),
      done_(executor, std::chrono::steady_clock::time_point::max()) {}

Async<Result<void>> Departure::leave() {
  if (!std::exchange(begun_, true)) {
    outcome_ = co_await remove();
    done_.cancel();
  }
  while (!outcome_) {
    boost::system::error_code cancelled;
    co_await done_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  co_return *outcome_;
}

Async<Result<void>> Departure::remove() {
  caller_.close();  // a call would make its function's log anew
  co_await site_.close();
  auto const began = std::chrono::steady_clock::now();
  auto const removed = co_await site_.remove();
  if (removed.has_error()) co_return co_await with_what_is_left(removed.error());
  terminal_.step("Removed what was deployed",
                 std::chrono::milliseconds(static_cast<int64_t>(ms_since(began))));
  co_return outcome::success();
}

Async<Fault> Departure::with_what_is_left(Fault why) {
  site_.keep_folder();
  auto const there = co_await account_.stacks_there();
  auto const left = there.has_error()       ? "perhaps " + joined(account_.stacks())
                    : there.value().empty() ? "no stack, perhaps the functions' logs"
                                            : joined(there.value());
  co_return fault(fmt::format("{}\nLeft in {}: {}. Remove it: {}", why.message, account_.where(), left,
                              site_.remove_by_hand()));
}

}  // namespace live::cli::bench
