// What is measured below Lambda: the gateway alone, and a stub's start, with the program and the environment
// of a running one.
#include <csignal>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cli/bench_measure.h"
#include "net/http_server.h"

namespace live::cli::bench {
namespace {

constexpr auto kSilence = 10s;  // a message that is not there by then ends the bench

struct Line {  // a connection to the debug stack's WebSocket API
  net::WebSocket socket;
  std::string id;
};

Async<Result<Line>> open(aws::Relay& relay) {
  auto socket = co_await relay.connect(5s);
  if (socket.has_error()) co_return socket.error();
  LIVE_CO_TRY(co_await socket.value().write(R"({"type":"hello"})"));
  LIVE_CO_TRY(auto text, co_await socket.value().read());
  LIVE_CO_TRY(auto answer, parse_json_object(text));
  auto id = string_or(answer, "connectionId");
  if (id.empty()) co_return fault("hello was answered with " + text);
  co_return Line{std::move(socket.value()), std::move(id)};
}

// Posts and goes on: the receiver's read is what is waited for.
Async<void> post(aws::Relay& relay, std::string to, std::string text) {
  auto const posted = co_await relay.post(std::move(to), std::move(text));
  (void)posted;  // a message that is missing ends the bench
}

Async<Result<void>> loop(Bench bench, aws::Relay& relay) {
  LIVE_CO_TRY(auto a, co_await open(relay));
  LIVE_CO_TRY(auto b, co_await open(relay));
  asio::steady_timer silence(bench.executor);
  Samples samples;
  for (int i = -bench.counts.warm_up; i < bench.counts.raw_loop; ++i) {
    auto const event = bench.caller.event(1024);
    silence.expires_after(kSilence);
    silence.async_wait([&a, &b](boost::system::error_code error) {
      if (error) return;
      a.socket.drop();
      b.socket.drop();
    });
    auto const started = std::chrono::steady_clock::now();
    asio::co_spawn(bench.executor, post(relay, b.id, event.text), asio::detached);
    LIVE_CO_TRY(auto there, co_await b.socket.read());
    asio::co_spawn(bench.executor, post(relay, a.id, std::move(there)), asio::detached);
    LIVE_CO_TRY(auto back, co_await a.socket.read());
    if (back != event.text) co_return fault("another message came back");
    if (i >= 0) samples.add(ms_since(started));
  }
  bench.figures["raw_loop_p50_ms"] = rounded(samples.median());
  bench.figures["raw_loop_p99_ms"] = rounded(samples.percentile(0.99));
  co_await rest(100ms);  // the last posts' own answers
  co_return outcome::success();
}

}  // namespace

Async<Result<void>> measure_raw_loop(Bench bench) {
  LIVE_CO_TRY(auto address, co_await bench.place.debug_stack());
  SystemClock clock;
  auto const http = net::HttpClient::create(bench.executor);
  aws::Relay relay(bench.executor, *http, bench.place.credentials(), clock, std::move(address));
  co_return co_await loop(bench, relay);
}

Async<Result<void>> measure_stub_start(Bench bench) {
  LIVE_CO_TRY(auto stub, bench.own_cloud->a_stub());
  Command command{.arguments = {program_of(stub).string()},
                  .environment = environment_of(stub),
                  .folder = program_of(stub).parent_path()};
  asio::steady_timer asked(bench.executor);
  double took = 0;
  std::chrono::steady_clock::time_point started;
  auto const next = [&](net::Request) -> Async<net::Answer> {
    if (took == 0) took = ms_since(started);
    asked.cancel();
    co_return net::Response{.status = 500};  // there is no event: the process is about to end
  };
  LIVE_CO_TRY(auto server, net::HttpServer::listen(bench.executor, "127.0.0.1", 0, {}, next));
  for (auto& [name, value] : command.environment)
    if (name == "AWS_LAMBDA_RUNTIME_API") value = fmt::format("127.0.0.1:{}", server->port());
  Samples samples;
  for (int i = 0; i < bench.counts.stub_ready; ++i) {
    took = 0;
    asked.expires_after(5s);
    started = std::chrono::steady_clock::now();
    auto nothing = [](Process::Stream, std::string_view) {};
    LIVE_CO_TRY(auto process, Process::start(bench.executor, command, nothing));
    boost::system::error_code ignored;
    if (took == 0) co_await asked.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (took == 0) co_return fault("a stub started by hand asks for no event");
    samples.add(took);
    co_await process->stop(100ms);
    co_await rest(20ms);
  }
  bench.figures["stub_ready_ms"] = rounded(samples.median());
  co_return outcome::success();
}

}  // namespace live::cli::bench
