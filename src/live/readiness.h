// What Lambda says of deployed functions: whether they take calls (express mode leaves some that AWS is still
// putting in place), and whether their code is the stub.
#pragma once

#include <string>
#include <vector>

#include "aws/client.h"
#include "base/json.h"

namespace live {

struct NotReady {
  std::string function, why;
};
// Waits until each takes calls, at most `patience`. Gives those that do not. Who may not ask is not told.
Async<std::vector<NotReady>> until_functions_are_ready(aws::AwsClient& client, std::vector<std::string> names,
                                                       Milliseconds patience);

bool is_stub(const json::object& configuration);  // of a function

struct DeployedCode {
  std::string function;
  bool is_stub = false;
  std::string architecture;  // "x86_64", "arm64"
  std::string sha256;        // of the package, base64
};
Async<Result<std::vector<DeployedCode>>> deployed_code_of(aws::AwsClient& client,
                                                          std::vector<std::string> names);
Async<Result<std::vector<std::string>>> stubs_among(aws::AwsClient& client, std::vector<std::string> names);

}  // namespace live
