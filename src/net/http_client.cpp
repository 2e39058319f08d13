#include "net/http_client.h"

#include <algorithm>
#include <deque>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/clock.h"
#include "net/messages.h"

namespace live::net {

namespace {

using Time = std::chrono::steady_clock::time_point;

struct Idle {
  Endpoint endpoint;
  std::shared_ptr<Wire> wire;
  SleeplessClock::time_point since;
};

struct Turn {  // of a request that waits for a connection
  Turn(Executor executor, Endpoint to, Time until) : to(std::move(to)), timer(executor, until) {}
  Endpoint to;
  asio::steady_timer timer;
  bool has_come = false;
};

// What requests under way share with the client, and keep when it is gone.
struct Pool {
  Pool(Executor executor, ClientOptions options)
      : executor(executor), options(std::move(options)), deadlines(std::make_shared<Deadlines>(executor)) {}

  // The one used last, since it is the least likely to have been closed.
  std::shared_ptr<Wire> take(const Endpoint& to) {
    const auto oldest = SleeplessClock::now() - options.max_idle;
    while (!idle.empty() && idle.front().since < oldest) idle.pop_front();
    for (size_t i = idle.size(); i-- > 0;) {
      if (idle[i].endpoint != to) continue;
      auto wire = std::move(idle[i].wire);
      idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(i));
      if (wire->is_quiet()) return wire;
    }
    return nullptr;
  }

  void keep(Endpoint endpoint, std::shared_ptr<Wire> wire) {
    if (closed || options.max_idle_connections == 0) return;
    if (idle.size() >= options.max_idle_connections) idle.pop_front();
    idle.push_back({std::move(endpoint), std::move(wire), SleeplessClock::now()});
  }

  Way way_to(const Endpoint& to) const {
    auto const* proxy = options.proxies.on_the_way_to(to);
    return {proxy ? std::optional(*proxy) : std::nullopt, options.extra_root_pem};
  }

  size_t& busy_at(const Endpoint& to) {
    for (auto& [endpoint, count] : busy)
      if (endpoint == to) return count;
    return busy.emplace_back(to, 0).second;
  }

  void leave(const Endpoint& to) {
    const auto next =
        std::find_if(waiting.begin(), waiting.end(), [&](auto& turn) { return turn->to == to; });
    if (next == waiting.end()) {
      if (--busy_at(to) == 0) std::erase_if(busy, [](auto& one) { return one.second == 0; });
      return;
    }
    (*next)->has_come = true;
    (*next)->timer.cancel();
    waiting.erase(next);
  }

  void close() {
    closed = true;
    idle.clear();
    for (const auto& turn : std::exchange(waiting, {})) turn->timer.cancel();
  }

