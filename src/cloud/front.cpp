#include "cloud/front.h"

#include <unistd.h>

#include "cloud/address.h"
#include "cloud/destination.h"
#include "cloud/keys.h"

namespace live::cloud {

struct Front::Tables : Services {
  std::map<std::string, std::function<net::Response(net::Request)>> open_paths;
};

namespace {

// A latency is what was asked for, without the time that a sleeping processor takes to wake.
Async<void> wait_until(Steady::time_point time) {
  constexpr auto kWakes = std::chrono::microseconds(150);
  asio::steady_timer timer(co_await asio::this_coro::executor, time - kWakes);
  co_await timer.async_wait(asio::use_awaitable);
  while (Steady::now() < time) {
  }
}

void add_request_id(net::Answer& answer, const std::string& request_id) {
  auto add = [&request_id](net::Headers& headers) {
    if (!headers.has("x-amzn-RequestId")) headers.add("x-amzn-RequestId", request_id);
  };
  if (auto response = std::get_if<net::Response>(&answer))
    add(response->headers);
  else if (auto streamed = std::get_if<net::Streamed>(&answer))
    add(streamed->headers);
}

int status_of(const net::Answer& answer) {
  if (auto response = std::get_if<net::Response>(&answer)) return response->status;
  if (auto streamed = std::get_if<net::Streamed>(&answer)) return streamed->status;
  return 101;
}

json::object usage_of(const Usage& usage) {
  return {{"requests", json::value_from(usage.requests)},
          {"websocket_messages", usage.websocket_messages},
          {"websocket_connections", usage.websocket_connections},
          {"open_connections", usage.open_connections}};
}

// How the CLI finds out that it talks to an embedded AWS, and to which.
net::Response status_answer(const World& world) {
  json::object body{{"service", "live cloud"},
                    {"pid", getpid()},
                    {"account", world.account},
                    {"endpoint", world.endpoint},
                    {"state", world.store.folder().string()},
                    {"usage", usage_of(world.usage)},
                    {"faults", world.injection.faults.text()}};
  return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = json::serialize(body)};
}

struct Authentication {
  std::optional<Verified> verified;
  std::optional<ApiError> refusal;
  bool is_signed = false;
};

Authentication authenticate(World& world, const net::Request& request,
                            const std::variant<std::monostate, Claim, Rejected>& read,
                            const Destination& destination) {
  auto refuse = [&destination](const Rejected& rejected) {
    return to_api_error(rejected, destination.protocol);
  };
  if (auto rejected = std::get_if<Rejected>(&read)) return {.refusal = refuse(*rejected), .is_signed = true};
  auto claim = std::get_if<Claim>(&read);
  if (!claim) return {.refusal = refuse(Rejected{Refusal::missing, ""})};
  auto& region = destination.region;
  if (!region.empty() && claim->region != region) {
    Rejected wrong{Refusal::wrong_scope,
                   fmt::format("Credential should be scoped to a valid region, not '{}'. ", claim->region)};
    return {.refusal = refuse(wrong), .is_signed = true};
  }
  Keys keys(world.store);
  auto result = verify_signature(request, *claim, signing_name(destination.service), keys, world.clock.now());
  if (auto rejected = std::get_if<Rejected>(&result))
    return {.refusal = refuse(*rejected), .is_signed = true};
  return {.verified = std::move(std::get<Verified>(result)), .is_signed = true};
}

// A page of the web may send what it likes to this machine, and everybody knows the usual key: what is signed
// with it must not come from there. Unsigned requests reach what is public on AWS too, and nothing else.
bool comes_from_a_foreign_page(const net::Request& request, const Destination& destination) {
  if (auto const origin = request.headers.find("Origin")) return !is_local_origin(*origin);
  // A picture or a script has no Origin. Of these S3 gives what was presigned for a local page.
  bool const reads = request.method == "GET" || request.method == "HEAD";
  bool const shown = destination.protocol == Protocol::s3 && reads;
  return !shown && request.headers.get("Sec-Fetch-Site") == "cross-site";
}

ApiResult<void> decode_input(const Destination& destination, net::Request request, Call& call) {
  if (destination.protocol == Protocol::rest_json) {
    return decode_rest_json(*destination.route, std::move(request), call);
  }
  auto input = destination.protocol == Protocol::query ? decode_form(destination.form)
               : request.body.empty()                  ? Result<json::object>(json::object())
                                                       : parse_json_object(request.body);
  if (input.has_value()) {
    call.input = std::move(input.value());
    return outcome::success();
  }
  if (destination.protocol == Protocol::query) return api_error(400, "MalformedInput", input.error().message);
  return api_error(400, "SerializationException", "The request body is " + input.error().message);
}

net::Answer render(const Destination& destination, Output output, std::string_view request_id) {
  if (destination.protocol == Protocol::rest_json) {
    return render_rest_json(*destination.route->route, std::move(output));
  }
  if (destination.protocol == Protocol::query) {
    return net::Response{.status = 200,
                         .headers = {{"Content-Type", "text/xml"}},
                         .body = render_query(destination.action, destination.xml_namespace, output,
                                              request_id, destination.query_form)};
  }
  return net::Response{.status = 200,
                       .headers = {{"Content-Type", "application/x-amz-json-" + destination.json_version}},
                       .body = json::serialize(output.value)};
}

ApiError no_such_action(const Destination& destination, const net::Request& request) {
  if (!destination.known) {
    return api_error(
        501, "UnsupportedOperation",
        fmt::format("the service {} is not part of the embedded AWS of Live Lambda", destination.service));
  }
  return api_error(404, "UnknownOperationException",
                   fmt::format("{} {} is no action of {} that the embedded AWS of Live Lambda supports",
                               request.method, net::path_of(request.target), destination.service));
}

// Serves what was authenticated, or refuses.
Async<net::Answer> perform(World& world, const Services& services, net::Request request,
                           const std::string& request_id, Destination& destination,
                           Authentication& authentication, const Claim* claim) {
  std::string path(net::path_of(request.target));
  auto fail = [&](const ApiError& error) { return render_error(destination, error, request_id, path); };
  if (authentication.is_signed && comes_from_a_foreign_page(request, destination))
    co_return fail({403, destination.protocol == Protocol::s3 ? "AccessDenied" : "AccessDeniedException",
                    "The embedded AWS takes no signed requests from pages of other sites"});
  auto http = services.http.find(destination.service);
  if (http != services.http.end() && destination.action.empty()) {
    bool own_decision = destination.protocol == Protocol::execute_api;
    if (authentication.is_signed && authentication.refusal && !own_decision)
      co_return fail(*authentication.refusal);
    HttpCall call{.request = std::move(request),
                  .region = !destination.region.empty() ? destination.region
                            : claim                     ? claim->region
                                                        : ""};
    call.request_id = request_id;
    if (authentication.verified) {
      call.caller = std::move(authentication.verified->caller);
      call.chunks = std::move(authentication.verified->chunks);
    }
    if (authentication.is_signed) call.refusal = std::move(authentication.refusal);
    co_return co_await http->second(std::move(call));
  }
  if (!destination.known) co_return fail(no_such_action(destination, request));
  if (authentication.refusal) co_return fail(*authentication.refusal);
  if (destination.action.empty()) co_return fail(no_such_action(destination, request));

  Call call{.service = destination.service,
            .action = destination.action,
            .region = claim->region,
            .caller = std::move(authentication.verified->caller)};
  call.request_id = request_id;
  auto decoded = decode_input(destination, std::move(request), call);
  if (decoded.has_error()) co_return fail(decoded.error());
  auto result = co_await world.actions.call(std::move(call));
  if (result.has_error()) co_return fail(result.error());
  co_return render(destination, std::move(result.value()), request_id);
}

// PUT: a SPEC as the body, signed by the administrator for the service "live".
net::Response change_faults(World& world, const net::Request& request) {
  auto text = [](int status, std::string body) {
    return net::Response{
        .status = status, .headers = {{"Content-Type", "text/plain"}}, .body = std::move(body)};
  };
  if (request.method != "PUT") return text(405, "PUT a SPEC, or none");
  auto const read = read_claim(request);
  auto const* claim = std::get_if<Claim>(&read);
  if (!claim) return text(403, "sign with the administrator's key");
  Keys keys(world.store);
  auto const result = verify_signature(request, *claim, "live", keys, world.clock.now());
  auto const* verified = std::get_if<Verified>(&result);
  if (!verified || !verified->caller.arn.ends_with(":root"))
    return text(403, "sign with the administrator's key");
  auto faults = Faults::parse(request.body, Faults::seed_from(world.ids));
  if (!faults) return text(400, faults.error().message);
  world.injection.use(std::move(faults.value()));
  return text(200, world.injection.faults.text());
}

// What faults concern: the requests that the relay makes.
enum class Part { none, request, dial };

Part part_in_the_relay(std::string_view service, const net::Request& request) {
  if (service == "dynamodb" || service == "s3") return Part::request;
  if (service != "execute-api") return Part::none;
  if (net::same_name(request.headers.get("Upgrade"), "websocket")) return Part::dial;
  auto const manages = [&](std::string_view prefix) {
    return request.target.find(prefix) != std::string::npos;
  };
  return manages("/@connections/") || manages("/%40connections/") ? Part::request : Part::none;
}

Async<net::Answer> disturb(Injection& injection, Faults::Side side, Faults::OfRequest faults,
                           net::Response refused, Async<net::Answer> work) {
  using Fate = Faults::Fate;
  if (faults.delay > 0ms) co_await wait_until(Steady::now() + faults.delay);
  bool const arrived = co_await injection.arrives(side);
  if (!arrived || faults.fate == Fate::request_lost) co_return net::HangUp{};
  if (faults.fate == Fate::refused) co_return refused;
  auto answer = co_await std::move(work);
  if (faults.fate == Fate::refused_though_done) answer = std::move(refused);
  bool const came_back = co_await injection.arrives(side);
  if (!came_back || faults.fate == Fate::answer_lost) co_return net::HangUp{};
  co_return answer;
}

}  // namespace

