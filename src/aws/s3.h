// S3: whole objects.
#pragma once

#include <string>

#include "aws/client.h"

namespace live::aws {

class S3 {
 public:
  explicit S3(AwsClient& client, AwsCall::Tries tries = AwsCall::Tries::until_deadline)
      : client_(client), tries_(tries) {}

  enum class Existing {
    replaced,
    refused,  // If-None-Match: Fault refused, status 412, when the key has an object
  };
  enum class Digest {
    sha256,
    none,  // for bytes that prove themselves, such as sealed ones
  };
  // `timeout` is in all. get: Fault not_found when there is no such object.
  Async<Result<std::string>> get(std::string bucket, std::string key, Milliseconds timeout);
  Async<Result<void>> put(std::string bucket, std::string key, std::string bytes, Milliseconds timeout,
                          Existing existing = Existing::replaced,
                          Digest digest = Digest::sha256);  // under SSE-S3
  Async<Result<void>> remove(std::string bucket, std::string key,
                             Milliseconds timeout);  // also what is not there

 private:
  AwsCall call(std::string method, const std::string& bucket, const std::string& key, Milliseconds timeout);
  AwsClient& client_;
  AwsCall::Tries tries_;
};

}  // namespace live::aws
