// The management API of a WebSocket API: @connections.
#pragma once

#include <string>

#include "aws/client.h"
#include "aws/websocket_url.h"

namespace live::aws {

class Connections {
 public:
  Connections(AwsClient& client, WebSocketUrl api) : client_(client), api_(std::move(api)) {}

  // Fault refused with the status: 410 gone, 403, 413 too large, 429 try later. One attempt: a post whose
  // answer was lost may have been delivered.
  Async<Result<void>> post_to_connection(std::string connection, std::string text, Milliseconds timeout);
  Async<Result<bool>> has_connection(std::string connection, Milliseconds timeout);
  Async<Result<void>> delete_connection(std::string connection, Milliseconds timeout);

 private:
  AwsCall call(std::string method, std::string_view action, const std::string& connection,
               Milliseconds timeout);
  AwsClient& client_;
  WebSocketUrl api_;
};

}  // namespace live::aws
