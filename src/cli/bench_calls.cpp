#include "cli/bench_calls.h"

#include <algorithm>
#include <cmath>

namespace live::cli::bench {

namespace {
constexpr size_t kMostAtOnce = 600;
constexpr int kMostLost = 10;
}  // namespace

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

double Samples::percentile(double part) const {
  if (values_.empty()) return 0;
  auto sorted = values_;
  auto const rank = static_cast<size_t>(std::ceil(part * static_cast<double>(sorted.size())));
  auto const at = sorted.begin() + static_cast<std::ptrdiff_t>(std::max<size_t>(rank, 1) - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

Caller::Caller(Executor executor, Place& place)
    : http_(net::HttpClient::create(executor,
                                    {.max_idle_connections = kMostAtOnce, .max_connections = kMostAtOnce})),
      place_(place) {}

net::Endpoint Caller::lambda() const {
  auto const& settings = place_.settings();
  return settings.endpoint.value_or(net::Endpoint{true, aws::service_host("lambda", settings.region), 443});
}

Result<void> Caller::lose(Fault why) {
  if (++lost_ > kMostLost)
    return within(fmt::format("{} calls were lost, the last one", lost_), std::move(why));
  return outcome::success();
}

// All printable ASCII that JSON does not escape: 6.5 bits a character, the most that such a text can hold.
Event Caller::event(size_t bytes, Answer answer) {
  Event event{.id = fmt::format("{:012}", ++calls_), .echo = answer == Answer::echo};
  event.text = fmt::format(R"({{"id":"{}","echo":{},"data":")", event.id, event.echo);
  event.text.reserve(bytes);
  while (event.text.size() + 2 < bytes) {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    char const c = static_cast<char>(' ' + (random_ >> 32) % 95);
    event.text.push_back(c == '"' || c == '\\' ? '.' : c);
  }
  event.text += "\"}";
  return event;
}

Async<Result<Caller::Called>> Caller::invoke(std::string function, Event event,
                                             std::chrono::seconds timeout) {
  if (closed_) co_return fault("the bench is about to end");
  auto const started = std::chrono::steady_clock::now();
  net::Request request{.method = "POST", .target = "/2015-03-31/functions/" + function + "/invocations"};
  auto const to = lambda();
  request.headers.set("Host", net::host_header(to));
  request.headers.set("Content-Type", "application/json");
  request.body = event.echo ? event.text : std::move(event.text);
  LIVE_CO_TRY(auto credentials, co_await place_.credentials().get());
  signer_.sign(request, credentials, {place_.settings().region, "lambda", SystemClock().now()});
  LIVE_CO_TRY(auto response, co_await http_->send(to, std::move(request), timeout));
  Called called{.ms = ms_since(started)};
  auto value = co_await checked(std::move(event), std::move(response));
  if (value.has_error()) co_return within("invoking " + function, value.error());
  called.value = std::move(value.value());
  co_return called;
}

Async<Result<json::object>> Caller::checked(Event event, net::Response response) {
  if (response.status != 200 || response.headers.has("X-Amz-Function-Error"))
    co_return fault(fmt::format("status {}: {}", response.status, response.body.substr(0, 400)));
  LIVE_CO_TRY(auto answer, parse_json_object(response.body));
  if (string_or(answer, "id") != event.id) co_return fault("the answer of another call: " + event.id);
  if (!nonces_.insert(string_or(answer, "nonce")).second) co_return fault("an answer was given twice");
  if (!find_bool(answer, "local").value_or(false)) co_return fault("the answer was not computed here");
  if (event.echo) {
    LIVE_CO_TRY(auto sent, parse_json_object(event.text));
    if (string_or(answer, "data") != string_or(sent, "data")) co_return fault("the echo differs");
  }
  co_return answer;
}

Async<Result<json::object>> Caller::usage() {
  net::Request request{.target = "/_live/status"};
  LIVE_CO_TRY(auto response, co_await http_->send(lambda(), std::move(request), 5s));
  LIVE_CO_TRY(auto body, parse_json_object(response.body));
  auto const* usage = find_object(body, "usage");
  if (!usage) co_return fault("the embedded AWS does not count its usage");
  co_return *usage;
}

}  // namespace live::cli::bench
