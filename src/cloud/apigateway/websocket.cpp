#include "cloud/apigateway/websocket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/encoding.h"
#include "cloud/apigateway/access.h"
#include "cloud/apigateway/gateway.h"
#include "cloud/apigateway/http_event.h"
#include "cloud/apigateway/http_reply.h"
#include "cloud/apigateway/lambda_call.h"

namespace live::cloud::apigateway {
namespace {

constexpr int max_answering = 64;  // messages of one connection that functions work on; then it is not read

std::string domain_of(const Connection& c) {
  return fmt::format("{}.execute-api.{}.amazonaws.com", c.api_id, c.region);
}

json::object error_message(std::string_view text, const Connection& c, std::string_view request_id) {
  return {{"message", text}, {"connectionId", c.id}, {"requestId", request_id}};
}

net::Response refusal(Ids& ids, int status, std::string_view text, std::string_view type) {
  net::Response response = message_response(status, text);
  response.body = json::serialize(
      json::object{{"message", text}, {"connectionId", short_id(ids)}, {"requestId", short_id(ids)}});
  response.headers.set("x-amzn-ErrorType", std::string(type));
  return response;
}

// A connection's view of its stage follows new deployments.
void refresh(Gateway& gateway, Connection& c) {
  if (auto* api = gateway.apis.find(c.api_id))
    if (auto stage = gateway.apis.stage(*api, c.stage)) c.routes = std::move(stage);
}

const Template* select(const std::map<std::string, Template>& templates, const std::string& selection) {
  auto found = templates.find(selection);
  if (found == templates.end()) found = templates.find("$default");
  if (found == templates.end() && templates.size() == 1) found = templates.begin();
  return found == templates.end() ? nullptr : &found->second;
}

// {"statusCode": 200}, and {statusCode: 200} as many write it.
int status_in(std::string_view text) {
  const auto at = text.find("statusCode");
  if (at == text.npos) return 200;
  const auto digit = text.find_first_of("0123456789", at);
  return digit == text.npos ? 200 : std::atoi(std::string(text.substr(digit, 3)).c_str());
}

const IntegrationResponse* response_for(const Integration& integration, int status) {
  const IntegrationResponse* otherwise = nullptr;
  for (const auto& response : integration.responses) {
    if (response.key == fmt::format("/{}/", status)) return &response;
    if (response.key == "$default") otherwise = &response;
  }
  return otherwise;
}

std::string mock(const World& world, const Connection& c, const ApiRoute& route, const std::string& body,
                 std::string_view request_id) {
  const auto& integration = *route.integration;
  TemplateInput input{.body = body, .stage_variables = c.routes->variables};
  input.context = websocket_event(world, c, *c.routes, WebSocketEvent::message, route.key, request_id)
                      .at("requestContext")
                      .as_object();
  std::string made = body;
  if (const auto* text = select(integration.request_templates, integration.template_selection))
    made = text->evaluate(input);
  const auto* response = response_for(integration, status_in(made));
  if (!response) return {};
  const auto* text = select(response->templates, response->template_selection);
  return text ? text->evaluate(input) : std::string();
}

std::string source_of(const World& world, const Stage& stage, const ApiRoute& route) {
  return api_arn(world, stage.region, stage.api_id, stage.name, route.key);
}

Async<void> answer_with_function(GatewayPtr gateway, ConnectionPtr c, std::shared_ptr<const Stage> stage,
                                 const ApiRoute* route, std::string body, std::string request_id) {
  auto event = websocket_event(gateway->world, *c, *stage, WebSocketEvent::message, route->key, request_id);
  const bool text = is_utf8(body);
  event["body"] = text ? std::move(body) : base64(body);
  event["isBase64Encoded"] = !text;
  auto payload = json::serialize(event);
  auto source = source_of(gateway->world, *stage, *route);
  auto called = co_await call_function(gateway->world, stage->region, *route->integration, std::move(payload),
                                       {}, std::move(source));
  --c->answering;
  if (called.failure) {
    auto message = json::serialize(error_message("Internal server error", *c, request_id));
    (void)co_await send_answer(c, std::move(message));
  } else if (route->answers) {  // the function's answer reaches the client only then
    const auto response = proxy_response_1_0(called.payload);
    auto message =
        response ? response->body : json::serialize(error_message("Internal server error", *c, request_id));
    if (!message.empty()) (void)co_await send_answer(c, std::move(message));
  }
}

Async<void> receive(GatewayPtr gateway, ConnectionPtr c, std::string body) {
  c->last_active = gateway->world.clock.now();
  c->active = std::chrono::steady_clock::now();
  c->usage->count_message(body.size());
  refresh(*gateway, *c);
  const auto stage = c->routes;
  const auto key = stage->selection ? stage->selection->evaluate(body) : std::string();
  const bool reserved = key.empty() || key.starts_with('$');
  const auto* route = reserved ? nullptr : stage->find(key);
  if (!route) route = stage->find("$default");
  auto request_id = short_id(gateway->world.ids);
  std::string answer;
  if (!route || !route->integration) {
    answer = json::serialize(error_message(route ? "Internal server error" : "Forbidden", *c, request_id));
  } else if (route->integration->kind == Integration::Kind::mock) {
    answer = mock(gateway->world, *c, *route, body, request_id);
    if (!route->answers) answer.clear();
  } else {
    auto work = answer_with_function(gateway, c, stage, route, std::move(body), std::move(request_id));
    if (++c->answering < max_answering)
      asio::co_spawn(gateway->world.executor, std::move(work), asio::detached);
    else
      co_await std::move(work);
    co_return;
  }
  if (!answer.empty()) (void)co_await send_answer(c, std::move(answer));
}

Async<void> disconnected(GatewayPtr gateway, ConnectionPtr c, Fault why) {
  refresh(*gateway, *c);
  const auto* route = c->routes->find("$disconnect");
  if (!route || !route->integration || route->integration->kind != Integration::Kind::lambda) co_return;
  const auto stage = c->routes;
  const auto request_id = short_id(gateway->world.ids);
  auto event =
      websocket_event(gateway->world, *c, *stage, WebSocketEvent::disconnect, route->key, request_id);
  auto& context = event["requestContext"].as_object();
  context["disconnectStatusCode"] = why.status == 0 ? 1006 : why.status;
  context["disconnectReason"] = why.status == 1001 ? "Going away" : "";
  auto payload = json::serialize(event);
  auto source = source_of(gateway->world, *stage, *route);
  (void)co_await call_function(gateway->world, stage->region, *route->integration, std::move(payload), {},
                               std::move(source));
}

// Its network may be away: then the gateway hears of the end later, or never.
Async<bool> hears(ConnectionPtr c) {
  const bool arrived = c->injection->off() || co_await c->injection->arrives(c->side);
  co_return arrived && !c->half_open();
}

Async<void> serve(GatewayPtr gateway, ConnectionPtr c, net::WebSocket socket) {
  c->socket.emplace(std::move(socket));
  gateway->connections.add(c);
  ++c->usage->websocket_connections;
  ++c->usage->open_connections;
  Fault why;
  for (;;) {
    auto message = co_await c->socket->read();
    const bool heard = co_await hears(c);
    if (message.has_error()) {
      why = message.error();
      break;
    }
    if (heard) co_await receive(gateway, c, std::move(message.value()));
  }
  --c->usage->open_connections;
  c->socket->drop();
  if (c->half_open() && !c->closing) co_return;  // nobody told the gateway: it stays until it is idle or old
  gateway->connections.remove(*c);
  co_await disconnected(gateway, c, why);
}

}  // namespace

json::object websocket_event(const World& world, const Connection& c, const Stage& stage, WebSocketEvent type,
                             std::string_view route, std::string_view request_id) {
  static constexpr std::string_view names[] = {"CONNECT", "MESSAGE", "DISCONNECT"};
  const auto now = world.clock.now();
  json::object identity{{"sourceIp", c.source_ip}};
  if (type != WebSocketEvent::message && !c.user_agent.empty()) identity["userAgent"] = c.user_agent;
  json::object context{{"routeKey", route}};
  if (type == WebSocketEvent::message) context["messageId"] = request_id;
  context["eventType"] = names[static_cast<size_t>(type)];
  context["extendedRequestId"] = request_id;
  context["requestTime"] = clf_time(now);
  context["messageDirection"] = "IN";
  context["stage"] = c.stage;
  context["connectedAt"] = to_millis(c.connected_at);
  context["requestTimeEpoch"] = to_millis(now);
  context["identity"] = std::move(identity);
  context["requestId"] = request_id;
  context["domainName"] = domain_of(c);
  context["connectionId"] = c.id;
  context["apiId"] = c.api_id;
  json::object event;
  if (type == WebSocketEvent::connect) {
    ApiRequest request{.kind = Kind::rest, .request = &c.handshake, .domain_name = domain_of(c)};
    auto whole = event_1_0(request);
    for (const auto* member :
         {"headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters"})
      if (!whole[member].is_null()) event[member] = std::move(whole[member]);
  } else if (type == WebSocketEvent::disconnect) {
    event["headers"] = {
        {"Host", domain_of(c)}, {"x-api-key", ""}, {"X-Forwarded-For", ""}, {"x-restapi", ""}};
    event["multiValueHeaders"] = {
        {"Host", {domain_of(c)}}, {"x-api-key", {""}}, {"X-Forwarded-For", {""}}, {"x-restapi", {""}}};
  }
  if (!stage.variables.empty()) event["stageVariables"] = stage.variables;
  event["requestContext"] = std::move(context);
  event["isBase64Encoded"] = false;
  return event;
}

Async<net::Answer> connect_websocket_api(GatewayPtr gateway, HttpCall call, Api& api,
                                         std::string stage_name) {
  auto& world = gateway->world;
  const auto stage = gateway->apis.stage(api, stage_name);
  if (!stage) co_return refusal(world.ids, 403, "Forbidden", "ForbiddenException");
  const auto* route = stage->find("$connect");
  if (route && route->iam && !call.caller) {
    if (call.refusal) co_return refusal(world.ids, 403, call.refusal->message, call.refusal->code);
    co_return refusal(world.ids, 403, "Missing Authentication Token", "MissingAuthenticationTokenException");
  }
  if (route && route->iam) {
    auto arn = api_arn(world, stage->region, api.id, stage_name, "$connect");
    if (auto refused = refuse_access(world, *call.caller, stage->region, "Invoke", std::move(arn)))
      co_return refusal(world.ids, 403, refused->message, refused->code);
  }
  if (call.caller && world.injection.faults.refuses_dial(side_of(*call.caller)))
    co_return refusal(world.ids, 503, "Service Unavailable", "ServiceUnavailableException");
  auto c = std::make_shared<Connection>();
  c->usage = &world.usage;
  c->injection = &world.injection;
  if (call.caller) c->side = side_of(*call.caller);
  c->blackholes = world.injection.blackholes(c->side);
  c->id = short_id(world.ids);
  c->api_id = api.id;
  c->region = api.region;
  c->stage = stage_name;
  c->source_ip = call.request.peer;
  c->user_agent = call.request.headers.get("User-Agent");
  c->connected_at = c->last_active = world.clock.now();
  c->routes = stage;
  c->handshake = std::move(call.request);
  c->handshake.body.clear();
  if (route && route->integration && route->integration->kind == Integration::Kind::mock)
    co_return refusal(world.ids, 500, "Internal server error",
                      "InternalServerErrorException");  // measured on AWS
  if (route && route->integration) {
    auto event = websocket_event(world, *c, *stage, WebSocketEvent::connect, "$connect", short_id(world.ids));
    auto payload = json::serialize(event);
    auto source = source_of(world, *stage, *route);
    auto called = co_await call_function(world, stage->region, *route->integration, std::move(payload), {},
                                         std::move(source));
    const auto response = called.failure ? std::nullopt : proxy_response_1_0(called.payload);
    if (!response) co_return refusal(world.ids, 502, "Internal server error", "InternalServerErrorException");
    if (response->status < 200 || response->status > 299)
      co_return refusal(world.ids, response->status, response->status == 403 ? "Forbidden" : response->body,
                        "");
  }
  net::Upgrade upgrade;
  upgrade.serve = [gateway, c](net::WebSocket socket) { return serve(gateway, c, std::move(socket)); };
  co_return upgrade;
}

}  // namespace live::cloud::apigateway
