// Who signs, and where that comes from. The command line adds a source that asks the Node side.
#pragma once

#include <optional>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/result.h"

namespace live::aws {

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;         // empty for a user's own key
  std::optional<TimePoint> expires;  // empty: they do not
};

class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  virtual Async<Result<Credentials>> get() = 0;  // asked for every request: a slow source caches
};

class StaticCredentials final : public CredentialSource {
 public:
  explicit StaticCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  Async<Result<Credentials>> get() override { co_return credentials_; }

 private:
  Credentials credentials_;
};

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, as they are at the time.
class EnvironmentCredentials final : public CredentialSource {
 public:
  Async<Result<Credentials>> get() override;
};

}  // namespace live::aws
