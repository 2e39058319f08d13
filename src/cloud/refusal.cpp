// A refused signature in AWS's own codes and words, which differ by protocol.
#include "cloud/signature.h"

namespace live::cloud {

namespace {

constexpr auto no_match =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access "
    "Key and signing method. Consult the service documentation for details.";

ApiError for_query(const Rejected& rejected) {
  switch (rejected.why) {
    case Refusal::missing:
      return {403, "MissingAuthenticationToken", "Request is missing Authentication Token"};
    case Refusal::incomplete:
      return {400, "IncompleteSignature", rejected.detail};
    case Refusal::unknown_key:
    case Refusal::bad_token:
      return {403, "InvalidClientTokenId", "The security token included in the request is invalid."};
    case Refusal::expired_token:
      return {403, "ExpiredToken", "The security token included in the request is expired"};
    case Refusal::expired:
      return {400, "RequestExpired", "Request has expired."};
    case Refusal::wrong_scope:
    case Refusal::skewed:
      return {403, "SignatureDoesNotMatch", rejected.detail};
    case Refusal::mismatch:
    case Refusal::wrong_body:
      break;
  }
  return {403, "SignatureDoesNotMatch", no_match};
}

ApiError for_json(const Rejected& rejected, int status) {
  switch (rejected.why) {
    case Refusal::missing:
      return {status, "MissingAuthenticationTokenException",
              status == 400 ? "Request is missing Authentication Token" : "Missing Authentication Token"};
    case Refusal::incomplete:
      return {status, "IncompleteSignatureException", rejected.detail};
    case Refusal::unknown_key:
    case Refusal::bad_token:
      return {status, "UnrecognizedClientException",
              "The security token included in the request is invalid."};
    case Refusal::expired_token:
      return {status, "ExpiredTokenException", "The security token included in the request is expired"};
    case Refusal::wrong_scope:
    case Refusal::skewed:
    case Refusal::expired:
      return {status, "InvalidSignatureException", rejected.detail};
    case Refusal::mismatch:
    case Refusal::wrong_body:
      break;
  }
  return {status, "InvalidSignatureException", no_match};
}

ApiError for_s3(const Rejected& rejected) {
  switch (rejected.why) {
    case Refusal::missing:
    case Refusal::expired:
      return {403, "AccessDenied", rejected.detail.empty() ? "Access Denied" : "Request has expired"};
    case Refusal::incomplete:
      return {400, "AuthorizationHeaderMalformed", rejected.detail};
    case Refusal::unknown_key:
      return {403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."};
    case Refusal::bad_token:
      return {400, "InvalidToken", "The provided token is malformed or otherwise invalid."};
    case Refusal::expired_token:
      return {400, "ExpiredToken", "The provided token has expired."};
    case Refusal::wrong_scope:
      return {400, "AuthorizationHeaderMalformed",
              "The authorization header is malformed; " + rejected.detail};
    case Refusal::skewed:
      return {403, "RequestTimeTooSkewed",
              "The difference between the request time and the current time is too large."};
    case Refusal::wrong_body:
      return {400, "XAmzContentSHA256Mismatch",
              "The provided 'x-amz-content-sha256' header does not match what was computed."};
    case Refusal::mismatch:
      break;
  }
  return {403, "SignatureDoesNotMatch",
          "The request signature we calculated does not match the signature you provided. Check your key and "
          "signing method."};
}

}  // namespace

ApiError to_api_error(const Rejected& rejected, Protocol protocol) {
  switch (protocol) {
    case Protocol::json:
      return for_json(rejected, 400);
    case Protocol::query:
      return for_query(rejected);
    case Protocol::rest_json:
    case Protocol::execute_api:
      return for_json(rejected, 403);
    case Protocol::s3:
      break;
  }
  return for_s3(rejected);
}

}  // namespace live::cloud
