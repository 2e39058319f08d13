// The debug stack as the relay sees it: @connections, the table's one row, payload objects, and the signed
// WebSocket. What an answer means is decided elsewhere: each call here is one attempt.
#pragma once

#include <chrono>
#include <string>

#include "aws/credentials.h"
#include "aws/signature.h"
#include "base/clock.h"
#include "invocation/mailbox.h"
#include "invocation/payload_store.h"
#include "net/http_client.h"
#include "net/websocket.h"

namespace live::aws {

struct RelayAddress {
  std::string region;
  std::string url;       // wss://{api}.execute-api.{region}.amazonaws.com/{stage}
  std::string endpoint;  // http://127.0.0.1:4566 for the embedded AWS; empty: AWS's own
  std::string table;     // row pk = "client": connection, session, who (S), epoch, since in ms (N)
  std::string bucket;
};

class Relay final : public Mailbox, public PayloadStore {
 public:
  // All but the address is borrowed.
  Relay(Executor executor, net::HttpClient& http, CredentialSource& credentials, const Clock& clock,
        RelayAddress address);

  Async<Posted> post(std::string connection, std::string text) override;
  Async<Result<std::optional<ClientRow>>> client() override;
  Async<Result<void>> put(std::string key, std::string bytes) override;
  Async<Result<std::string>> get(std::string key) override;
  Async<Result<void>> remove(std::string key) override;

  // Opens the API's WebSocket with signed headers. Fault refused: `status` is the HTTP status.
  Async<Result<net::WebSocket>> connect(std::chrono::milliseconds timeout);

 private:
  struct Place {  // where a service is dialled, and its name there
    net::Endpoint endpoint;
    std::string host;
  };
  Place service(const std::string& name) const;
  Place api() const;
  Async<Result<net::Response>> send(Signer& signer, std::string service, Place place, net::Request request,
                                    std::chrono::milliseconds timeout);
  Async<Result<net::Response>> object(std::string method, std::string key, std::string bytes);

  Executor executor_;
  net::HttpClient& http_;
  CredentialSource& credentials_;
  const Clock& clock_;
  RelayAddress address_;
  std::string api_host_, api_stage_;
  Signer api_signer_, table_signer_, bucket_signer_;  // each keeps its day's key
};

}  // namespace live::aws
