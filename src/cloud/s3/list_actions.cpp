#include "base/encoding.h"
#include "cloud/s3/attributes.h"
#include "cloud/s3/checksum.h"
#include "cloud/s3/listing.h"
#include "cloud/s3/service.h"

namespace live::cloud::s3 {
namespace {

constexpr int64_t kMaxKeys = 1000;  // S3 quota: a page

struct Encoding {  // encoding-type=url: names are percent-encoded in the answer
  bool url = false;
  std::string operator()(std::string_view text) const {
    return url ? uri_encode(text, "/*") : std::string(text);
  }
};

ApiResult<Encoding> encoding_of(const json::object& input) {
  auto type = find_string(input, "EncodingType");
  if (type && *type != "url")
    return api_error(400, "InvalidArgument", "Invalid Encoding Method specified in Request");
  return Encoding{type.has_value()};
}

ApiResult<int64_t> limit_of(const json::object& input, std::string_view member) {
  if (!input.contains(member)) return kMaxKeys;
  auto limit = find_int(input, member);
  if (!limit || *limit < 0 || *limit > 2147483647)
    return api_error(400, "InvalidArgument",
                     "Argument " + std::string(member == "MaxKeys" ? "maxKeys" : member) +
                         " must be an integer between 0 and 2147483647");
  return std::min(*limit, kMaxKeys);
}

json::object describe_item(const Version& version, const Encoding& encode) {
  json::object out{{"Key", encode(version.key)},
                   {"LastModified", iso(version.modified)},
                   {"ETag", '"' + version.etag + '"'},
                   {"Size", version.size},
                   {"StorageClass", string_or(version.attributes, "StorageClass", "STANDARD")}};
  if (auto* algorithm = algorithm_in(version.attributes)) {
    out["ChecksumAlgorithm"] = algorithm->name;
    out["ChecksumType"] = string_or(version.attributes, "ChecksumType");
  }
  return out;
}

json::array prefixes_of(const Page& page, const Encoding& encode) {
  json::array out;
  for (auto& prefix : page.common_prefixes) out.push_back({{"Prefix", encode(prefix)}});
  return out;
}

// What every listing echoes of its request.
json::object echo(const Bucket& bucket, const PageRequest& request, const Encoding& encode) {
  json::object out{{"Name", bucket.name}, {"Prefix", encode(request.prefix)}, {"MaxKeys", request.limit}};
  if (!request.delimiter.empty()) out["Delimiter"] = encode(request.delimiter);
  if (encode.url) out["EncodingType"] = "url";
  return out;
}

ApiResult<PageRequest> page_request(const json::object& input, const Bucket& bucket) {
  LIVE_API_TRY(auto limit, limit_of(input, "MaxKeys"));
  return PageRequest{.bucket = bucket.name,
                     .prefix = string_or(input, "Prefix"),
                     .delimiter = string_or(input, "Delimiter"),
                     .after = {},
                     .limit = limit};
}

json::object owner_of(const World& world) { return {{"ID", hex(world.account)}}; }

}  // namespace

Answer Service::list_objects_v2(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  LIVE_API_TRY(auto encode, encoding_of(call.input));
  LIVE_API_TRY(auto request, page_request(call.input, bucket));
  request.after = string_or(call.input, "StartAfter");
  if (auto token = find_string(call.input, "ContinuationToken")) {
    auto after = from_base64(*token);
    if (!after || after->empty())
      return api_error(400, "InvalidArgument", "The continuation token provided is incorrect");
    request.after = *after;
  }
  auto page =
      page_of(request, [this](const Span& span, int64_t limit) { return objects_.current(span, limit); });
  bool owners = find_bool(call.input, "FetchOwner").value_or(false);
  json::array contents;
  for (auto& item : page.items) {
    auto line = describe_item(item, encode);
    if (owners) line["Owner"] = owner_of(world_);
    contents.push_back(std::move(line));
  }
  Output out{.value = echo(bucket, request, encode), .payload = {}};
  out.value["KeyCount"] = contents.size() + page.common_prefixes.size();
  out.value["IsTruncated"] = page.truncated;
  out.value["Contents"] = std::move(contents);
  out.value["CommonPrefixes"] = prefixes_of(page, encode);
  if (page.truncated) out.value["NextContinuationToken"] = base64(page.last);
  if (auto token = find_string(call.input, "ContinuationToken")) out.value["ContinuationToken"] = *token;
  if (auto start = find_string(call.input, "StartAfter")) out.value["StartAfter"] = encode(*start);
  return out;
}

Answer Service::list_objects(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  LIVE_API_TRY(auto encode, encoding_of(call.input));
  LIVE_API_TRY(auto request, page_request(call.input, bucket));
  request.after = string_or(call.input, "Marker");
  auto page =
      page_of(request, [this](const Span& span, int64_t limit) { return objects_.current(span, limit); });
  json::array contents;
  for (auto& item : page.items) {
    auto line = describe_item(item, encode);
    line["Owner"] = owner_of(world_);
    contents.push_back(std::move(line));
  }
  Output out{.value = echo(bucket, request, encode), .payload = {}};
  out.value["Marker"] = encode(request.after);
  out.value["IsTruncated"] = page.truncated;
  out.value["Contents"] = std::move(contents);
  out.value["CommonPrefixes"] = prefixes_of(page, encode);
  if (page.truncated && !request.delimiter.empty()) out.value["NextMarker"] = encode(page.last);
  return out;
}

Answer Service::list_object_versions(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  LIVE_API_TRY(auto encode, encoding_of(call.input));
  LIVE_API_TRY(auto request, page_request(call.input, bucket));
  request.after = string_or(call.input, "KeyMarker");
  auto version_marker = string_or(call.input, "VersionIdMarker");
  if (!version_marker.empty()) {
    if (request.after.empty())
      return api_error(400, "InvalidArgument",
                       "A version-id marker cannot be specified without a key marker.");
    auto marked = objects_.version(bucket.name, request.after, version_marker);
    if (!marked) return api_error(400, "InvalidArgument", "Invalid version id specified");
    request.after_sequence = marked->sequence;
  }
  auto page =
      page_of(request, [this](const Span& span, int64_t limit) { return objects_.versions(span, limit); });
  json::array versions, markers;
  for (auto& item : page.items) {
    json::object line = describe_item(item, encode);
    line["VersionId"] = item.id;
    line["IsLatest"] = item.latest;
    line["Owner"] = owner_of(world_);
    if (!item.delete_marker) {
      versions.push_back(std::move(line));
      continue;
    }
    for (auto member : {"ETag", "Size", "StorageClass"}) line.erase(member);
    markers.push_back(std::move(line));
  }
  Output out{.value = echo(bucket, request, encode), .payload = {}};
  out.value["KeyMarker"] = encode(request.after);
  out.value["VersionIdMarker"] = version_marker;
  out.value["IsTruncated"] = page.truncated;
  out.value["Versions"] = std::move(versions);
  out.value["DeleteMarkers"] = std::move(markers);
  out.value["CommonPrefixes"] = prefixes_of(page, encode);
  if (page.truncated) {
    out.value["NextKeyMarker"] = encode(page.last);
    if (!page.last_version.empty()) out.value["NextVersionIdMarker"] = page.last_version;
  }
  return out;
}

}  // namespace live::cloud::s3
