// The embedded AWS as one object: state, services and the port they answer on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "cloud/apigateway/apigateway.h"
#include "cloud/call.h"
#include "cloud/front.h"
#include "cloud/iam/authorize.h"
#include "cloud/lambda/lambda.h"
#include "cloud/store.h"
#include "cloud/world.h"
#include "net/http_server.h"

namespace live::cloud {

struct CloudOptions {
  uint16_t port = 4566;
  bool port_is_fixed = false;  // true: a busy port is a fault; false: the next free one is taken. 0: any
  std::filesystem::path state;
  std::map<std::string, Milliseconds, std::less<>> latency;
  Faults faults;
  std::string account = "000000000000";
  std::string access_key = "test";
  std::string secret_key = "test";
  std::filesystem::path runtimes;
  ApiGatewayOptions api_gateway;
  LambdaOptions lambda;
  Log::Level log = Log::Level::info;  // info: a line a request
};

// "dynamodb=5,apigateway=10", in milliseconds.
Result<std::map<std::string, Milliseconds, std::less<>>> parse_latency(std::string_view text);

// One process at a time works in a state folder: held while the object lives.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

class Cloud {
 public:
  // Answers on 127.0.0.1 when it returns.
  static Result<std::unique_ptr<Cloud>> start(Executor executor, CloudOptions options);
  ~Cloud();

  uint16_t port() const { return server_->port(); }
  const std::string& endpoint() const { return world_.endpoint; }
  World& world() { return world_; }
  // Takes no more requests. What runs may end, and logs be written, as long as the loop runs and we live.
  void close() { server_.reset(); }

 private:
  Cloud(Executor executor, CloudOptions options, FolderLock lock, std::unique_ptr<Store> store);
  void add_services(const CloudOptions& options);
  Result<void> listen(const CloudOptions& options);

  FolderLock lock_;
  std::unique_ptr<Store> store_;
  SystemClock clock_;
  RandomIds ids_;
  Log log_;
  World world_;  // outlives the services: they end with the directory and the front
  Directory actions_;
  Authorizer authorizer_;
  Front front_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace live::cloud
