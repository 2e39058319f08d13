// AWS Signature Version 4, the verifying side: rebuilds what the client must have signed from the request as
// it came over the wire. Written from AWS's description alone; src/aws signs and shares no line with this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "cloud/call.h"
#include "cloud/keys.h"
#include "net/http.h"

namespace live::cloud {

// Who claims to have signed a request, and for what. Read before anything is verified.
struct Claim {
  bool presigned = false;
  std::string access_key;
  std::string date, region, service;  // the credential scope
  std::string scope() const { return date + "/" + region + "/" + service + "/aws4_request"; }
};

enum class Refusal {
  missing,        // not signed at all
  incomplete,     // parts of the signature are missing or malformed
  unknown_key,    // nobody has that access key
  bad_token,      // the session token is missing or another one's
  expired_token,  // the session has ended
  wrong_scope,    // signed for another service or region
  skewed,         // the client's clock is too far from ours
  expired,        // a presigned request past its X-Amz-Expires
  mismatch,       // the signature is another one
  wrong_body,     // S3: the body is not what X-Amz-Content-Sha256 says
};

struct Rejected {
  Refusal why = Refusal::mismatch;
  std::string detail;  // AWS's words where they depend on the request
};

// What the first chunk of a body in signed chunks is chained to.
struct ChunkSeed {
  std::string signing_key;  // raw
  std::string amz_date, scope;
  std::string signature;  // of the request: the first "previous signature"
};

struct Verified {
  Caller caller;
  std::optional<ChunkSeed> chunks;
};

// Nothing: not signed. Rejected: it looks signed but cannot be read.
std::variant<std::monostate, Claim, Rejected> read_claim(const net::Request& request);

// `service` is the one the request was found to be for: the scope must name it.
std::variant<Verified, Rejected> verify_signature(const net::Request& request, const Claim& claim,
                                                  std::string_view service, Keys& keys, TimePoint now);

// The signature of one chunk of STREAMING-AWS4-HMAC-SHA256-PAYLOAD, of its trailer with -TRAILER.
std::string chunk_signature(const ChunkSeed& seed, std::string_view previous, std::string_view chunk);
std::string trailer_signature(const ChunkSeed& seed, std::string_view previous, std::string_view trailer);

// The same refusal in the words of the service's protocol.
enum class Protocol { json, query, rest_json, s3, execute_api };
ApiError to_api_error(const Rejected& rejected, Protocol protocol);

std::string canonical_request(const net::Request& request, std::string_view service,
                              std::string_view signed_headers, std::string_view body_hash);

}  // namespace live::cloud
