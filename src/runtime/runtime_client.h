// The client side of the Lambda Runtime API: what a runtime asks Lambda, and what it answers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "invocation/invocation.h"
#include "net/http_client.h"

namespace live {

class RuntimeClient {
 public:
  // `address` is the value of AWS_LAMBDA_RUNTIME_API: "127.0.0.1:9001". The client is borrowed.
  static Result<RuntimeClient> create(net::HttpClient& http, std::string_view address);

  // Waits as long as it takes: the environment is frozen there. Function and variables are left empty: the
  // process's own environment has them.
  Async<Result<Invocation>> next();
  // Fault refused: Lambda took it not, with `status` (413: the response is too large).
  Async<Result<void>> respond(std::string request_id, std::string payload);
  // An answer that streams, as it comes.
  Async<Result<void>> stream(std::string request_id, Reply reply);
  Async<Result<void>> fail(std::string request_id, Reply error);
  Async<Result<void>> init_error(Reply error);

 private:
  RuntimeClient(net::HttpClient& http, net::Endpoint endpoint, std::string prefix)
      : http_(&http), endpoint_(std::move(endpoint)), prefix_(std::move(prefix)) {}
  Async<Result<void>> post(std::string path, std::string error_type, std::string body);

  net::HttpClient* http_;
  net::Endpoint endpoint_;
  std::string prefix_;  // of every path
};

}  // namespace live
