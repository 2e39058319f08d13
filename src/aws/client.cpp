#include "aws/client.h"

#include <cstdlib>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "invocation/backoff.h"

namespace live::aws {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_throttling(std::string_view code) {
  for (std::string_view known : {"ThrottlingException", "ProvisionedThroughputExceededException",
                                 "Throttling", "RequestLimitExceeded", "TransactionInProgressException"})
    if (code == known) return true;
  return false;
}

bool may_pass(const Result<AwsAnswer>& outcome) {
  if (!outcome) {
    const Fault::Kind kind = outcome.error().kind;
    return kind == Fault::Kind::failed || kind == Fault::Kind::closed || kind == Fault::Kind::timeout;
  }
  const int status = outcome.value().response.status;
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504 ||
         is_throttling(outcome.value().error_code);
}

Async<void> pause(Milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

Result<AwsSettings> settings_from_environment() {
  AwsSettings settings{.region = variable("AWS_REGION"), .endpoint = {}};
  if (settings.region.empty()) settings.region = variable("AWS_DEFAULT_REGION");
  if (settings.region.empty()) return fault("no AWS region: set AWS_REGION, or give --region");
  if (const std::string url = variable("AWS_ENDPOINT_URL"); !url.empty()) {
    auto endpoint = net::parse_endpoint(url);
    if (!endpoint) return within("AWS_ENDPOINT_URL", endpoint.error());
    settings.endpoint = endpoint.value();
  }
  return settings;
}

std::string service_host(std::string_view service, std::string_view region) {
  return fmt::format("{}.{}.amazonaws.com{}", service, region, region.starts_with("cn-") ? ".cn" : "");
}

AwsClient::AwsClient(net::HttpClient& http, CredentialSource& credentials, const Clock& clock, Ids& ids,
                     AwsSettings settings)
    : http_(http), credentials_(credentials), clock_(clock), ids_(ids), settings_(std::move(settings)) {}

Async<Result<AwsAnswer>> AwsClient::attempt(const AwsCall& call, const Credentials& credentials,
                                            Milliseconds timeout) {
  net::Endpoint to{true, call.host, 443};
  net::Request request = call.request;
  const bool real = !settings_.endpoint || call.host_header == AwsCall::Host::real;
  if (settings_.endpoint) to = *settings_.endpoint;
  if (!request.headers.has("Host")) request.headers.set("Host", real ? call.host : net::host_header(to));
  signers_[call.service].sign(request, credentials, {settings_.region, call.service, clock_.now()});
  auto answered = co_await http_.send(std::move(to), std::move(request), timeout);
  if (!answered) co_return answered.error();
  AwsAnswer answer{std::move(answered.value()), {}, {}};
  if (!answer.ok()) read_error(answer);
  co_return answer;
}

Async<Result<AwsAnswer>> AwsClient::ask(AwsCall call) {
  const auto deadline = std::chrono::steady_clock::now() + call.timeout;
  Backoff backoff(ids_, Milliseconds(50), Milliseconds(2000));
  while (true) {
    auto credentials = co_await credentials_.get();
    if (!credentials) co_return within(call.doing, credentials.error());
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    auto outcome = co_await attempt(call, credentials.value(), std::min(left, call.attempt_timeout));
    const bool again = call.tries == AwsCall::Tries::until_deadline && may_pass(outcome);
    const Milliseconds wait = again ? backoff.next() : Milliseconds(0);
    if (!again || std::chrono::steady_clock::now() + wait >= deadline) {
      if (!outcome) co_return within(call.doing, outcome.error());
      co_return outcome;
    }
    co_await pause(wait);
  }
}

Async<Result<net::Response>> AwsClient::send(AwsCall call) {
  const std::string doing = call.doing;
  LIVE_CO_TRY(AwsAnswer answer, co_await ask(std::move(call)));
  if (!answer.ok()) co_return refusal(doing, answer);
  co_return std::move(answer.response);
}

Fault refusal(std::string_view doing, const AwsAnswer& answer) {
  const int http = answer.response.status;
  std::string said = answer.error_code.empty() ? "HTTP status " + std::to_string(http) : answer.error_code;
  if (!answer.error_message.empty()) said += ": " + answer.error_message;
  said += clock_advice(said);
  // DynamoDB and others throttle with a 400.
  const int status = is_throttling(answer.error_code) ? 429 : http;
  return within(doing, fault(Fault::Kind::refused, said, status));
}

}  // namespace live::aws
