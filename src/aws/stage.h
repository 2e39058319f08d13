// What only the developer's credentials may do with a debug stack: say who is the stage's client, keep the
// stage key, remove logs.
#pragma once

#include <string>

#include "aws/relay_mailbox.h"
#include "base/ids.h"
#include "invocation/registry.h"

namespace live::aws {

class Stage final : public Registry {
 public:
  // All but the address is borrowed.
  Stage(net::HttpClient& http, CredentialSource& credentials, const Clock& clock, RelayAddress address);

  Async<Result<Taken>> take(std::string connection, std::string session, std::string who) override;
  Async<Result<bool>> move(std::string connection, std::string session, int64_t epoch) override;
  Async<Result<void>> leave(std::string session, int64_t epoch) override;

  // The stage's 32 random bytes, made by whoever is first: a conditional write lets one win.
  Async<Result<std::string>> stage_key(Ids& ids);
  Async<Result<std::string>> stage_key_there();            // Fault not_found: nobody has made it yet
  Async<Result<void>> delete_log_group(std::string name);  // no fault when there is none

 private:
  Change change_if_ours(const std::string& session, int64_t epoch) const;

  const Clock& clock_;
  RelayAddress address_;
  RandomIds ids_;
  AwsClient client_;
  DynamoDb table_;
  S3 objects_;
};

}  // namespace live::aws
