#include "aws/credentials.h"

#include <cstdlib>

namespace live::aws {

namespace {
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}
}  // namespace

Async<Result<Credentials>> EnvironmentCredentials::get() {
  Credentials found{.access_key = variable("AWS_ACCESS_KEY_ID"),
                    .secret_key = variable("AWS_SECRET_ACCESS_KEY"),
                    .session_token = variable("AWS_SESSION_TOKEN"),
                    .expires = {}};
  if (found.access_key.empty() || found.secret_key.empty())
    co_return fault("no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  co_return found;
}

}  // namespace live::aws
