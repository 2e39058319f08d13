// The aws-chunked encoding that SDKs wrap S3 bodies in: sizes in hex, signatures as extensions, checksums
// as trailers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cloud/signature.h"
#include "net/http.h"

namespace live::cloud::s3 {

struct Unchunked {
  std::string body;
  net::Headers trailers;
};

// With a seed every chunk's signature is verified, and the trailer's: Fault refused if one does not match.
Result<Unchunked> decode_aws_chunked(std::string_view encoded, const ChunkSeed* seed);

}  // namespace live::cloud::s3
