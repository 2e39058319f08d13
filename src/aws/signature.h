// AWS Signature Version 4, of headers and of presigned URLs. Pure: no clock, no I/O.
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "base/clock.h"
#include "net/http.h"

namespace live::aws {

struct SigningScope {
  std::string region;
  std::string service;  // the signing name: "s3" signs its path as sent, others normalised and encoded again
  TimePoint at{};
};

// Derives a day's key once: four of the five HMACs of a signature.
class Signer {
 public:
  // Adds X-Amz-Date, X-Amz-Security-Token, for S3 x-amz-content-sha256, and Authorization. Signs every header
  // that is there but those which proxies change: set Host before, and all others that matter.
  void sign(net::Request& request, const Credentials& credentials, const SigningScope& scope);

  // The target with the signature in its query; signs the Host header alone. The body is the empty one, for
  // S3 "UNSIGNED-PAYLOAD".
  std::string presign(const net::Request& request, const Credentials& credentials, const SigningScope& scope,
                      std::chrono::seconds valid);

 private:
  const std::string& key(const Credentials& credentials, const SigningScope& scope, const std::string& day);

  std::string key_, derived_from_;
};

// Parts of the above that a test looks at.
std::string canonical_path(std::string_view path, std::string_view service);
std::string canonical_query(std::string_view query);

}  // namespace live::aws
