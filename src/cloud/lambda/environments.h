// Execution environments: one local process a concurrent call, kept warm, the last used first.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "cloud/lambda/function.h"
#include "cloud/lambda/lambda.h"
#include "cloud/lambda/log_stream.h"
#include "cloud/lambda/platform_log.h"
#include "cloud/world.h"
#include "runtime/interpreter.h"
#include "runtime/memory_limits.h"
#include "runtime/scratch.h"
#include "runtime/starts.h"
#include "runtime/worker.h"
#include "toolchain/toolchain.h"

namespace live::cloud::lambda {

struct Order {  // one call of a version
  std::string request_id;
  std::string event;
  std::string function_arn;  // as invoked, with qualifier
  std::string trace_id;
  std::string client_context;
  bool wants_log = false;
  bool streams = false;          // a streamed answer is given on as it comes; else it is collected
  std::shared_ptr<void> held{};  // kept until the answer has ended
};

struct Execution {
  Reply reply;
  // The last 4 KB, if wanted: of a stream, once it has ended.
  std::shared_ptr<std::string> log = std::make_shared<std::string>();
};

struct Credentials {
  std::string access_key, secret, token;
  TimePoint expires;
};

// An error: its code is of a kind that no process here can run.
ApiResult<void> check_runs_here(const Version& version);

class Environments {
 public:
  Environments(World& world, LambdaOptions options);
  ~Environments();  // ends every process
  Environments(const Environments&) = delete;

  // An error: no environment could be had (role, runtime). What the function does is in the reply.
  Async<ApiResult<Execution>> run(VersionPtr version, Order order);
  // Ends what idles of a version; what is busy ends when its call does.
  void retire(const VersionPtr& version);
  // The function's role, assumed by Lambda. Kept until it nears its end.
  Async<ApiResult<Credentials>> credentials(const Version& version);
  size_t idle() const;

 private:
  struct Environment;
  struct Ending;  // what is told of a call when it is over
  using EnvironmentPtr = std::shared_ptr<Environment>;
  struct Pool {
    VersionPtr version;  // keeps the key's address from being used again
    std::vector<EnvironmentPtr> idle;
  };

  Async<ApiResult<EnvironmentPtr>> acquire(const VersionPtr& version);
  Async<ApiResult<EnvironmentPtr>> start(VersionPtr version, std::chrono::milliseconds init_limit);
  Async<ApiResult<EnvironmentPtr>> initialised(EnvironmentPtr environment);
  Async<ApiResult<ToolProduct>> with_client(VersionPtr version);
  Async<ApiResult<std::filesystem::path>> interpreter_of(const Version& version);
  void give_back(EnvironmentPtr environment);
  void finish(EnvironmentPtr environment, const Ending& call, const Reply& outcome);
  static void end(World& world, EnvironmentPtr environment);
  void arm_sweep();
  void sweep();

  World& world_;
  LambdaOptions options_;
  Starts starts_;
  MemoryLimits memory_;
  Scratch scratch_;
  Toolchain clients_;
  Interpreters interpreters_;
  std::map<const Version*, Pool> pools_;
  std::map<std::string, Credentials> credentials_;  // by role and function
  asio::steady_timer sweeper_;
  bool sweeping_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // a pending sweep sees that we are gone
};

}  // namespace live::cloud::lambda
