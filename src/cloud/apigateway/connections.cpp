#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/encoding.h"
#include "cloud/apigateway/access.h"
#include "cloud/apigateway/gateway.h"
#include "cloud/apigateway/http_event.h"
#include "cloud/apigateway/http_reply.h"
#include "cloud/apigateway/websocket.h"

namespace live::cloud::apigateway {
namespace {

constexpr size_t max_payload = 131'072;              // API Gateway quota
constexpr size_t max_unsent = 8 * 1024 * 1024;       // posted to a client that does not read
constexpr auto too_slow = std::chrono::seconds(30);  // for a client to take what was posted

Async<void> close(ConnectionPtr c, uint16_t code, std::string reason) {
  bool const told = co_await c->injection->arrives(c->side);
  if (!told || c->half_open()) co_return;
  co_await c->socket->close(code, std::move(reason));
  c->socket->drop();
}

net::Response error(int status, std::string_view type, json::object body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"x-amzn-ErrorType", std::string(type)}},
          .body = json::serialize(body)};
}

net::Response refuse(Ids& ids, int status, std::string_view type, std::string_view message,
                     std::string_view id) {
  return error(status, type, {{"message", message}, {"connectionId", id}, {"requestId", short_id(ids)}});
}

net::Response gone() {
  return {.status = 410, .headers = {{"x-amzn-ErrorType", "GoneException"}}, .body = {}};
}

// AWS's resource names no connection: a policy cannot single one out.
std::optional<ApiError> refuse_management(const World& world, const HttpCall& call, const ConnectionPtr& c,
                                          std::string_view api_id, std::string_view stage) {
  if (c && api_id.empty()) {  // an endpoint without an API's name
    api_id = c->api_id;
    stage = c->stage;
  }
  auto arn = api_arn(world, call.region, api_id, stage, call.request.method + "/@connections/{connectionId}");
  return refuse_access(world, *call.caller, call.region, "ManageConnections", std::move(arn));
}

net::Response described(const Connection& c) {
  const json::object body{{"connectedAt", iso8601(c.connected_at)},
                          {"identity", {{"sourceIp", c.source_ip}, {"userAgent", c.user_agent}}},
                          {"lastActiveAt", iso8601(c.last_active)}};
  return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = json::serialize(body)};
}

}  // namespace

void end(World& world, const ConnectionPtr& c, uint16_t code, std::string reason) {
  if (!c->socket || std::exchange(c->closing, true)) return;
  asio::co_spawn(world.executor, close(c, code, std::move(reason)), asio::detached);
}

Connections::Connections(World& world, ApiGatewayOptions options)
    : world_(world), options_(options), tokens_(options.burst) {
  world.injection.on_use = [this] { hang_up(world_.injection.faults); };
}

Connections::~Connections() {
  world_.injection.on_use = {};
  for (auto& [id, c] : connections_) {
    c->timer.reset();
    if (c->socket) c->socket->drop();
  }
}

ConnectionPtr Connections::find(std::string_view id) const {
  const auto found = connections_.find(std::string(id));
  return found == connections_.end() ? nullptr : found->second;
}

bool Connections::take_request() {
  const auto now = std::chrono::steady_clock::now();
  const double passed = std::chrono::duration<double>(now - std::exchange(refilled_, now)).count();
  tokens_ = std::min(options_.burst, tokens_ + passed * options_.requests_per_second);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void Connections::add(const ConnectionPtr& c) {
  c->opened = c->active = std::chrono::steady_clock::now();
  connections_[c->id] = c;
  c->timer.emplace(world_.executor);
  watch(c);
}

void Connections::remove(const Connection& c) {
  const auto found = connections_.find(c.id);
  if (found == connections_.end()) return;
  found->second->timer.reset();
  connections_.erase(found);
}

// One timer a connection: it looks whether idle time or lifetime are over, or the client reads no more.
void Connections::watch(const ConnectionPtr& c) {
  using Point = std::chrono::steady_clock::time_point;
  const Point until = std::min<Point>(c->active + options_.idle, c->opened + options_.lifetime);
  c->timer->expires_at(std::min<Point>(until, std::chrono::steady_clock::now() + too_slow / 2));
  c->timer->async_wait([this, weak = std::weak_ptr<Connection>(c)](boost::system::error_code failed) {
    const auto c = weak.lock();
    if (failed || !c || !c->timer) return;
    const auto now = std::chrono::steady_clock::now();
    const bool over = now >= c->active + options_.idle || now >= c->opened + options_.lifetime;
    if (over && c->half_open()) return remove(*c);
    if (over) return end(world_, c, 1001, "Going away");
    if (c->unsent > 0 && now - c->taking > too_slow) return c->socket->drop();
    watch(c);
  });
}

void Connections::drop_api(std::string_view api_id) {
  for (const auto& [id, c] : connections_)
    if (c->api_id == api_id) end(world_, c, 1001, "Going away");
}

void Connections::drop_stage(std::string_view api_id, std::string_view stage) {
  for (const auto& [id, c] : connections_)
    if (c->api_id == api_id && c->stage == stage) end(world_, c, 1001, "Going away");
}

void Connections::hang_up(const Faults& faults) {
  for (const auto& [id, c] : connections_)
    if (faults.hangs_up(c->side)) end(world_, c, 1001, "Going away");
}

bool Connections::is_well_formed(std::string_view id) {
  if (id.size() != 16 || id[15] != '=') return false;
  return std::all_of(id.begin(), id.end() - 1, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

Async<net::Answer> serve_connections(GatewayPtr gateway, HttpCall call, std::string api_id, std::string id,
                                     std::string stage) {
  auto& ids = gateway->world.ids;
  if (!call.caller) {
    if (call.refusal) co_return refuse(ids, 403, call.refusal->code, call.refusal->message, id);
    co_return refuse(ids, 403, "MissingAuthenticationTokenException", "Missing Authentication Token", id);
  }
  auto& connections = gateway->connections;
  if (auto refused = refuse_management(gateway->world, call, connections.find(id), api_id, stage))
    co_return refuse(ids, 403, refused->code, refused->message, id);
  if (!connections.take_request())
    co_return refuse(ids, 429, "LimitExceededException", "Too Many Requests", id);
  if (!Connections::is_well_formed(id))
    co_return refuse(ids, 400, "BadRequestException", fmt::format("Invalid connectionId: {}", id), id);
  const auto c = connections.find(id);
  if (!c || c->closing || (!api_id.empty() && c->api_id != api_id)) co_return gone();
  if (call.request.method == "GET") co_return described(*c);
  if (call.request.method == "DELETE") {
    end(gateway->world, c, 1000, "Connection Closed Normally");
    co_return net::Response{.status = 204};
  }
  if (call.request.method != "POST")
    co_return refuse(ids, 403, "MissingAuthenticationTokenException", "Missing Authentication Token", id);
  if (call.request.body.size() > max_payload)
    co_return refuse(ids, 413, "PayloadTooLargeException", "Message too long", id);
  if (c->unsent > max_unsent)
    co_return refuse(ids, 429, "LimitExceededException", "The client does not read", id);
  auto body = std::move(call.request.body);
  auto sent = co_await send(gateway->world, c, std::move(body));
  if (sent.has_error()) co_return gone();
  co_return net::Response{.status = 200};
}

}  // namespace live::cloud::apigateway
