#include "cloud/lambda/environments.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <fmt/format.h>

#include "cloud/lambda/application_log.h"
#include "cloud/lambda/code.h"
#include "runtime/dotnet_package.h"
#include "runtime/launch.h"

namespace live::cloud::lambda {
namespace {

constexpr size_t log_tail = 4096;           // of X-Amz-Log-Result
constexpr size_t max_response = 6'291'556;  // recorded from Lambda
constexpr auto session_length = std::chrono::hours(1);
constexpr auto renew_before = 16min;  // longer than any function runs

double millis_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

struct Environments::Environment {
  VersionPtr version;
  std::string id;
  TimePoint credentials_end;
  std::chrono::steady_clock::time_point idle_since{};
  bool fresh = true;
  asio::steady_timer init;  // cancelled when init is over: the function's timeout starts then
  std::chrono::steady_clock::time_point init_ends;
  Starts::Turn turn;  // to start, until then
  bool initialised = false;
  long memory_mb = 0;  // the most seen; looked at now and then, it costs a read of /proc
  std::chrono::steady_clock::time_point memory_seen{};
  std::string tail;  // of the call's log
  bool wants_log = false;
  LogStream log;
  PlatformLog platform;
  ApplicationLog application;
  std::unique_ptr<Worker> worker;

  Environment(World& world, VersionPtr of, std::string stream, std::chrono::milliseconds init_limit)
      : version(std::move(of)),
        id(world.ids.uuid()),
        init(world.executor, init_limit + 2s),
        init_ends(std::chrono::steady_clock::now() + init_limit),
        log(world, version->region, version->log_group, std::move(stream)),
        platform(*version),
        application(*version) {}

  void end_init() {
    initialised = true;
    turn.reset();
    init.cancel();
  }

  Async<void> until_initialised() {
    boost::system::error_code cancelled;
    if (!initialised) co_await init.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }

  bool init_was_broken_off() const {
    const bool is_over = worker->init_duration() > 0ms;
    return !is_over && !worker->alive() && std::chrono::steady_clock::now() >= init_ends;
  }

  void line(std::string_view text) {
    log.line(text);
    if (!wants_log) return;
    tail.append(text).append("\n");
    if (tail.size() > 4 * log_tail) tail.erase(0, tail.size() - log_tail);
  }

  long max_memory_mb() {
    const auto now = std::chrono::steady_clock::now();
    if (memory_mb == 0 || now - memory_seen > 1s) {
      memory_mb = std::max(memory_mb, worker->max_memory_mb());
      memory_seen = now;
    }
    return memory_mb;
  }

  void lines(const PlatformLog::Lines& all) {
    for (const auto& one : all) line(one);
  }

