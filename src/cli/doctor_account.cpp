// The account: how it is reached, as whom, and whether the CDK can deploy to it.
#include <cstdlib>

#include <fmt/ranges.h>

#include "base/ahead.h"
#include "cli/doctor.h"
#include "live/bootstrap_needs.h"
#include "live/clock_notice.h"
#include "net/http.h"

namespace live::cli {
namespace {

constexpr Milliseconds kReachable{5'000};
constexpr const char* kServices[] = {"sts", "cloudformation", "lambda", "dynamodb", "s3",
                                     "ssm", "logs",           "iam"};
constexpr int kUsualBootstrap = 6;  // that aws-cdk-lib's own synthesizer asks for

struct Reached {
  std::string service, host, problem;
};

// Any answer will do: nobody signs this.
Async<Reached> reach(Patient& patient, std::string service, net::Endpoint endpoint) {
  net::Request request;
  request.method = "GET";
  request.target = "/";
  auto const host = endpoint.host;
  auto const answer = co_await patient.http.send(std::move(endpoint), std::move(request), kReachable);
  co_return Reached{std::move(service), host, answer.has_error() ? answer.error().message : ""};
}

net::Endpoint endpoint_of(const std::string& service, const std::string& region) {
  net::Endpoint endpoint;
  endpoint.tls = true;
  endpoint.host = service == "iam" ? "iam.amazonaws.com" : aws::service_host(service, region);
  endpoint.port = 443;
  return endpoint;
}

const net::Proxy* proxy_of(const Patient& patient) {
  auto const& proxies = patient.proxies;
  return proxies.has_value() && proxies.value().proxy() ? &*proxies.value().proxy() : nullptr;
}

// Without the names that the line has already.
std::string_view bare(std::string_view problem) {
  size_t const at = problem.rfind(": ");
  return at == problem.npos ? problem : problem.substr(at + 2);
}

// Without what may be secret: a proxy's URL has a password.
std::string way_out(const Patient& patient) {
  auto const* proxy = proxy_of(patient);
  if (!proxy) return "check network, DNS and firewall";
  return fmt::format("live goes through the proxy of {}, {}: check that, or name the host in NO_PROXY",
                     proxy->variable, net::to_string(proxy->at));
}

void tell_unreachable(const Patient& patient, const std::vector<Reached>& silent, bool all,
                      Findings& findings) {
  if (silent.empty()) return;
  if (all && silent.size() > 1)
    return findings.fail("endpoints",
                         fmt::format("none of {} and {} others answers: {}", silent.front().host,
                                     silent.size() - 1, bare(silent.front().problem)),
                         way_out(patient));
  for (auto const& one : silent)
    findings.fail("endpoint " + one.service,
                  fmt::format("{} does not answer: {}", one.host, bare(one.problem)), way_out(patient));
}

std::string remaining(const std::string& expiration) {
  return expiration.empty() ? "they do not expire" : "until " + expiration;
}

Async<bool> check_credentials(Patient& patient, Findings& findings) {
  auto const& identity = patient.target().identity;
  if (!identity.access_key.empty()) {
    findings.ok("credentials", "the embedded AWS's own");
    co_return true;
  }
  HostCall how;
  how.deadline = kCheckPatience;
  auto const keys = co_await patient.host->credentials(identity, std::move(how));
  bool const asks_for_code = keys.has_error() && keys.error().status == 401;
  if (asks_for_code) {
    findings.ok("credentials", "they need the code of an MFA device");
  } else if (keys.has_error()) {
    findings.fail("credentials", keys.error().message, "log in, use --profile, or try --local");
  } else {
    findings.ok("credentials",
                fmt::format("from {}, {}", keys.value().source, remaining(keys.value().expiration)));
  }
  co_return asks_for_code || keys.has_value();
}

Async<bool> check_region(Patient& patient, Findings& findings) {
  auto& target = patient.prepared.target;
  if (target.region.empty()) {
    auto const found = co_await patient.host->region(target.identity.profile);
    if (found.has_value()) target.region = target.identity.region = found.value();
  }
  if (target.region.empty()) {
    findings.fail("region", "no AWS region is named",
                  "use --region, set AWS_REGION, or write \"region\" in live.json");
    co_return false;
  }
  findings.ok("region", target.region);
  co_return true;
}

Async<Result<std::optional<int>>> bootstrap_version(aws::AwsClient& client, std::string parameter) {
  aws::AwsCall call;
  call.doing = "SSM GetParameter " + parameter;
  call.service = "ssm";
  call.host = aws::service_host("ssm", client.settings().region);
  call.request.method = "POST";
  call.request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                          {"X-Amz-Target", "AmazonSSM.GetParameter"}};
  call.request.body = json::serialize(json::object{{"Name", parameter}});
  call.timeout = kCheckPatience;
  auto const doing = call.doing;
  LIVE_CO_TRY(auto const answer, co_await client.ask(std::move(call)));
  if (answer.error_code == "ParameterNotFound") co_return std::nullopt;
  if (!answer.ok()) co_return aws::refusal(doing, answer);
  LIVE_CO_TRY(auto const body, parse_json_object(answer.response.body));
  auto const* found = find_object(body, "Parameter");
  co_return found ? std::optional<int>(std::atoi(string_or(*found, "Value").c_str())) : std::nullopt;
}

void tell_bootstrap(const Patient& patient, const std::string& parameter, int needed,
                    std::optional<int> there, Findings& findings) {
  auto const& target = patient.target();
  auto const command = fmt::format("cdk bootstrap aws://{}/{}", target.account, target.region);
  if (there && *there >= needed) {
    findings.ok("bootstrap", fmt::format("version {}, {} is needed", *there, needed));
  } else if (there) {
    findings.fail("bootstrap",
                  fmt::format("version {} ({}), but the app needs {}", *there, parameter, needed),
                  "run `" + command + "` again");
  } else if (!target.endpoint.empty()) {
    findings.ok("bootstrap", "not yet: `live start` does it");
  } else {
    findings.fail("bootstrap", fmt::format("the CDK is not bootstrapped here ({} is not there)", parameter),
                  "run `" + command + "`, or `live start` in a terminal and accept");
  }
}

}  // namespace

Async<Findings> check_endpoints(Patient& patient) {
  Findings findings;
  auto const& target = patient.target();
  if (patient.proxies.has_error()) {
    findings.fail("proxy", patient.proxies.error().message, "set it so, or unset it");
  } else if (auto const* proxy = proxy_of(patient)) {
    findings.ok("proxy", fmt::format("{} by {}, but for what NO_PROXY names", net::to_string(proxy->at),
                                     proxy->variable));
  }
  std::vector<Async<Reached>> tasks;
  if (auto const endpoint = net::parse_endpoint(target.endpoint); endpoint.has_value())
    tasks.push_back(reach(patient, target.endpoint, endpoint.value()));
  else if (!target.region.empty())
    for (auto const* service : kServices)
      tasks.push_back(reach(patient, service, endpoint_of(service, target.region)));
  std::vector<std::string> answering;
  std::vector<Reached> silent;
  for (auto& one : co_await together(std::move(tasks))) {
    if (one.problem.empty()) {
      answering.push_back(one.service);
    } else {
      silent.push_back(std::move(one));
    }
  }
  tell_unreachable(patient, silent, answering.empty(), findings);
  if (!answering.empty())
    findings.ok("endpoints",
                fmt::format("{} answer{}", fmt::join(answering, ", "), answering.size() == 1 ? "s" : ""));
  co_return findings;
}

Async<Findings> check_account_and_region(Patient& patient) {
  Findings findings;
  auto& target = patient.prepared.target;
  bool const has_region = co_await check_region(patient, findings);
  bool const has_keys = co_await check_credentials(patient, findings);
  if (!has_region || !has_keys) co_return findings;
  auto account = co_await Account::open(*patient.host, patient.options, target, kCheckPatience);
  if (account.has_error()) {
    findings.fail("account", account.error().message, "renew the credentials, or use another --profile");
    co_return findings;
  }
  patient.account = std::move(account.value());
  auto const allowed = check_account(patient.options, target);
  if (allowed.has_error()) {
    findings.fail("account", allowed.error().message, "start, deploy and remove refuse it");
  } else {
    findings.ok("account", target.account);
  }
  co_return findings;
}

Async<Findings> check_clock(Patient& patient) {
  Findings findings;
  auto const& signed_skew = patient.account ? patient.account->http().skew() : patient.http.skew();
  auto const& skew = signed_skew ? signed_skew : patient.http.skew();
  if (!skew) co_return findings;
  auto const said = "this machine's is " + in_words(*skew);
  if (is_refused(*skew)) {
    findings.fail("clock", said + ": AWS refuses what is signed by it", kSetTheClock);
  } else if (is_off(*skew)) {
    findings.warn("clock", said + ": remaining times are corrected, other times and signatures are not",
                  kSetTheClock);
  } else {
    findings.ok("clock", said);
  }
  co_return findings;
}

Async<Findings> check_bootstrap(Patient& patient) {
  Findings findings;
  if (!patient.account) co_return findings;
  auto needs = patient.plan ? bootstrap_needs(patient.plan->assembly) : std::map<std::string, int>();
  if (needs.empty()) needs[kBootstrapParameter] = kUsualBootstrap;
  for (auto const& [parameter, version] : needs) {
    auto const there = co_await bootstrap_version(patient.account->client(), parameter);
    if (there.has_value()) {
      tell_bootstrap(patient, parameter, version, there.value(), findings);
    } else {
      findings.warn("bootstrap", "not checked: " + there.error().message,
                    "let your identity do ssm:GetParameter");
    }
  }
  co_return findings;
}

}  // namespace live::cli
