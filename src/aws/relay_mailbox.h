// The debug stack as the relay sees it: @connections, the table's one row, payload objects, and the signed
// WebSocket. What an answer means is decided elsewhere: each call here is one attempt.
#pragma once

#include <chrono>
#include <string>

#include "aws/client.h"
#include "aws/connections.h"
#include "aws/dynamodb.h"
#include "aws/s3.h"
#include "aws/websocket_url.h"
#include "invocation/mailbox.h"
#include "invocation/payload_store.h"

namespace live::aws {

struct RelayAddress {
  std::string region;
  std::string url;       // wss://{api}.execute-api.{region}.amazonaws.com/{stage}
  std::string endpoint;  // http://127.0.0.1:4566 for the embedded AWS; empty: AWS's own
  std::string table;     // row pk = "client": connection, session, who (S), epoch, since in ms (N)
  std::string bucket;
  net::Proxies proxies{};  // of the WebSocket; none in a stub
};
AwsSettings settings_of(const RelayAddress& address);

// The table's row, unless nobody has it.
Item row_key();
std::optional<ClientRow> row_of(const Item& item);

class Relay final : public Mailbox, public PayloadStore {
 public:
  // All but the address is borrowed.
  Relay(Executor executor, net::HttpClient& http, CredentialSource& credentials, const Clock& clock,
        RelayAddress address);

  Async<Posted> post(std::string connection, std::string text) override;
  Async<Result<std::optional<ClientRow>>> client() override;
  Async<void> hang_up(std::string connection) override;
  Async<Result<void>> put(std::string key, std::string bytes) override;
  Async<Result<std::string>> get(std::string key, size_t size) override;
  Async<Result<void>> remove(std::string key) override;

  Async<Result<bool>> has_connection(std::string connection);
  // Opens the API's WebSocket with signed headers. Fault refused: `status` is the HTTP status.
  Async<Result<net::WebSocket>> connect(std::chrono::milliseconds timeout);

 private:
  Executor executor_;
  RelayAddress address_;
  RandomIds ids_;
  AwsClient client_;
  Result<WebSocketUrl> api_;
  DynamoDb table_;
  S3 objects_;
};

}  // namespace live::aws
