#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "base/encoding.h"
#include "cloud/apigateway/http_event.h"
#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

constexpr size_t max_request = 6'291'456;  // Lambda quota
constexpr size_t max_event = 1'048'576;    // Lambda quota, asynchronous
constexpr size_t max_queued = 256 * 1024 * 1024;
constexpr int account_concurrency = 1000;  // Lambda quota
constexpr auto throttled_pause = 1s;       // before an event that was throttled is tried again

// Accepts any JSON text and keeps nothing of it.
struct Ignore {
  static constexpr size_t max_object_size = SIZE_MAX, max_array_size = SIZE_MAX, max_key_size = SIZE_MAX,
                          max_string_size = SIZE_MAX;
  using error = boost::system::error_code;
  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }
  bool on_object_begin(error&) { return true; }
  bool on_object_end(size_t, error&) { return true; }
  bool on_array_begin(error&) { return true; }
  bool on_array_end(size_t, error&) { return true; }
  bool on_key_part(json::string_view, size_t, error&) { return true; }
  bool on_key(json::string_view, size_t, error&) { return true; }
  bool on_string_part(json::string_view, size_t, error&) { return true; }
  bool on_string(json::string_view, size_t, error&) { return true; }
  bool on_number_part(json::string_view, error&) { return true; }
  bool on_int64(int64_t, json::string_view, error&) { return true; }
  bool on_uint64(uint64_t, json::string_view, error&) { return true; }
  bool on_double(double, json::string_view, error&) { return true; }
  bool on_bool(bool, error&) { return true; }
  bool on_null(error&) { return true; }
  bool on_comment_part(json::string_view, error&) { return true; }
  bool on_comment(json::string_view, error&) { return true; }
};

bool is_json(std::string_view text) {
  json::basic_parser<Ignore> parser{json::parse_options{.max_depth = 1000}};
  boost::system::error_code error;
  const size_t read = parser.write_some(false, text.data(), text.size(), error);
  return !error && read == text.size() && parser.done();
}

ApiError too_large(size_t limit) {
  return ApiError{
      413,
      "RequestEntityTooLargeException",
      fmt::format("Request must be smaller than {} bytes for the InvokeFunction operation", limit),
      {{"Type", "User"}}};
}

ApiError throttled(std::string_view reason) {
  return ApiError{429, "TooManyRequestsException", "Rate Exceeded.", {{"Type", "User"}, {"Reason", reason}}};
}

ApiResult<void> check_payload(Call& call, bool event) {
  if (call.payload.empty()) call.payload = "{}";
  if (call.payload.size() > max_request) return too_large(max_request);
  if (event && call.payload.size() > max_event) return too_large(max_event);
  if (!is_json(call.payload))
    return ApiError{400,
                    "InvalidRequestContentException",
                    "Could not parse request body into json: Could not parse payload into json",
                    {{"Type", "User"}}};
  return outcome::success();
}

// One running invocation, counted against the function's and the account's concurrency.
class Running {
 public:
  static ApiResult<Running> begin(LambdaPtr lambda, Function& function) {
    if (function.reserved && function.running >= *function.reserved)
      return throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
    if (lambda->running >= account_concurrency) return throttled("ConcurrentInvocationLimitExceeded");
    return Running(std::move(lambda), function);
  }
  Running(Running&&) = default;
  Running& operator=(Running&&) = default;
  ~Running() {
    if (!lambda_) return;
    --lambda_->running;
    if (auto* function = lambda_->functions.find(region_, name_)) --function->running;  // it may be gone
  }

 private:
  Running(LambdaPtr lambda, Function& function)
      : lambda_(std::move(lambda)), region_(function.region), name_(function.name) {
    ++lambda_->running;
    ++function.running;
  }
  LambdaPtr lambda_;
  std::string region_, name_;
};

