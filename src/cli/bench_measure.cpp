#include "cli/bench_measure.h"

#include <csignal>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace live::cli::bench {
namespace {

constexpr size_t kSmall = 1024;
constexpr const char* kCalled = "call";
constexpr const char* kEdited = "edit";
constexpr const char* kMany = "many";

Async<Result<void>> call(Bench bench, size_t bytes, int times, Caller::Answer answer, Samples& samples) {
  for (int i = 0; i < times; ++i) {
    auto event = bench.caller.event(bytes, answer);
    auto called = co_await bench.caller.invoke(bench.function(kCalled), std::move(event));
    if (called.has_error()) {
      LIVE_CO_TRY(bench.caller.lose(called.error()));
    } else {
      samples.add(called.value().ms);
    }
  }
  co_return outcome::success();
}

// A call's share of what was counted between two moments.
json::object per_call(const json::object& before, const json::object& after, int calls) {
  auto const share = [&](const json::object& from, const json::object& to, std::string_view key) {
    auto const count = find_int(to, key).value_or(0) - find_int(from, key).value_or(0);
    return rounded(static_cast<double>(count) / calls);
  };
  json::object result{{"messages_32kb", share(before, after, "websocket_messages")}};
  auto const *was = find_object(before, "requests"), *is = find_object(after, "requests");
  for (auto const* service : {"lambda", "dynamodb", "s3", "sts", "execute-api"})
    result[std::string(service) + "_requests"] = was && is ? share(*was, *is, service) : 0.0;
  return result;
}

Async<Result<void>> counted(Bench bench, size_t bytes, int times, Caller::Answer answer, Samples& samples,
                            std::string name) {
  if (!bench.own_cloud) co_return co_await call(bench, bytes, times, answer, samples);
  LIVE_CO_TRY(auto before, co_await bench.caller.usage());
  LIVE_CO_TRY(co_await call(bench, bytes, times, answer, samples));
  LIVE_CO_TRY(auto after, co_await bench.caller.usage());
  auto& all = bench.figures["billed_per_call"];
  if (!all.is_object()) all.emplace_object();
  all.as_object()[name] = per_call(before, after, times);
  co_return outcome::success();
}

// The worker's start as the session told it, after a call that needed one.
Async<Result<void>> first_call(Bench bench, const char* function, Samples& calls, Samples& workers) {
  bench.site.worker_start_ms();
  auto event = bench.caller.event(kSmall);
  LIVE_CO_TRY(auto called, co_await bench.caller.invoke(bench.function(function), std::move(event)));
  calls.add(called.ms);
  co_await rest(50ms);  // for the session's line
  if (auto const took = bench.site.worker_start_ms()) workers.add(*took);
  co_return outcome::success();
}

void tell_first_calls(Bench bench, const Samples& calls, const Samples& workers) {
  bench.figures["first_call_ms"] = rounded(calls.median());
  bench.figures["first_call_worker_start_ms"] = rounded(workers.median());
}

}  // namespace

Counts Counts::quick() {
  return {.warm_up = 20,
          .warm = 100,
          .eight_warm_up = 16,
          .eight = 80,
          .kb100 = 5,
          .mb5 = 2,
          .first_call = 2,
          .stub_ready = 3,
          .raw_loop = 50,
          .edits = 2,
          .starts = 1,
          .clouds = 1,
          .many = 120,
          .hop = 10};
}

Counts Counts::on_account() {
  return {.warm_up = 50,
          .warm = 500,
          .eight_warm_up = 80,
          .eight = 400,
          .kb100 = 30,
          .mb5 = 5,
          .raw_loop = 500,
          .edits = 10,
          .starts = 1};
}

std::string Bench::function(std::string_view name) const {
  return fmt::format("{}-{}-{}", place.stage(), kApp, name);
}

std::vector<Seen> Bench::processes() const {
  return processes_of(own_cloud ? own_cloud->pid() : kNoProcess, site.session());
}