Front::Front(World& world) : world_(world), tables_(std::make_shared<Tables>()) {}

void Front::add_json(std::string service, std::string target_prefix, std::string version) {
  tables_->json[std::move(target_prefix)] = {std::move(service), std::move(version)};
}

void Front::add_query(std::string service, std::string version, std::string xml_namespace, QueryForm form) {
  tables_->query[std::move(service)] = {std::move(version), std::move(xml_namespace), form};
}

void Front::add_rest_json(std::string service, std::vector<Route> routes) {
  tables_->rest.emplace(std::move(service), RouteTable(std::move(routes)));
}

void Front::add_http(std::string service, std::function<Async<net::Answer>(HttpCall)> serve) {
  tables_->http[std::move(service)] = std::move(serve);
}

void Front::add_open_path(std::string prefix, std::function<net::Response(net::Request)> serve) {
  tables_->open_paths[std::move(prefix)] = std::move(serve);
}

Async<net::Answer> Front::serve(net::Request request) {
  auto started = Steady::now();
  auto request_id = world_.ids.uuid();
  auto line = fmt::format("{} {}", request.method, net::path_of(request.target));
  auto answer = co_await dispatch(std::move(request), started, request_id, line);
  add_request_id(answer, request_id);
  if (world_.log.shows(Log::Level::info)) {
    std::chrono::duration<double, std::milli> took = Steady::now() - started;
    world_.log.info("{} {} {:.1f} ms", line, status_of(answer), took.count());
  }
  co_return answer;
}

