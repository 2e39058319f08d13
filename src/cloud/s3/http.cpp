// S3 over HTTP: which action a request is, its input from path, query, headers and XML, and the answer back.
#include "cloud/s3/http.h"

#include <array>
#include <span>

#include "base/clock.h"
#include "base/encoding.h"
#include "cloud/s3/checksum.h"
#include "cloud/s3/chunked.h"
#include "cloud/s3/dates.h"
#include "cloud/s3/operations.h"
#include "cloud/s3/xml.h"

namespace live::cloud::s3 {
namespace {

struct Member {
  std::string_view wire, name;
};

constexpr std::array kHeaderMembers{
    Member{"Cache-Control", "CacheControl"},
    Member{"Content-Disposition", "ContentDisposition"},
    Member{"Content-Encoding", "ContentEncoding"},
    Member{"Content-Language", "ContentLanguage"},
    Member{"Content-Type", "ContentType"},
    Member{"Content-MD5", "ContentMD5"},
    Member{"Expires", "Expires"},
    Member{"If-Match", "IfMatch"},
    Member{"If-None-Match", "IfNoneMatch"},
    Member{"If-Modified-Since", "IfModifiedSince"},
    Member{"If-Unmodified-Since", "IfUnmodifiedSince"},
    Member{"Range", "Range"},
    Member{"x-amz-acl", "ACL"},
    Member{"x-amz-checksum-algorithm", "ChecksumAlgorithm"},
    Member{"x-amz-sdk-checksum-algorithm", "ChecksumAlgorithm"},
    Member{"x-amz-checksum-mode", "ChecksumMode"},
    Member{"x-amz-checksum-type", "ChecksumType"},
    Member{"x-amz-copy-source", "CopySource"},
    Member{"x-amz-copy-source-if-match", "CopySourceIfMatch"},
    Member{"x-amz-copy-source-if-modified-since", "CopySourceIfModifiedSince"},
    Member{"x-amz-copy-source-if-none-match", "CopySourceIfNoneMatch"},
    Member{"x-amz-copy-source-if-unmodified-since", "CopySourceIfUnmodifiedSince"},
    Member{"x-amz-copy-source-range", "CopySourceRange"},
    Member{"x-amz-expected-bucket-owner", "ExpectedBucketOwner"},
    Member{"x-amz-metadata-directive", "MetadataDirective"},
    Member{"x-amz-mp-object-size", "MpObjectSize"},
    Member{"x-amz-server-side-encryption", "ServerSideEncryption"},
    Member{"x-amz-server-side-encryption-aws-kms-key-id", "SSEKMSKeyId"},
    Member{"x-amz-storage-class", "StorageClass"},
    Member{"x-amz-tagging", "Tagging"},
    Member{"x-amz-tagging-directive", "TaggingDirective"},
    Member{"x-amz-website-redirect-location", "WebsiteRedirectLocation"},
};

constexpr std::array kQueryMembers{
    Member{"bucket-region", "BucketRegion"},
    Member{"continuation-token", "ContinuationToken"},
    Member{"delimiter", "Delimiter"},
    Member{"encoding-type", "EncodingType"},
    Member{"fetch-owner", "FetchOwner"},
    Member{"key-marker", "KeyMarker"},
    Member{"marker", "Marker"},
    Member{"max-buckets", "MaxBuckets"},
    Member{"max-keys", "MaxKeys"},
    Member{"max-parts", "MaxParts"},
    Member{"max-uploads", "MaxUploads"},
    Member{"part-number-marker", "PartNumberMarker"},
    Member{"partNumber", "PartNumber"},
    Member{"prefix", "Prefix"},
    Member{"response-cache-control", "ResponseCacheControl"},
    Member{"response-content-disposition", "ResponseContentDisposition"},
    Member{"response-content-encoding", "ResponseContentEncoding"},
    Member{"response-content-language", "ResponseContentLanguage"},
    Member{"response-content-type", "ResponseContentType"},
    Member{"response-expires", "ResponseExpires"},
    Member{"start-after", "StartAfter"},
    Member{"upload-id-marker", "UploadIdMarker"},
    Member{"uploadId", "UploadId"},
    Member{"version-id-marker", "VersionIdMarker"},
    Member{"versionId", "VersionId"},
};

// Of outputs alone; the rest are kHeaderMembers.
constexpr std::array kAnswerMembers{
    Member{"Accept-Ranges", "AcceptRanges"},
    Member{"Content-Length", "ContentLength"},
    Member{"Content-Range", "ContentRange"},
    Member{"ETag", "ETag"},
    Member{"Last-Modified", "LastModified"},
    Member{"x-amz-access-point-alias", "AccessPointAlias"},
    Member{"x-amz-bucket-region", "BucketRegion"},
    Member{"x-amz-copy-source-version-id", "CopySourceVersionId"},
    Member{"x-amz-delete-marker", "DeleteMarker"},
    Member{"x-amz-tagging-count", "TagCount"},
    Member{"x-amz-version-id", "VersionId"},
    Member{"Location", "Location"},
};

// Asked for and not there, these would change what is stored or answered: refused, never overlooked.
constexpr std::array<std::string_view, 10> kUnsupportedHeaders{
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-retain-until-date",
    "x-amz-write-offset-bytes",
    "x-amz-checksum-sha512",
    "x-amz-checksum-md5",
    "x-amz-checksum-xxhash64",
    "x-amz-checksum-xxhash3",
    "x-amz-checksum-xxhash128"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return out;
}

std::string_view answer_header(std::string_view member) {
  for (auto& known : kAnswerMembers)
    if (known.name == member) return known.wire;
  for (auto& algorithm : kAlgorithms)
    if (algorithm.member == member) return algorithm.header;
  for (auto& known : kHeaderMembers)
    if (known.name == member) return known.wire;
  return {};
}

ApiResult<void> take_headers(const net::Headers& headers, json::object& input) {
  json::object metadata;
  for (auto& [name, value] : headers) {
    auto known = lower(name);
    if (known.starts_with("x-amz-meta-")) metadata[known.substr(11)] = value;
    for (auto unsupported : kUnsupportedHeaders)
      if (known == unsupported)
        return api_error(501, "NotImplemented",
                         known + " is not supported by the embedded S3 of Live Lambda");
    for (auto& member : kHeaderMembers)
      if (net::same_name(known, member.wire)) input[member.name] = value;
    for (auto& algorithm : kAlgorithms)
      if (known == algorithm.header) input[algorithm.member] = value;
  }
  if (auto names = headers.find("x-amz-object-attributes")) {
    json::array list;
    for (std::string_view rest = *names; !rest.empty();) {
      auto comma = std::min(rest.find(','), rest.size());
      auto one = rest.substr(0, comma);
      while (one.starts_with(' ')) one.remove_prefix(1);
      list.push_back(json::string(one));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    input["ObjectAttributes"] = std::move(list);
  }
  if (!metadata.empty()) input["Metadata"] = std::move(metadata);
  return outcome::success();
}

// "aws-chunked,gzip" is gzip: the chunks are off the body before it is stored.
void drop_chunked(json::object& input) {
  auto encoding = find_string(input, "ContentEncoding");
  if (!encoding) return;
  std::string kept;
  for (std::string_view rest = *encoding; !rest.empty();) {
    auto comma = std::min(rest.find(','), rest.size());
    auto one = rest.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one != "aws-chunked") kept += (kept.empty() ? "" : ",") + std::string(one);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (kept.empty())
    input.erase("ContentEncoding");
  else
    input["ContentEncoding"] = kept;
}

ApiResult<std::string> take_body(HttpCall& http, json::object& input) {
  auto& request = http.request;
  if (!request.headers.get("x-amz-content-sha256").starts_with("STREAMING-")) return std::move(request.body);
  auto decoded = decode_aws_chunked(request.body, http.chunks ? &*http.chunks : nullptr);
  if (!decoded && decoded.error().kind == Fault::Kind::refused)
    return api_error(403, "SignatureDoesNotMatch", decoded.error().message);
  if (!decoded) return api_error(400, "IncompleteBody", decoded.error().message);
  auto expected = request.headers.get("x-amz-decoded-content-length");
  if (!expected.empty() && expected != std::to_string(decoded.value().body.size()))
    return api_error(400, "IncompleteBody",
                     "You did not provide the number of bytes specified by the Content-Length HTTP header");
  LIVE_API_TRY(take_headers(decoded.value().trailers, input));
  auto announced = request.headers.get("x-amz-trailer");
  if (!announced.empty() && !decoded.value().trailers.has(announced))
    return api_error(400, "MalformedTrailerError",
                     "The request contained trailing data that was not well-formed");
  drop_chunked(input);
  return std::move(decoded.value().body);
}

ApiResult<void> take_document(const Operation& operation, std::string_view body, json::object& input) {
  auto malformed =
      api_error(400, "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our published schema");
  if (body.empty()) {
    if (operation.action == "CreateBucket" || operation.document == "ACL") return outcome::success();
    return api_error(400, "MissingRequestBodyError", "Request Body is empty");
  }
  auto parsed = parse_xml(body);
  if (!parsed) return malformed;
  if (operation.document == "ACL") {
    input["ACL"] = "AccessControlPolicy";
    return outcome::success();
  }
  auto members = members_of(parsed.value());
  // An element without content is an empty document: "turn everything off".
  input[operation.document] = members.is_object() ? std::move(members) : json::value(json::object());
  return outcome::success();
}

std::string as_text(const json::value& value) {
  return value.is_string() ? std::string(std::string_view(value.get_string())) : json::serialize(value);
}

void add_headers(const json::object& value, net::Headers& headers) {
  for (auto& [member, content] : value) {
    if (member == "Metadata" && content.is_object()) {
      for (auto& [name, text] : content.get_object())
        headers.set("x-amz-meta-" + std::string(name), as_text(text));
      continue;
    }
    auto header = answer_header(member);
    if (header.empty() || content.is_object() || content.is_array()) continue;
    auto text = as_text(content);
    if (header == "Last-Modified")
      if (auto millis = parse_iso8601(text)) text = http_date(from_millis(*millis));
    headers.set(std::string(header), text);
  }
}

// Members of Complete and Copy that travel as headers beside the XML.
constexpr std::array<std::string_view, 6> kBesideXml{
    "VersionId", "ServerSideEncryption", "SSEKMSKeyId", "CopySourceVersionId", "AbortDate", "AbortRuleId"};

net::Response render_document(const Operation& operation, Output output) {
  net::Response response{
      .status = operation.success, .headers = {{"Content-Type", "application/xml"}}, .body = {}};
  json::object beside;
  for (auto member : kBesideXml)
    if (auto* value = find(output.value, member)) {
      beside[member] = *value;
      output.value.erase(member);
    }
  if (operation.action == "GetObjectAttributes" && output.value.contains("LastModified")) {
    beside["LastModified"] = output.value["LastModified"];
    output.value.erase("LastModified");
  }
  add_headers(beside, response.headers);
  // The document is the content of the one member, where that has the root's name.
  auto* inner = find(output.value, operation.root);
  if (operation.action == "GetPublicAccessBlock")
    inner = find(output.value, "PublicAccessBlockConfiguration");
  response.body = render_xml(operation.root, inner ? *inner : json::value(std::move(output.value)));
  return response;
}

}  // namespace

ApiResult<Call> decode(const Operation& operation, HttpCall http, std::string bucket, std::string key) {
  Call call{.service = "s3", .action = std::string(operation.action), .region = http.region};
  if (http.caller) call.caller = *http.caller;
  if (!bucket.empty()) call.input["Bucket"] = bucket;
  if (!key.empty()) call.input["Key"] = key;
  for (auto& [name, value] : net::parse_query(net::query_of(http.request.target)))
    for (auto& member : kQueryMembers)
      if (name == member.wire) call.input[member.name] = value;
  LIVE_API_TRY(take_headers(http.request.headers, call.input));
  LIVE_API_TRY(auto body, take_body(http, call.input));
  if (operation.document == "Policy") {
    call.input["Policy"] = std::move(body);
  } else if (!operation.document.empty()) {
    LIVE_API_TRY(take_document(operation, body, call.input));
  } else {
    call.payload = std::move(body);
  }
  return call;
}

net::Response render(const Operation& operation, Output output, bool head) {
  if (operation.action == "GetBucketPolicy")
    return {.status = 200,
            .headers = {{"Content-Type", "application/json"}},
            .body = string_or(output.value, "Policy")};
  if (!operation.root.empty()) return render_document(operation, std::move(output));
  net::Response response{.status = operation.success, .headers = {}, .body = {}};
  add_headers(output.value, response.headers);
  if (output.value.contains("ContentRange")) response.status = 206;
  if (!head) response.headers.remove("Content-Length");
  response.body = std::move(output.payload);
  return response;
}

net::Response render_error(const ApiError& error, const net::Request& request, std::string_view request_id) {
  net::Response response{.status = error.status, .headers = {}, .body = {}};
  add_headers(error.members, response.headers);
  if (request.method == "HEAD" || error.status == 304) return response;
  response.headers.set("Content-Type", "application/xml");
  std::string body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + escape_xml(error.code) +
                     "</Code><Message>" + escape_xml(error.message) + "</Message>";
  for (auto& [member, value] : error.members)
    body += '<' + std::string(member) + '>' + escape_xml(as_text(value)) + "</" + std::string(member) + '>';
  body += "<Resource>" + escape_xml(net::path_of(request.target)) + "</Resource><RequestId>" +
          std::string(request_id) + "</RequestId></Error>";
  response.body = std::move(body);
  return response;
}

}  // namespace live::cloud::s3
