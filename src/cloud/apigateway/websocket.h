// WebSocket APIs at work: connections by id, what a message leads to, and posting to a connection.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/asio/steady_timer.hpp>

#include "cloud/apigateway/api.h"
#include "cloud/apigateway/apigateway.h"
#include "cloud/front.h"
#include "net/websocket.h"

namespace live::cloud::apigateway {

struct Connection {
  std::string id, api_id, region, stage;
  std::string source_ip, user_agent;
  TimePoint connected_at, last_active;
  std::shared_ptr<const Stage> routes;  // of the last message; replaced when the stage was deployed anew
  net::Request handshake;
  std::optional<net::WebSocket> socket;  // empty until the upgrade is done
  std::chrono::steady_clock::time_point opened, active;
  std::optional<asio::steady_timer> timer;
  size_t unsent = 0;  // bytes posted that the client has not taken, and since when it took none
  std::chrono::steady_clock::time_point taking{};
  int answering = 0;  // messages that a function works on
  bool closing = false;
  Usage* usage = nullptr;  // the world's
  // Injected faults: whose network it is on, what of the world decides, what waits for the network, the
  // message that is to be overtaken.
  Faults::Side side = Faults::Side::client;
  Injection* injection = nullptr;
  int blackholes = 0;  // that had begun when it was opened
  std::deque<std::string> waiting;
  std::optional<std::string> overtaken;
  bool half_open() const { return injection && injection->blackholes(side) != blackholes; }
};
using ConnectionPtr = std::shared_ptr<Connection>;

class Connections {
 public:
  Connections(World& world, ApiGatewayOptions options);
  ~Connections();
  Connections(const Connections&) = delete;

  ConnectionPtr find(std::string_view id) const;
  bool take_request();  // false: more than the quota allows at this moment
  void add(const ConnectionPtr& connection);
  void remove(const Connection& connection);
  void drop_api(std::string_view api_id);
  void drop_stage(std::string_view api_id, std::string_view stage);
  void hang_up(const Faults& faults);  // those whose side's connections end now
  static bool is_well_formed(std::string_view id);
  size_t size() const { return connections_.size(); }

 private:
  void watch(const ConnectionPtr& connection);
  World& world_;
  ApiGatewayOptions options_;
  std::unordered_map<std::string, ConnectionPtr> connections_;
  double tokens_;
  std::chrono::steady_clock::time_point refilled_ = std::chrono::steady_clock::now();
};

struct Gateway;
using GatewayPtr = std::shared_ptr<Gateway>;

// The handshake of a client: the route $connect decides.
Async<net::Answer> connect_websocket_api(GatewayPtr gateway, HttpCall call, Api& api, std::string stage);
// POST, GET, DELETE of @connections/{id}.
Async<net::Answer> serve_connections(GatewayPtr gateway, HttpCall call, std::string api_id, std::string id,
                                     std::string stage = {});

// Sends what was posted to the client; a fault when it is gone or does not read.
Async<Result<void>> send(World& world, ConnectionPtr connection, std::string text);
// What a route answers: no injected fault of messages befalls it.
Async<Result<void>> send_answer(ConnectionPtr connection, std::string text);
// Closes it. One that is half open goes without a word to the other end.
void end(World& world, const ConnectionPtr& connection, uint16_t code, std::string reason);

// The event of a function behind a route.
enum class WebSocketEvent { connect, message, disconnect };
json::object websocket_event(const World& world, const Connection& connection, const Stage& stage,
                             WebSocketEvent type, std::string_view route, std::string_view request_id);

}  // namespace live::cloud::apigateway