Async<void> rest(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

Async<Result<void>> measure_warm(Bench bench) {
  Samples ignored, samples;
  co_await rest(6000ms);  // a session that has just started loads the app's next process
  LIVE_CO_TRY(co_await call(bench, kSmall, bench.counts.warm_up, Caller::Answer::small, ignored));
  LIVE_CO_TRY(co_await counted(bench, kSmall, bench.counts.warm, Caller::Answer::small, samples, "1_kb"));
  bench.figures["warm_p50_ms"] = rounded(samples.median());
  bench.figures["warm_p99_ms"] = rounded(samples.percentile(0.99));
  co_return outcome::success();
}

Async<Result<void>> measure_eight(Bench bench) {
  constexpr int kLanes = 8;
  Samples ignored, samples;
  auto const eight = [&](int each, Samples& into) -> Async<Result<void>> {
    std::optional<Fault> failed;
    int running = kLanes;
    asio::steady_timer done(bench.executor, std::chrono::steady_clock::time_point::max());
    auto lane = [](Bench bench, int each, Samples& into, std::optional<Fault>& failed, int& running,
                   asio::steady_timer& done) -> Async<void> {
      auto const called = co_await call(bench, kSmall, each, Caller::Answer::small, into);
      if (called.has_error()) failed = called.error();
      if (--running == 0) done.cancel();
    };
    for (int i = 0; i < kLanes; ++i)
      asio::co_spawn(bench.executor, lane(bench, each, into, failed, running, done), asio::detached);
    boost::system::error_code cancelled;
    co_await done.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (failed) co_return *failed;
    co_return outcome::success();
  };
  LIVE_CO_TRY(co_await eight(std::max(2, bench.counts.eight_warm_up / kLanes), ignored));
  LIVE_CO_TRY(co_await eight(bench.counts.eight / kLanes, samples));
  bench.figures["eight_p50_ms"] = rounded(samples.median());
  bench.figures["eight_p99_ms"] = rounded(samples.percentile(0.99));
  co_return outcome::success();
}

Async<Result<void>> measure_sizes(Bench bench) {
  struct Size {
    const char *figure, *name;
    size_t bytes;
    int times;
    Caller::Answer answer;
  };
  auto const& counts = bench.counts;
  for (auto const& size :
       {Size{"kb100_p50_ms", "100_kb", 100'000, counts.kb100, Caller::Answer::small},
        Size{"mb5_p50_ms", "5_mb", 5'000'000, counts.mb5, Caller::Answer::small},
        Size{"mb5_echo_p50_ms", "5_mb_echo", 5'000'000, counts.mb5, Caller::Answer::echo}}) {
    Samples ignored, samples;
    LIVE_CO_TRY(co_await call(bench, size.bytes, 2, size.answer, ignored));
    LIVE_CO_TRY(co_await counted(bench, size.bytes, size.times, size.answer, samples, size.name));
    bench.figures[size.figure] = rounded(samples.median());
  }
  co_return outcome::success();
}

Async<Result<void>> measure_newborn(Bench bench) {
  Samples calls, workers;
  for (auto const* function : {kCalled, kEdited, kMany}) {
    LIVE_CO_TRY(co_await first_call(bench, function, calls, workers));
  }
  tell_first_calls(bench, calls, workers);
  co_return outcome::success();
}

Async<Result<void>> measure_first_call(Bench bench) {
  Samples calls, workers;
  for (int i = 0; i < bench.counts.first_call; ++i) {
    auto const running = bench.own_cloud->stubs();
    for (auto const stub : running) ::kill(stub, SIGKILL);
    for (auto const stub : running)
      while (is_there(stub)) co_await rest(5ms);
    co_await rest(500ms);  // the embedded AWS and the session know it, and a spare worker waits again
    LIVE_CO_TRY(co_await first_call(bench, kCalled, calls, workers));
  }
  tell_first_calls(bench, calls, workers);
  co_return outcome::success();
}

Async<Result<void>> measure_edits(Bench bench) {
  Samples samples;
  auto first = bench.caller.event(kSmall);
  LIVE_CO_TRY(co_await bench.caller.invoke(bench.function(kEdited), std::move(first)));
  int calls = 0;
  for (int version = 1; version <= bench.counts.edits; ++version) {
    co_await rest(300ms);
    auto const started = std::chrono::steady_clock::now();
    LIVE_CO_TRY(
        bench.site.write_version(version, version % 2 ? Site::Write::in_place : Site::Write::renamed));
    for (int64_t seen = -1; seen != version;) {
      if (ms_since(started) > 20'000) co_return fault("a saved change does not take effect within 20 s");
      ++calls;
      auto event = bench.caller.event(kSmall);
      LIVE_CO_TRY(auto called, co_await bench.caller.invoke(bench.function(kEdited), std::move(event)));
      seen = find_int(called.value, "version").value_or(-1);
    }
    samples.add(ms_since(started));
  }
  bench.figures["save_to_live_p50_ms"] = rounded(samples.median());
  bench.figures["save_to_live_p99_ms"] = rounded(samples.percentile(0.99));
  bench.figures["save_to_live_calls"] = calls;
  co_return outcome::success();
}

Async<Result<void>> measure_starts(Bench bench) {
  Samples samples;
  for (int i = 0; i < bench.counts.starts; ++i) {
    co_await bench.site.stop_session();
    LIVE_CO_TRY(auto took, co_await bench.site.start_session());
    samples.add(took);
    auto event = bench.caller.event(kSmall);
    LIVE_CO_TRY(co_await bench.caller.invoke(bench.function(kCalled), std::move(event)));
  }
  bench.figures["start_unchanged_ms"] = rounded(samples.median());
  co_return outcome::success();
}

Async<Result<void>> measure_memory(Bench bench) {
  using Role = Seen::Role;
  co_await rest(1000ms);
  auto const all = bench.processes();
  std::vector<Role> roles{Role::client, Role::host, Role::toolkit, Role::worker};
  if (bench.own_cloud) roles.insert(roles.end(), {Role::cloud, Role::stub});
  for (auto const role : roles)
    bench.figures[fmt::format("{}_rss_mb", to_string(role))] = rounded(rss_mb(all, role));
  bench.figures["host_peak_rss_mb"] = rounded(bench.site.host_peak_mb());
  json::array processes;
  for (auto const& one : all)
    processes.push_back({{"pid", one.pid},
                         {"role", to_string(one.role)},
                         {"rss_mb", rounded(one.rss_mb)},
                         {"command", one.command.substr(0, 160)}});
  bench.figures["processes"] = std::move(processes);
  if (bench.own_cloud) bench.figures["stubs"] = bench.own_cloud->stubs().size();
  co_return outcome::success();
}

Async<Result<void>> measure_memory_after_sizes(Bench bench) {
  bench.figures["client_rss_after_5_mb"] = rounded(rss_mb(bench.processes(), Seen::Role::client));
  co_return outcome::success();
}

Async<Result<void>> measure_cloud_start(Bench bench) {
  Samples samples;
  for (int i = 0; i < bench.counts.clouds; ++i) {
    LIVE_CO_TRY(bench.own_cloud->stop());
    LIVE_CO_TRY(auto took, bench.own_cloud->start());
    samples.add(took);
  }
  bench.figures["cloud_start_ms"] = rounded(samples.median());
  co_return outcome::success();
}

namespace {

struct InFlight {
  int running = 0;
  std::optional<Fault> failed;
};

Async<void> one_of_many(Bench bench, InFlight& flight) {
  auto event = bench.caller.event(kSmall);
  auto const called = co_await bench.caller.invoke(bench.function(kMany), std::move(event), 280s);
  if (called.has_error())
    if (auto const lost = bench.caller.lose(called.error()); lost.has_error()) flight.failed = lost.error();
  --flight.running;
}

}  // namespace

// Far more than there are workers: those that have none wait in the client, which is what is measured.
Async<Result<void>> measure_many(Bench bench) {
  int const before = bench.site.calls_received();
  InFlight flight{.running = bench.counts.many};
  for (int i = 0; i < bench.counts.many; ++i)
    asio::co_spawn(bench.executor, one_of_many(bench, flight), asio::detached);
  double most = 0;
  int most_at_once = 0;
  while (flight.running > 0) {
    co_await rest(50ms);
    int const answered = bench.counts.many - flight.running;
    most_at_once = std::max(most_at_once, bench.site.calls_received() - before - answered);
    most = std::max(most, rss_mb(bench.processes(), Seen::Role::client));
  }
  if (flight.failed) co_return *flight.failed;
  bench.figures["client_rss_500_mb"] = rounded(most);
  bench.figures["most_in_flight"] = most_at_once;
  co_return outcome::success();
}

Async<Result<void>> measure_hops(Bench bench) {
  co_await bench.site.stop_session();
  LIVE_CO_TRY(bench.own_cloud->stop());
  LIVE_CO_TRY(bench.own_cloud->start({"--latency", "apigateway=10"}));
  LIVE_CO_TRY(co_await bench.site.start_session());
  Samples ignored, samples;
  LIVE_CO_TRY(co_await call(bench, kSmall, std::min(20, bench.counts.hop), Caller::Answer::small, ignored));
  LIVE_CO_TRY(co_await call(bench, kSmall, bench.counts.hop, Caller::Answer::small, samples));
  bench.figures["hop10_p50_ms"] = rounded(samples.median());
  co_return outcome::success();
}

}  // namespace live::cli::bench
