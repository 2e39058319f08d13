#include "aws/websocket_url.h"

namespace live::aws {

Result<WebSocketUrl> parse_websocket_url(std::string_view url) {
  auto wrong = [&] {
    return fault("not a WebSocket API's address: " + std::string(url) +
                 "; it looks like wss://abc123.execute-api.us-east-1.amazonaws.com/dev");
  };
  constexpr std::string_view scheme = "wss://", service = ".execute-api.";
  if (!url.starts_with(scheme)) return wrong();
  std::string_view rest = url.substr(scheme.size());
  const std::string_view host = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(rest.size(), host.size() + 1));
  const std::string_view stage = rest.substr(0, rest.find('/'));
  const size_t at = host.find(service);
  if (at == host.npos || at == 0 || stage.empty()) return wrong();
  const std::string_view behind = host.substr(at + service.size());
  const std::string_view region = behind.substr(0, behind.find('.'));
  if (region.empty() || region.size() == behind.size()) return wrong();
  return WebSocketUrl{std::string(host), std::string(region), std::string(stage)};
}

net::WebSocketTarget signed_target(const WebSocketUrl& url, const AwsSettings& settings,
                                   const Credentials& credentials, TimePoint now) {
  net::Request request{.method = "GET", .target = "/" + url.stage, .headers = {{"Host", url.host}}};
  Signer().sign(request, credentials, {url.region, "execute-api", now});
  net::WebSocketTarget target;
  target.endpoint = settings.endpoint.value_or(net::Endpoint{true, url.host, 443});
  target.target = std::move(request.target);
  target.headers = std::move(request.headers);
  target.proxies = settings.proxies;
  return target;
}

Async<Result<net::WebSocket>> open_websocket(Executor executor, AwsClient& client, WebSocketUrl url,
                                             Milliseconds timeout) {
  LIVE_CO_TRY(const Credentials credentials, co_await client.credentials().get());
  auto target = signed_target(url, client.settings(), credentials, client.clock().now());
  auto opened = co_await net::connect_websocket(std::move(executor), std::move(target), timeout);
  if (!opened) {
    Fault why = opened.error();
    why.message += clock_advice(why.message);
    co_return why;
  }
  co_return opened;
}

}  // namespace live::aws