  void report(TimePoint now, const std::string& request_id, double duration, const Reply& reply) {
    CallReport report{.request_id = request_id,
                      .duration_ms = duration,
                      .max_memory_mb = std::min<long>(max_memory_mb(), version->memory_mb)};
    if (std::exchange(fresh, false)) report.init_ms = static_cast<double>(worker->init_duration().count());
    const bool noticed = is_timeout(reply) || reply.error_type.starts_with("Runtime.");
    if (noticed && reply.outcome == Reply::Outcome::function_error) report.error_type = reply.error_type;
    lines(platform.end(now, report));
  }
};

struct Environments::Ending {
  std::string request_id;
  std::chrono::steady_clock::time_point start;
  std::shared_ptr<std::string> log;
  std::shared_ptr<void> held;
};

Environments::Environments(World& world, LambdaOptions options)
    : world_(world),
      options_(std::move(options)),
      starts_(world.executor),
      memory_(MemoryLimits::of_this_machine()),
      scratch_(memory_.temporary_files),
      clients_(world.executor, packages_of(world) / "clients"),
      interpreters_(world.executor),
      sweeper_(world.executor) {
  scratch_.isolate(Reachable::named_in(environ));
}

Environments::~Environments() = default;

Async<ApiResult<Credentials>> Environments::credentials(const Version& version) {
  const auto key = version.role + " " + version.name;
  if (const auto kept = credentials_.find(key);
      kept != credentials_.end() && kept->second.expires - world_.clock.now() > renew_before)
    co_return kept->second;
  Call call{.service = "sts", .action = "AssumeRole", .region = version.region};
  call.caller.account = world_.account;
  call.caller.service = "lambda.amazonaws.com";
  const auto session = version.name.size() < 2 ? version.name + "_" : version.name;  // STS wants two letters
  call.input = {{"RoleArn", version.role}, {"RoleSessionName", session}};
  const auto expires = world_.clock.now() + session_length;
  auto got = co_await world_.actions.call(std::move(call));
  if (got.has_error()) {
    if (got.error().code.starts_with("AccessDenied") || got.error().code.starts_with("NoSuch"))
      co_return invalid("The role defined for the function cannot be assumed by Lambda.");
    co_return invalid(fmt::format("The role defined for the function cannot be assumed by Lambda: {}: {}",
                                  got.error().code, got.error().message));
  }
  const auto* given = find_object(got.value().value, "Credentials");
  if (!given) co_return api_error(500, "ServiceException", "sts.AssumeRole gave no Credentials");
  Credentials credentials{string_or(*given, "AccessKeyId"), string_or(*given, "SecretAccessKey"),
                          string_or(*given, "SessionToken"), expires};
  credentials_[key] = credentials;
  co_return credentials;
}

namespace {

Environment variables_of(const World& world, const Version& version, const Credentials& credentials,
                         const LogStream& log) {
  Environment variables = version.variables;
  const auto set = [&](std::string name, std::string value) {
    variables.emplace_back(std::move(name), std::move(value));
  };
  const bool has_endpoint = std::any_of(variables.begin(), variables.end(),
                                        [](const auto& v) { return v.first == "AWS_ENDPOINT_URL"; });
  if (!has_endpoint) set("AWS_ENDPOINT_URL", world.endpoint);
  if (language_of(version.runtime) == Language::node || is_interpreted(version.runtime))
    set("LIVE_CLOUD", "1");  // our runtimes take it away again
  set("AWS_LAMBDA_FUNCTION_NAME", version.name);
  set("AWS_LAMBDA_FUNCTION_VERSION", version.number);
  set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(version.memory_mb));
  set("AWS_LAMBDA_LOG_GROUP_NAME", log.group());
  set("AWS_LAMBDA_LOG_STREAM_NAME", log.name());
  if (version.logs_json) {
    set("AWS_LAMBDA_LOG_FORMAT", "JSON");
    set("AWS_LAMBDA_LOG_LEVEL", version.application_log_level);
  }
  const auto set_missing = [&](std::string_view name, std::string value) {
    const bool is_there =
        std::ranges::any_of(version.variables, [&](auto& one) { return one.first == name; });
    if (!is_there) set(std::string(name), std::move(value));
  };
  set_missing("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
  set_missing("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000");  // where nobody listens, as a rule
  set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
  set("AWS_REGION", version.region);
  set("AWS_DEFAULT_REGION", version.region);
  set("AWS_ACCESS_KEY_ID", credentials.access_key);
  set("AWS_SECRET_ACCESS_KEY", credentials.secret);
  set("AWS_SESSION_TOKEN", credentials.token);
  set("TZ", ":UTC");
  return variables;
}

}  // namespace

namespace {

// Lambda decides whether a request is sampled where nobody has before it: all of them, for they cost nothing.
std::string trace_id_of(std::string trace_id, const Version& version, Ids& ids) {
  if (trace_id.find("Sampled=") != trace_id.npos) return trace_id;
  return fmt::format("{};Parent={};Sampled={}", trace_id, ids.hex(16), version.traces ? 1 : 0);
}

ApiError cannot_run(const Version& version, std::string_view why) {
  return {502, "InvalidRuntimeException",
          fmt::format("function {} ({}) cannot run here: {}", version.name, version.runtime, why)};
}

// Nothing: the package brings its client of the Runtime API, or we have one.
std::optional<Tool> tool_of_client(const Version& version) {
  auto const language = language_of(version.runtime);
  if (language == Language::java) return Tool::jar;
  if (language == Language::dotnet && is_class_library(version.handler)) return Tool::assembly;
  return std::nullopt;
}

}  // namespace

ApiResult<void> check_runs_here(const Version& version) {
  if (version.configuration.contains("ImageUri"))
    return ApiError{
        502, "InvalidRuntimeException",
        fmt::format("function {} is a container image, which the embedded AWS does not run", version.name)};
  if (can_launch(version.runtime)) return outcome::success();
  return ApiError{502, "InvalidRuntimeException",
                  fmt::format("function {} cannot run here: the embedded AWS does not run {}", version.name,
                              version.runtime)};
}

// Empty: of a language that needs none.
Async<ApiResult<std::filesystem::path>> Environments::interpreter_of(const Version& version) {
  if (!is_interpreted(version.runtime)) co_return std::filesystem::path();
  auto found = co_await interpreters_.find(version.runtime, version.code_folder, {});
  if (found.has_error())
    co_return ApiError{502, "InvalidRuntimeException",
                       fmt::format("function {} ({}) cannot run here: {}", version.name, version.runtime,
                                   found.error().message)};
  co_return std::move(found.value().program);
}

// What Lambda's runtime has beside the package, this machine has to build or fetch.
Async<ApiResult<ToolProduct>> Environments::with_client(VersionPtr version) {
  auto const tool = tool_of_client(*version);
  if (!tool) co_return ToolProduct{};
  ToolSource source{.function = version->name,
                    .logical_id = {},
                    .runtime = version->runtime,
                    .handler = version->handler,
                    .path = version->code_folder,
                    .options = {}};
  auto built = co_await clients_.build(std::move(source), {*tool, version->code_folder, version->code_folder},
                                       Toolchain::Urgency::waited_for);
  if (built.has_error()) co_return cannot_run(*version, built.error().message);
  co_return std::move(built.value());
}

Async<ApiResult<Environments::EnvironmentPtr>> Environments::start(VersionPtr version,
                                                                   std::chrono::milliseconds init_limit) {
  LIVE_API_CO_TRY(check_runs_here(*version));
  auto product = co_await with_client(version);
  if (product.has_error()) co_return product.error();
  auto interpreter = co_await interpreter_of(*version);
  if (interpreter.has_error()) co_return interpreter.error();
  auto assumed = co_await credentials(*version);
  if (assumed.has_error()) co_return assumed.error();
  auto turn = co_await starts_.enter(init_limit);
  auto environment = std::make_shared<Environment>(
      world_, version, log_stream_name(*version, world_.clock.now(), world_.ids), init_limit);
  environment->credentials_end = assumed.value().expires;
  environment->turn = std::move(turn);
  Program program{.function = version->name,
                  .runtime = version->runtime,
                  .handler = version->handler,
                  .task_root = version->code_folder,
                  .executable = std::move(product.value().executable),
                  .class_path = std::move(product.value().class_path),
                  .variables = variables_of(world_, *version, assumed.value(), environment->log),
                  .memory_mb = version->memory_mb,
                  .init_timeout = init_limit,
                  .runtimes = world_.runtimes,
                  .interpreter = std::move(interpreter.value()),
                  .layers = {version->layers.begin(), version->layers.end()},
                  .task_root_access = Mount::Access::read_only,
                  .scratch = &scratch_,
                  .cgroups = memory_.cgroups.get()};
  Worker::Events events;
  events.on_line = [raw = environment.get()](std::string_view, Process::Stream, std::string_view line) {
    if (raw->application.keeps(line)) raw->line(line);
  };
  events.on_exit = events.on_initialised = [raw = environment.get()] { raw->end_init(); };
  auto started =
      Worker::start(world_.executor, world_.clock, world_.ids, std::move(program), std::move(events));
  if (started.has_error()) co_return cannot_run(*version, started.error().message);
  environment->worker = std::move(started.value());
  if (environment->turn) environment->turn->runs_in(environment->worker->pid());
  co_return environment;
}

Async<ApiResult<Environments::EnvironmentPtr>> Environments::acquire(const VersionPtr& version) {
  for (;;) {
    auto& pool = pools_[version.get()];  // looked up anew: it may go while we wait
    pool.version = version;
    if (pool.idle.empty()) break;
    auto environment = std::move(pool.idle.back());
    pool.idle.pop_back();
    const bool lasts = environment->credentials_end - world_.clock.now() > 15min + 10s;
    if (lasts && co_await environment->worker->ready()) co_return environment;
    end(world_, std::move(environment));
  }
  co_return co_await start(version, options_.init_limit);
}

// Its environment, with which init is over. One that was broken off Lambda begins anew, in the function's
// time.
Async<ApiResult<Environments::EnvironmentPtr>> Environments::initialised(EnvironmentPtr environment) {
  if (!environment->fresh) co_return environment;
  co_await environment->until_initialised();
  if (!environment->init_was_broken_off()) co_return environment;
  const auto wants_log = environment->wants_log;
  auto anew = co_await start(environment->version, std::chrono::seconds(environment->version->timeout_s));
  end(world_, std::move(environment));
  if (anew.has_error()) co_return anew.error();
  anew.value()->fresh = false;
  anew.value()->wants_log = wants_log;
  co_return anew;
}

Async<ApiResult<Execution>> Environments::run(VersionPtr version, Order order) {
  auto acquired = co_await acquire(version);
  if (acquired.has_error()) co_return acquired.error();
  auto environment = std::move(acquired.value());
  environment->wants_log = order.wants_log;
  environment->tail.clear();
  auto ready = co_await initialised(std::move(environment));
  if (ready.has_error()) co_return ready.error();
  environment = std::move(ready.value());
  const auto function_arn = std::move(order.function_arn);
  Invocation invocation{.function = version->name,
                        .request_id = order.request_id,
                        .environment_id = environment->id,
                        .event = std::move(order.event),
                        .function_arn = function_arn,
                        .trace_id = trace_id_of(std::move(order.trace_id), *version, world_.ids),
                        .client_context = std::move(order.client_context)};
  environment->lines(environment->platform.start(world_.clock.now(), order.request_id, function_arn));
  const auto start = std::chrono::steady_clock::now();
  invocation.deadline = world_.clock.now() + std::chrono::seconds(version->timeout_s);
  Execution execution;
  Ending ending{order.request_id, start, execution.log, std::move(order.held)};
  auto& reply = execution.reply;
  reply = co_await environment->worker->invoke(std::move(invocation));
  const auto too_large = function_error(
      "Function.ResponseSizeTooLarge",
      fmt::format("Response payload size exceeded maximum allowed payload size ({} bytes).", max_response));
  if (!order.streams) reply = co_await collected(std::move(reply), max_response, too_large);
  if (reply.payload.size() > max_response && reply.outcome == Reply::Outcome::success) reply = too_large;
  if (!reply.stream) {
    finish(std::move(environment), ending, reply);
    co_return execution;
  }
  auto ended = [this, alive = std::weak_ptr<char>(alive_), environment, ending](
                   size_t, const std::optional<StreamError>& error) {
    if (alive.expired()) return;
    finish(environment, ending,
           error ? Reply{Reply::Outcome::function_error, error->body, error->type} : Reply{});
  };
  reply.stream = watched(world_.executor, std::move(reply.stream), std::move(ended));
  co_return execution;
}

void Environments::finish(EnvironmentPtr environment, const Ending& ending, const Reply& outcome) {
  environment->report(world_.clock.now(), ending.request_id, millis_since(ending.start), outcome);
  if (environment->wants_log) {
    *ending.log = std::move(environment->tail);
    if (ending.log->size() > log_tail) ending.log->erase(0, ending.log->size() - log_tail);
  }
  give_back(std::move(environment));
}

void Environments::give_back(EnvironmentPtr environment) {
  const auto pool = pools_.find(environment->version.get());
  if (pool == pools_.end() || !environment->worker->alive()) {
    end(world_, std::move(environment));
    return;
  }
  environment->idle_since = std::chrono::steady_clock::now();
  pool->second.idle.push_back(std::move(environment));
  arm_sweep();
}

void Environments::retire(const VersionPtr& version) {
  const auto pool = pools_.find(version.get());
  if (pool == pools_.end()) return;
  auto idle = std::move(pool->second.idle);
  pools_.erase(pool);
  for (auto& environment : idle) end(world_, std::move(environment));
}

size_t Environments::idle() const {
  size_t count = 0;
  for (const auto& [version, pool] : pools_) count += pool.idle.size();
  return count;
}

void Environments::end(World& world, EnvironmentPtr environment) {
  const auto stop = [](EnvironmentPtr ending) -> Async<void> { co_await ending->worker->stop(); };
  asio::co_spawn(world.executor, stop(std::move(environment)), asio::detached);
}

void Environments::arm_sweep() {
  if (std::exchange(sweeping_, true)) return;
  sweeper_.expires_after(std::min<std::chrono::steady_clock::duration>(options_.idle_environment, 30s));
  sweeper_.async_wait([this, alive = std::weak_ptr<char>(alive_)](boost::system::error_code error) {
    if (!error && !alive.expired()) sweep();
  });
}

void Environments::sweep() {
  sweeping_ = false;
  const auto oldest = std::chrono::steady_clock::now() - options_.idle_environment;
  for (auto pool = pools_.begin(); pool != pools_.end();) {
    auto& idle = pool->second.idle;
    const auto keep =
        std::find_if(idle.begin(), idle.end(), [&](const auto& e) { return e->idle_since > oldest; });
    for (auto at = idle.begin(); at != keep; ++at) end(world_, std::move(*at));
    idle.erase(idle.begin(), keep);
    ++pool;
  }
  if (idle() > 0) arm_sweep();
}

}  // namespace live::cloud::lambda
