// A WebSocket API's address as CloudFormation gives it, and what to dial for it.
#pragma once

#include <optional>
#include <string>

#include "aws/client.h"
#include "net/websocket.h"

namespace live::aws {

struct WebSocketUrl {  // wss://{api}.execute-api.{region}.amazonaws.com/{stage}
  std::string host;
  std::string region;
  std::string stage;
};
Result<WebSocketUrl> parse_websocket_url(std::string_view url);

// What to dial, with signed headers: Host is the URL's, the settings' endpoint is dialled where there is one.
net::WebSocketTarget signed_target(const WebSocketUrl& url, const AwsSettings& settings,
                                   const Credentials& credentials, TimePoint now);
// Signs, and opens it. Fault refused: not allowed (403), with what the API said.
Async<Result<net::WebSocket>> open_websocket(Executor executor, AwsClient& client, WebSocketUrl url,
                                             Milliseconds timeout);

}  // namespace live::aws