Async<net::Answer> Front::dispatch(net::Request request, Steady::time_point arrived, std::string request_id,
                                   std::string& what) {
  if (request.target == "/_live/status") co_return status_answer(world_);
  if (request.target == "/_live/faults") co_return change_faults(world_, request);
  for (auto& [prefix, serve_open] : tables_->open_paths) {
    if (request.target.starts_with(prefix)) co_return serve_open(std::move(request));
  }
  auto read = read_claim(request);
  auto claim = std::get_if<Claim>(&read);
  auto destination = find_destination(*tables_, request, claim);
  if (destination.known) ++world_.usage.requests[destination.service];
  if (!destination.action.empty()) what = destination.service + "." + destination.action;
  auto authentication = authenticate(world_, request, read, destination);
  auto latency = world_.latency_of(destination.service == "execute-api" ? "apigateway" : destination.service);
  if (latency > 0ms) co_await wait_until(arrived + latency);
  auto const part = world_.injection.off() || !authentication.verified
                        ? Part::none
                        : part_in_the_relay(destination.service, request);
  if (part == Part::none) {
    co_return co_await perform(world_, *tables_, std::move(request), request_id, destination, authentication,
                               claim);
  }
  auto const side = side_of(authentication.verified->caller);
  auto const faults =
      part == Part::dial ? Faults::OfRequest() : world_.injection.faults.of_request(destination.service);
  std::string path(net::path_of(request.target));
  auto refused =
      render_error(destination, injected_error(destination.service, faults.status), request_id, path);
  auto work = perform(world_, *tables_, std::move(request), request_id, destination, authentication, claim);
  co_return co_await disturb(world_.injection, side, faults, std::move(refused), std::move(work));
}

}  // namespace live::cloud
