#include "net/http_server.h"

#include <map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.h"
#include "net/messages.h"
#include "net/websocket_core.h"

namespace live::net {

namespace {

using asio::ip::tcp;

struct Connection {
  std::shared_ptr<Wire> wire;
  asio::cancellation_signal stop;
};

// What the connections share with the server, and keep when it is gone.
struct Shared {
  Shared(Executor executor, ServerOptions with, Handler handler)
      : acceptor(executor), options(std::move(with)), handler(std::move(handler)) {
    deadlines = std::make_shared<Deadlines>(executor);
  }
  tcp::acceptor acceptor;
  ServerOptions options;
  Handler handler;
  std::shared_ptr<Deadlines> deadlines;
  std::shared_ptr<TlsContext> tls;
  std::map<Connection*, std::shared_ptr<Connection>> connections;
  bool closed = false;
  std::string date;  // of `date_second`
  std::time_t date_second = 0;

  MessageLimits limits() const { return {options.max_header, options.max_body}; }
  const std::string& date_now() {
    auto now = std::chrono::system_clock::now();
    if (auto second = std::chrono::system_clock::to_time_t(now); second != date_second) {
      date = http_date(now);
      date_second = second;
    }
    return date;
  }
};

// A peer that takes less than 64 KB a second beyond the usual time is given up.
std::chrono::seconds write_time(const Shared& shared, size_t bytes) {
  return shared.options.read_timeout + std::chrono::seconds(bytes / (64 * 1024));
}

Async<error_code> write_within(Shared& shared, Wire& wire, Buffers buffers) {
  wire.expire_in(write_time(shared, asio::buffer_size(buffers)));
  error_code error = co_await wire.write(std::move(buffers));
  wire.never_expire();
  co_return error;
}

enum class After { keep, close };

std::string framing_of(Shared& shared, const Headers& headers, const Incoming& incoming, After after) {
  std::string lines;
  if (!headers.has("Date")) lines.append("Date: ").append(shared.date_now()).append("\r\n");
  if (after == After::close) lines.append("Connection: close\r\n");
  if (after == After::keep && incoming.http_1_0) lines.append("Connection: keep-alive\r\n");
  return lines;
}

Async<bool> respond(Shared& shared, Wire& wire, const Incoming& incoming, Response response, After after) {
  const bool to_head = incoming.request.method == "HEAD";
  const bool bodiless = response.status / 100 == 1 || response.status == 204 || response.status == 304;
  std::string framing = framing_of(shared, response.headers, incoming, after);
  response.headers.remove("Connection");
  response.headers.remove("Transfer-Encoding");
  // A HEAD's answer may name the length of what it does not send.
  if (!to_head || !response.headers.has("Content-Length")) {
    response.headers.remove("Content-Length");
    if (!bodiless) framing += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  const std::string head = render_head(response.status, response.headers, framing);
  Buffers buffers{asio::buffer(head)};
  if (!to_head && !bodiless && !response.body.empty()) buffers.push_back(asio::buffer(response.body));
  error_code error = co_await write_within(shared, wire, std::move(buffers));
  co_return !error;
}

class ChunkWriter final : public BodyWriter {
 public:
  enum class Form { chunked, until_close };
  ChunkWriter(Shared& shared, Wire& wire, Form form) : shared_(shared), wire_(wire), form_(form) {}

  Async<Result<void>> write(std::string_view bytes) override {
    if (bytes.empty()) co_return outcome::success();
    Buffers buffers;
    const std::string size = fmt::format("{:x}\r\n", bytes.size());
    if (form_ == Form::chunked) buffers.push_back(asio::buffer(size));
    buffers.push_back(asio::buffer(bytes));
    if (form_ == Form::chunked) buffers.push_back(asio::buffer("\r\n", 2));
    error_code error = co_await write_within(shared_, wire_, std::move(buffers));
    if (!error) co_return outcome::success();
    broken_ = true;
    co_return wire_fault(wire_, error);
  }
  void trailer(std::string name, std::string value) override {
    trailers_.add(std::move(name), std::move(value));
  }
  void break_off() override {
    broken_ = true;
    wire_.close();
  }

  Async<bool> finish() {
    if (broken_) co_return false;
    if (form_ == Form::until_close) co_return true;
    const std::string end = "0\r\n" + render_fields(trailers_) + "\r\n";
    Buffers buffers{asio::buffer(end)};
    error_code error = co_await write_within(shared_, wire_, std::move(buffers));
    co_return !error;
  }

 private:
  Shared& shared_;
  Wire& wire_;
  Form form_;
  bool broken_ = false;
  Headers trailers_;
};

Async<bool> stream(Shared& shared, Wire& wire, const Incoming& incoming, Streamed streamed, After after) {
  std::string framing = framing_of(shared, streamed.headers, incoming, after);
  for (const char* ours : {"Connection", "Content-Length", "Transfer-Encoding"})
    streamed.headers.remove(ours);
  if (!incoming.http_1_0) framing += "Transfer-Encoding: chunked\r\n";
  const std::string head = render_head(streamed.status, streamed.headers, framing);
  Buffers buffers{asio::buffer(head)};
  error_code error = co_await write_within(shared, wire, std::move(buffers));
  if (error) co_return false;
  if (incoming.request.method == "HEAD") co_return true;
  ChunkWriter writer(shared, wire,
                     incoming.http_1_0 ? ChunkWriter::Form::until_close : ChunkWriter::Form::chunked);
  co_await streamed.write(writer);
  co_return co_await writer.finish();
}

bool lists(const Headers& headers, std::string_view name, std::string_view wanted) {
  for (const auto& [key, value] : headers) {
    if (!same_name(key, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::string_view item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), item.size() + 1));
      while (item.starts_with(' ')) item.remove_prefix(1);
      while (item.ends_with(' ')) item.remove_suffix(1);
      if (same_name(item, wanted)) return true;
    }
  }
  return false;
}

bool asks_for_websocket(const Request& request) {
  return request.method == "GET" && lists(request.headers, "Connection", "upgrade") &&
         lists(request.headers, "Upgrade", "websocket") && request.headers.has("Sec-WebSocket-Key") &&
         request.headers.get("Sec-WebSocket-Version") == "13";
}

Async<void> upgrade(Shared& shared, std::shared_ptr<Wire> wire, ReadBuffer early, const Request& request,
                    Upgrade upgrade) {
  Headers headers{{"Upgrade", "websocket"},
                  {"Connection", "Upgrade"},
                  {"Sec-WebSocket-Accept", accept_key(request.headers.get("Sec-WebSocket-Key"))}};
  const std::string head = render_head(101, headers, "");
  Buffers buffers{asio::buffer(head)};
  error_code error = co_await write_within(shared, *wire, std::move(buffers));
  if (error) co_return;
  auto socket = make_websocket(std::move(wire), std::move(early), upgrade.limits, Side::server);
  co_await upgrade.serve(std::move(socket));
}

// A request that could not be read gets its status before the connection ends.
Async<void> refuse(Shared& shared, Wire& wire, Fault why) {
  if (why.kind != Fault::Kind::refused) co_return;
  Response response{why.status, {{"Content-Type", "text/plain"}}, why.message + "\n"};
  co_await respond(shared, wire, Incoming{}, std::move(response), After::close);
  co_await wire.finish();
}

// Answers one request. False: the connection is done with.
Async<bool> answer(Shared& shared, const std::shared_ptr<Wire>& wire, ReadBuffer& buffer, Incoming incoming) {
  Request asked;
  const bool may_upgrade = asks_for_websocket(incoming.request);
  asked.method = incoming.request.method;
  if (may_upgrade) asked.headers = incoming.request.headers;
  std::optional<Answer> given;
  try {
    incoming.request.coming = incoming.body.get();
    given = co_await shared.handler(std::move(incoming.request));
  } catch (const std::exception&) {  // answered below
  }
  // What was not read of a body would be taken for the next request.
  if (incoming.body && !incoming.body->whole()) incoming.keep_alive = false;
  incoming.request = std::move(asked);
  if (shared.closed) co_return false;
  if (!given) {
    Response response{500, {{"Content-Type", "text/plain"}}, "Internal Server Error\n"};
    co_await respond(shared, *wire, incoming, std::move(response), After::close);
    co_await wire->finish();
    co_return false;
  }
  const After after = incoming.keep_alive ? After::keep : After::close;
  if (auto* response = std::get_if<Response>(&*given)) {
    const bool ends = after == After::close || lists(response->headers, "Connection", "close");
    const bool sent =
        co_await respond(shared, *wire, incoming, std::move(*response), ends ? After::close : After::keep);
    if (sent && ends) co_await wire->finish();
    co_return sent && !ends;
  }
  if (auto* streamed = std::get_if<Streamed>(&*given)) {
    const After then = incoming.http_1_0 ? After::close : after;
    const bool sent = co_await stream(shared, *wire, incoming, std::move(*streamed), then);
    if (sent && then == After::close) co_await wire->finish();
    co_return sent&& then == After::keep;
  }
  if (std::holds_alternative<HangUp>(*given)) {
    wire->close();
    co_return false;
  }
  if (!may_upgrade) {
    Response response{
        426, {{"Upgrade", "websocket"}, {"Content-Type", "text/plain"}}, "this is a WebSocket\n"};
    co_await respond(shared, *wire, incoming, std::move(response), After::close);
    co_await wire->finish();
    co_return false;
  }
  co_await upgrade(shared, wire, std::move(buffer), incoming.request, std::get<Upgrade>(std::move(*given)));
  co_return false;
}

Async<void> serve(std::shared_ptr<Shared> shared, std::shared_ptr<Wire> wire) {
  if (shared->tls) {
    wire->expire_in(shared->options.read_timeout);
    error_code error = co_await wire->secure_as_server(shared->tls);
    if (error) co_return;
  }
  ReadBuffer buffer;
  while (!shared->closed) {
    auto const& options = shared->options;
    Patience const patience{options.head_timeout, options.read_timeout};
    auto incoming =
        co_await read_request(*wire, buffer, shared->limits(), patience, options.refuse, options.streams);
    if (!incoming) {
      co_await refuse(*shared, *wire, incoming.error());
      co_return;
    }
    const bool goes_on = co_await answer(*shared, wire, buffer, std::move(incoming.value()));
    if (!goes_on) co_return;
  }
}

void start_serving(const std::shared_ptr<Shared>& shared, tcp::socket socket) {
  auto connection = std::make_shared<Connection>();
  connection->wire = std::make_shared<Wire>(std::move(socket), shared->deadlines);
  shared->connections.emplace(connection.get(), connection);
  auto ended = [shared, connection](std::exception_ptr) {
    shared->connections.erase(connection.get());
    connection->wire.reset();
  };
  asio::co_spawn(shared->acceptor.get_executor(), serve(shared, connection->wire),
                 asio::bind_cancellation_slot(connection->stop.slot(), std::move(ended)));
}

Async<void> accept(std::shared_ptr<Shared> shared) {
  asio::steady_timer pause(shared->acceptor.get_executor());
  while (!shared->closed) {
    auto [error, socket] = co_await shared->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (shared->closed) co_return;
    if (!error) {
      start_serving(shared, std::move(socket));
      continue;
    }
    pause.expires_after(std::chrono::milliseconds(100));  // out of file descriptors, as a rule
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

class Server final : public HttpServer {
 public:
  explicit Server(std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)), port_(shared_->acceptor.local_endpoint().port()) {}
  ~Server() override {
    shared_->closed = true;
    error_code ignored;
    const Executor executor = shared_->acceptor.get_executor();
    shared_->acceptor.close(ignored);
    for (auto& [key, connection] : std::exchange(shared_->connections, {})) {
      if (connection->wire) connection->wire->close();
      // Posted: outside the executor's thread, emit() defers to a handler that may be gone when it runs.
      asio::post(executor,
                 [connection = connection] { connection->stop.emit(asio::cancellation_type::terminal); });
    }
  }
  uint16_t port() const override { return port_; }

 private:
  std::shared_ptr<Shared> shared_;
  uint16_t port_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Executor executor, std::string address, uint16_t port,
                                                       ServerOptions options, Handler handler) {
  const std::string doing = "listening on " + address + ":" + std::to_string(port);
  auto shared = std::make_shared<Shared>(executor, std::move(options), std::move(handler));
  if (!shared->options.certificate_pem.empty()) {
    auto tls = server_tls(shared->options.certificate_pem, shared->options.key_pem);
    if (!tls) return within(doing, tls.error());
    shared->tls = std::move(tls.value());
  }
  error_code error;
  tcp::endpoint endpoint(asio::ip::make_address(address, error), port);
  tcp::acceptor& acceptor = shared->acceptor;
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return within(doing, fault(error.message()));
  asio::co_spawn(executor, accept(shared), asio::detached);
  return std::make_unique<Server>(std::move(shared));
}

}  // namespace live::net