  Executor executor;
  ClientOptions options;
  std::shared_ptr<Deadlines> deadlines;
  std::deque<Idle> idle;                          // the longest unused first
  std::vector<std::pair<Endpoint, size_t>> busy;  // requests under way
  std::deque<std::shared_ptr<Turn>> waiting;
  bool closed = false;
};

Result<std::string> head_of(const Endpoint& to, const Request& request) {
  std::string framing;
  if (!request.headers.has("Host")) framing += "Host: " + host_header(to) + "\r\n";
  const bool bodiless = request.method == "GET" || request.method == "HEAD" || request.method == "DELETE";
  if (!request.headers.has("Content-Length") && !(bodiless && request.body.empty()))
    framing += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return render_head(request, framing);
}

// Held by a request that has, or may open, a connection.
struct Slot {
  Slot(std::shared_ptr<Pool> in, Endpoint at) : pool(std::move(in)), to(std::move(at)) {}
  ~Slot() { pool->leave(to); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  std::shared_ptr<Pool> pool;
  Endpoint to;
};

Async<Result<std::unique_ptr<Slot>>> enter(std::shared_ptr<Pool> pool, Endpoint to, Time deadline) {
  if (auto& busy = pool->busy_at(to); busy < pool->options.max_connections) {
    ++busy;
    co_return std::make_unique<Slot>(std::move(pool), std::move(to));
  }
  if (pool->waiting.size() >= pool->options.max_waiting)
    co_return fault(fmt::format("{}: {} requests wait already", to_string(to), pool->waiting.size()));
  const auto turn = std::make_shared<Turn>(pool->executor, to, deadline);
  pool->waiting.push_back(turn);
  error_code ignored;
  co_await turn->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (turn->has_come) co_return std::make_unique<Slot>(std::move(pool), std::move(to));
  if (pool->closed) co_return fault(Fault::Kind::closed, "the client ends");
  std::erase(pool->waiting, turn);
  co_return fault(Fault::Kind::timeout, fmt::format("{}: all {} connections were busy", to_string(to),
                                                    pool->options.max_connections));
}

// One request on one connection. `started`: a byte of the answer came.
Async<Result<Answered>> exchange(Wire& wire, std::string_view head, const Request& request, size_t max_body,
                                 bool& started) {
  Buffers buffers{asio::buffer(head)};
  if (!request.body.empty()) buffers.push_back(asio::buffer(request.body));
  error_code error = co_await wire.write(std::move(buffers));
  // A server may answer, with 413 say, and stop reading: what it said matters more than the broken pipe.
  ReadBuffer buffer;
  auto answered = co_await read_response(wire, buffer, MessageLimits{256 * 1024, max_body},
                                         request.method == "HEAD", started);
  if (!answered && error && !started) co_return wire_fault(wire, error);
  if (answered && (error || !buffer.empty())) answered.value().keep_alive = false;
  co_return answered;
}

Async<Result<Response>> send_over(std::shared_ptr<Pool> pool, Endpoint to, Request request,
                                  std::chrono::milliseconds timeout) {
  const Time deadline = std::chrono::steady_clock::now() + timeout;
  LIVE_CO_TRY(const std::string head, head_of(to, request));
  LIVE_CO_TRY(const auto slot, co_await enter(pool, to, deadline));
  for (bool may_reuse = true;; may_reuse = false) {
    auto wire = may_reuse ? pool->take(to) : nullptr;
    const bool reused = wire != nullptr;
    if (!wire) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      auto dialled = co_await dial(pool->executor, pool->deadlines, to, pool->way_to(to),
                                   std::min(left, pool->options.connect_timeout));
      if (!dialled) co_return dialled.error();
      wire = std::move(dialled.value());
    }
    wire->expire_in(deadline - std::chrono::steady_clock::now());
    bool started = false;
    auto answered = co_await exchange(*wire, head, request, pool->options.max_body, started);
    wire->never_expire();
    if (answered) {
      if (answered.value().keep_alive) pool->keep(std::move(to), std::move(wire));
      co_return std::move(answered.value().response);
    }
    if (reused && !started && answered.error().kind == Fault::Kind::closed) continue;
    Fault why = answered.error();
    if (why.kind == Fault::Kind::refused) why = fault(why.message);  // the answer is malformed or too large
    co_return within(request.method + " " + to_string(to) + std::string(path_of(request.target)), why);
  }
}

Async<error_code> write_within(Wire& wire, Buffers buffers, std::chrono::milliseconds timeout) {
  wire.expire_in(timeout);
  error_code error = co_await wire.write(std::move(buffers));
  wire.never_expire();
  co_return error;
}

// Each piece leaves as it is made.
Async<error_code> write_body(Wire& wire, const std::string& head, BodySource& body,
                             std::chrono::milliseconds timeout) {
  Buffers buffers{asio::buffer(head)};
  error_code error = co_await write_within(wire, std::move(buffers), timeout);
  while (!error) {
    const std::string bytes = co_await body.next();
    if (bytes.empty()) break;
    const std::string size = fmt::format("{:x}\r\n", bytes.size());
    buffers = {asio::buffer(size), asio::buffer(bytes), asio::buffer("\r\n", 2)};
    error = co_await write_within(wire, std::move(buffers), timeout);
  }
  if (error) co_return error;
  const std::string end = "0\r\n" + render_fields(body.trailers()) + "\r\n";
  buffers = {asio::buffer(end)};
  co_return co_await write_within(wire, std::move(buffers), timeout);
}

Async<Result<Response>> send_made(std::shared_ptr<Pool> pool, Endpoint to, Request request, BodySource* body,
                                  std::chrono::milliseconds timeout) {
  std::string framing = "Transfer-Encoding: chunked\r\n";
  if (!request.headers.has("Host")) framing += "Host: " + host_header(to) + "\r\n";
  LIVE_CO_TRY(const std::string head, render_head(request, framing));
  LIVE_CO_TRY(auto wire, co_await dial(pool->executor, pool->deadlines, to, pool->way_to(to),
                                       std::min(timeout, pool->options.connect_timeout)));
  error_code error = co_await write_body(*wire, head, *body, timeout);
  // A server may answer before the end, and stop reading.
  ReadBuffer buffer;
  bool started = false;
  wire->expire_in(timeout);
  auto answered = co_await read_response(*wire, buffer, MessageLimits{256 * 1024, pool->options.max_body},
                                         false, started);
  wire->never_expire();
  if (answered) co_return std::move(answered.value().response);
  Fault why = error && !started ? wire_fault(*wire, error) : answered.error();
  if (why.kind == Fault::Kind::refused) why = fault(why.message);
  co_return within(request.method + " " + to_string(to) + std::string(path_of(request.target)), why);
}

class Client final : public HttpClient {
 public:
  explicit Client(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}
  ~Client() override { pool_->close(); }
  Async<Result<Response>> send(Endpoint to, Request request, std::chrono::milliseconds timeout) override {
    return send_over(pool_, std::move(to), std::move(request), timeout);
  }
  Async<Result<Response>> send_as_made(Endpoint to, Request request, BodySource& body,
                                       std::chrono::milliseconds timeout) override {
    return send_made(pool_, std::move(to), std::move(request), &body, timeout);
  }

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::create(Executor executor, ClientOptions options) {
  return std::make_unique<Client>(std::make_shared<Pool>(std::move(executor), std::move(options)));
}

}  // namespace live::net