struct Event {  // an asynchronous invocation
  FunctionName name;
  Order order;
  TimePoint accepted;
  int max_retries = 2;
  std::chrono::seconds max_age{21'600};
};

Async<ApiResult<Execution>> execute(LambdaPtr lambda, FunctionName name, Order order, std::string* executed) {
  LIVE_API_CO_TRY(auto target, lambda->functions.resolve(name));
  LIVE_API_CO_TRY(auto running, Running::begin(lambda, *target.function));
  order.held = std::make_shared<Running>(std::move(running));
  if (executed) *executed = target.version->number;
  order.function_arn = function_arn(name.region, lambda->world.account, name.name, name.qualifier);
  co_return co_await lambda->environments.run(target.version, std::move(order));
}

// Tries an event until it succeeds, its retries are used up or it is too old. Between attempts it holds
// Lambda only weakly: nothing keeps a service that is gone.
Async<void> deliver(std::weak_ptr<Lambda> weak, Executor executor, Event event) {
  for (int failures = 0;;) {
    Milliseconds pause;
    {
      auto lambda = weak.lock();
      if (!lambda) co_return;
      const auto size = event.order.event.size();
      auto order = event.order;
      auto name = event.name;
      auto result = co_await execute(lambda, std::move(name), std::move(order), nullptr);
      const bool gone = result.has_error() && result.error().status == 404;
      const bool again = result.has_error() && result.error().status == 429;
      const bool failed = result.has_error() || result.value().reply.outcome != Reply::Outcome::success;
      if (failed && !again) ++failures;
      const auto& delays = lambda->options.retry_delays;
      pause = again ? Milliseconds(throttled_pause)
                    : delays[std::min(delays.size(), static_cast<size_t>(std::max(failures, 1))) - 1];
      const bool too_old = lambda->world.clock.now() + pause - event.accepted > event.max_age;
      if (!failed || gone || failures > event.max_retries || too_old) {
        lambda->queued_bytes -= size;
        if (result.has_error() && !gone)
          lambda->world.log.warning("event for {} is dropped: {}: {}", event.name.name, result.error().code,
                                    result.error().message);
        co_return;
      }
    }
    asio::steady_timer timer(executor, pause);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

ApiResult<void> enqueue(LambdaPtr lambda, const Function& function, FunctionName name, Order order) {
  if (lambda->queued_bytes + order.event.size() > max_queued) return throttled("CallerRateLimitExceeded");
  Event event{.name = std::move(name), .order = std::move(order), .accepted = lambda->world.clock.now()};
  if (const auto found = function.event_configs.find(event.name.version_or_latest());
      found != function.event_configs.end()) {
    event.max_retries = static_cast<int>(find_int(found->second, "MaximumRetryAttempts").value_or(2));
    event.max_age =
        std::chrono::seconds(find_int(found->second, "MaximumEventAgeInSeconds").value_or(21'600));
  }
  event.order.wants_log = false;
  lambda->queued_bytes += event.order.event.size();
  const auto& executor = lambda->world.executor;
  asio::co_spawn(executor, deliver(lambda, executor, std::move(event)), asio::detached);
  return outcome::success();
}

ApiResult<Order> order_of(Lambda& lambda, Call& call) {
  Order order{.request_id = call.request_id.empty() ? lambda.world.ids.uuid() : call.request_id,
              .event = std::move(call.payload),
              .trace_id = string_or(call.input, "TraceId")};
  if (order.trace_id.empty())
    order.trace_id = apigateway::trace_header(lambda.world.ids, lambda.world.clock.now());
  order.wants_log = string_or(call.input, "LogType") == "Tail";
  if (const auto context = find_string(call.input, "ClientContext"); context && !context->empty()) {
    auto decoded = from_base64(*context);
    if (context->size() > 3583 || !decoded || !is_json(*decoded))
      return ApiError{400,
                      "InvalidRequestContentException",
                      "Client context must be a valid Base64-encoded JSON object of at most 3583 bytes.",
                      {{"Type", "User"}}};
    order.client_context = std::move(*decoded);
  }
  return order;
}

}  // namespace

Async<ApiResult<Execution>> execute_call(LambdaPtr lambda, Call call, Wanted wanted, std::string* executed) {
  LIVE_API_CO_TRY(auto name, function_name_of(call));
  LIVE_API_CO_TRY(lambda->functions.resolve(name));
  LIVE_API_CO_TRY(check_payload(call, false));
  LIVE_API_CO_TRY(auto order, order_of(*lambda, call));
  order.streams = wanted == Wanted::stream;
  co_return co_await execute(lambda, std::move(name), std::move(order), executed);
}

LateAnswer invoke(LambdaPtr lambda, Call call) {
  LIVE_API_CO_TRY(auto name, function_name_of(call));
  LIVE_API_CO_TRY(auto target, lambda->functions.resolve(name));
  const auto type = string_or(call.input, "InvocationType", "RequestResponse");
  const bool event = type == "Event";
  if (!event && type != "RequestResponse" && type != "DryRun")
    co_return invalid(fmt::format("InvocationType {} is not one of RequestResponse, Event, DryRun", type));
  LIVE_API_CO_TRY(check_payload(call, event));
  if (type == "DryRun") co_return Output{.value = {{"StatusCode", 204}}};
  LIVE_API_CO_TRY(auto order, order_of(*lambda, call));
  if (event) {
    LIVE_API_CO_TRY(check_runs_here(*target.version));  // who waits for its work would wait for ever
    LIVE_API_CO_TRY(enqueue(lambda, *target.function, std::move(name), std::move(order)));
    co_return Output{.value = {{"StatusCode", 202}}};
  }
  std::string version;
  auto executed = co_await execute(lambda, std::move(name), std::move(order), &version);
  if (executed.has_error()) co_return executed.error();
  auto& execution = executed.value();
  Output output{.value = {{"StatusCode", 200}, {"ExecutedVersion", version}}};
  if (execution.reply.outcome == Reply::Outcome::function_error) output.value["FunctionError"] = "Unhandled";
  if (!execution.log->empty()) output.value["LogResult"] = base64(*execution.log);
  output.payload = std::move(execution.reply.payload);
  co_return output;
}

}  // namespace live::cloud::lambda
