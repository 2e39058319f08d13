// Lambda: a function is invoked, and asked how it is configured.
#pragma once

#include <string>

#include "aws/client.h"
#include "base/json.h"

namespace live::aws {

struct InvokeInput {
  enum class Type { request_response, event };
  enum class LogType { none, tail };
  std::string function;   // a name or an ARN
  std::string qualifier;  // a version or an alias; empty: $LATEST
  std::string payload;
  Type type = Type::request_response;
  LogType log_type = LogType::none;
  Milliseconds timeout{60'000};
};

struct InvokeOutput {
  int status = 200;
  std::string request_id;
  std::string function_error;  // "Unhandled", or empty
  std::string executed_version;
  std::string log;  // the last 4 KB of its log, where that was asked for
  std::string payload;
};

class Lambda {
 public:
  explicit Lambda(AwsClient& client) : client_(client) {}

  // Once: an invocation whose answer was lost may have run. An error of the function is an answer.
  Async<Result<InvokeOutput>> invoke(InvokeInput input);
  Async<Result<json::object>> get_function_configuration(std::string function);

 private:
  AwsCall call(std::string doing, std::string target) const;

  AwsClient& client_;
};

}  // namespace live::aws
