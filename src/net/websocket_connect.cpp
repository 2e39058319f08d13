// The client's side of the WebSocket handshake.
#include "base/encoding.h"
#include "base/ids.h"
#include "net/messages.h"
#include "net/websocket_core.h"

namespace live::net {

namespace {

using Time = std::chrono::steady_clock::time_point;

Request handshake_request(const WebSocketTarget& target, const std::string& key) {
  Request request;
  request.target = target.target;
  request.headers = target.headers;
  if (!request.headers.has("Host")) request.headers.add("Host", host_header(target.endpoint));
  request.headers.set("Connection", "Upgrade");
  request.headers.set("Upgrade", "websocket");
  request.headers.set("Sec-WebSocket-Version", "13");
  request.headers.set("Sec-WebSocket-Key", key);
  return request;
}

Result<void> check_answer(const Response& response, std::string_view key) {
  if (response.status != 101)
    return fault(Fault::Kind::refused,
                 "the server answered " + std::to_string(response.status) + ": " + response.body,
                 response.status);
  if (response.headers.get("Sec-WebSocket-Accept") != accept_key(key))
    return fault("the server does not speak WebSocket: its Sec-WebSocket-Accept is wrong");
  return outcome::success();
}

}  // namespace

Async<Result<WebSocket>> connect_websocket(Executor executor, WebSocketTarget target,
                                           std::chrono::milliseconds timeout) {
  const std::string doing = "opening a WebSocket to " + to_string(target.endpoint);
  const Time deadline = std::chrono::steady_clock::now() + timeout;
  const std::string key = base64(RandomIds().bytes(16));
  LIVE_CO_TRY(const std::string head, render_head(handshake_request(target, key), ""));

  auto deadlines = std::make_shared<Deadlines>(executor);
  auto const* proxy = target.proxies.on_the_way_to(target.endpoint);
  Way way{proxy ? std::optional(*proxy) : std::nullopt, target.extra_root_pem};
  auto dialled = co_await dial(executor, deadlines, target.endpoint, std::move(way), timeout);
  if (!dialled) co_return within(doing, dialled.error());
  auto wire = std::move(dialled.value());
  wire->expire_in(deadline - std::chrono::steady_clock::now());
  Buffers buffers{asio::buffer(head)};
  error_code error = co_await wire->write(std::move(buffers));
  if (error) co_return within(doing, wire_fault(*wire, error));
  ReadBuffer early;
  bool started = false;
  auto answered = co_await read_response(*wire, early, MessageLimits{64 * 1024, 64 * 1024}, false, started);
  if (!answered) {
    Fault why = answered.error();
    if (why.kind == Fault::Kind::refused) why = fault(why.message);
    co_return within(doing, why);
  }
  auto accepted = check_answer(answered.value().response, key);
  if (!accepted) co_return within(doing, accepted.error());
  co_return make_websocket(std::move(wire), std::move(early), target.limits, Side::client);
}

}  // namespace live::net
