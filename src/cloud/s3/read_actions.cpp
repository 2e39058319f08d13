#include <algorithm>
#include <charconv>

#include "cloud/s3/attributes.h"
#include "cloud/s3/checksum.h"
#include "cloud/s3/dates.h"
#include "cloud/s3/range.h"
#include "cloud/s3/service.h"

namespace live::cloud::s3 {
namespace {

bool names_etag(std::string_view list, std::string_view etag) {
  if (list == "*") return true;
  while (!list.empty()) {
    auto comma = list.find(',');
    auto one = list.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one.size() >= 2 && one.front() == '"') one = one.substr(1, one.rfind('"') - 1);
    if (one == etag) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

ApiError precondition_failed(std::string_view condition) {
  auto error =
      api_error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
  error.members["Condition"] = condition;
  return error;
}

// `prefix`: "" or "CopySource", whose conditions have the same meaning; none of them gives 304.
ApiResult<void> check_conditions(const json::object& input, const Version& version, std::string prefix) {
  auto seconds = version.modified / 1000;
  auto since = [&](std::string_view member) -> std::optional<int64_t> {
    auto text = find_string(input, prefix + std::string(member));
    auto millis = text ? parse_http_date(*text) : std::nullopt;
    return millis ? std::optional(*millis / 1000) : std::nullopt;
  };
  auto match = find_string(input, prefix + "IfMatch");
  if (match && !names_etag(*match, version.etag)) return precondition_failed("If-Match");
  if (auto limit = since("IfUnmodifiedSince"); !match && limit && seconds > *limit)
    return precondition_failed("If-Unmodified-Since");
  auto none = find_string(input, prefix + "IfNoneMatch");
  auto limit = since("IfModifiedSince");
  bool unchanged = none ? names_etag(*none, version.etag) : limit && seconds <= *limit;
  if (!unchanged) return outcome::success();
  if (!prefix.empty()) return precondition_failed(none ? "If-None-Match" : "If-Modified-Since");
  auto error = api_error(304, "NotModified", "Not Modified");
  error.members["ETag"] = '"' + version.etag + '"';
  return error;
}

ApiError no_such_key(std::string_view key, const Version* marker) {
  auto error = api_error(404, "NoSuchKey", "The specified key does not exist.");
  error.members["Key"] = key;
  if (marker) {
    error.members["DeleteMarker"] = true;
    error.members["VersionId"] = marker->id;
  }
  return error;
}

void override_headers(const json::object& input, json::object& out) {
  for (auto member : kContentMembers)
    if (auto value = find_string(input, "Response" + std::string(member))) out[member] = *value;
}

ApiResult<std::optional<ByteRange>> range_of(const json::object& input, const Version& version) {
  auto text = find_string(input, "Range");
  if (!text) return std::optional<ByteRange>();
  auto range = parse_range(*text, version.size);
  if (range.kind == ParsedRange::Kind::ignored) return std::optional<ByteRange>();
  if (range.kind == ParsedRange::Kind::satisfiable) return std::optional(range.bytes);
  auto error = api_error(416, "InvalidRange", "The requested range is not satisfiable");
  error.members["RangeRequested"] = *text;
  error.members["ActualObjectSize"] = version.size;
  return error;
}

}  // namespace

ApiResult<Version> Service::readable(const Call&, std::string_view bucket, std::string_view key,
                                     std::string_view version_id) {
  auto version =
      version_id.empty() ? objects_.latest(bucket, key) : objects_.version(bucket, key, version_id);
  if (!version && version_id.empty()) return no_such_key(key, nullptr);
  if (!version) {
    auto error = api_error(404, "NoSuchVersion", "The specified version does not exist.");
    error.members["Key"] = key;
    error.members["VersionId"] = version_id;
    return error;
  }
  if (!version->delete_marker) return std::move(*version);
  if (version_id.empty()) return no_such_key(key, &*version);
  auto error =
      api_error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
  error.members["Method"] = "GET";
  error.members["ResourceType"] = "DeleteMarker";
  error.members["DeleteMarker"] = true;
  error.members["VersionId"] = version->id;
  return error;
}

ApiResult<Version> Service::addressed(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  return readable(call, bucket.name, string_or(call.input, "Key"), string_or(call.input, "VersionId"));
}

ApiResult<Output> Service::describe(const Call& call, const Version& version) {
  LIVE_API_TRY(check_conditions(call.input, version, ""));
  Output out;
  auto& value = out.value;
  for (auto& [member, attribute] : version.attributes) {
    if (member == "TagSet")
      value["TagCount"] = attribute.as_array().size();
    else if (!member.starts_with("Checksum") && member != "PartSizes")
      value[member] = attribute;
  }
  if (string_or(value, "StorageClass") == "STANDARD") value.erase("StorageClass");
  value["AcceptRanges"] = "bytes";
  value["LastModified"] = iso(version.modified);
  value["ETag"] = '"' + version.etag + '"';
  value["ContentLength"] = version.size;
  auto bucket = objects_.bucket(version.bucket);
  if (bucket && bucket->settings.contains("VersioningConfiguration")) value["VersionId"] = version.id;
  override_headers(call.input, value);
  if (string_or(call.input, "ChecksumMode") == "ENABLED" && !call.input.contains("Range")) {
    if (auto* algorithm = algorithm_in(version.attributes))
      value[algorithm->member] = version.attributes.at(algorithm->member);
    value["ChecksumType"] = string_or(version.attributes, "ChecksumType");
  }
  return out;
}

Answer Service::head_object(const Call& call) {
  LIVE_API_TRY(auto version, addressed(call));
  LIVE_API_TRY(auto out, describe(call, version));
  LIVE_API_TRY(auto range, range_of(call.input, version));
  if (range) {
    out.value["ContentLength"] = range->last - range->first + 1;
    out.value["ContentRange"] = content_range(*range, version.size);
  }
  return out;
}

Answer Service::get_object(const Call& call) {
  LIVE_API_TRY(auto version, addressed(call));
  LIVE_API_TRY(auto out, describe(call, version));
  LIVE_API_TRY(auto range, range_of(call.input, version));
  auto body = objects_.body(version);
  if (!body) return internal(body.error());
  out.payload = std::move(body.value());
  if (range) {
    out.payload = out.payload.substr(size_t(range->first), size_t(range->last - range->first + 1));
    out.value["ContentLength"] = out.payload.size();
    out.value["ContentRange"] = content_range(*range, version.size);
  }
  return out;
}

Answer Service::get_object_attributes(const Call& call) {
  LIVE_API_TRY(auto version, addressed(call));
  auto* wanted = find_array(call.input, "ObjectAttributes");
  auto wants = [&](std::string_view name) {
    return wanted && std::any_of(wanted->begin(), wanted->end(), [&](const json::value& one) {
             return one.is_string() && one.get_string() == name;
           });
  };
  Output out{.value = {{"LastModified", iso(version.modified)}}, .payload = {}};
  if (wants("ETag")) out.value["ETag"] = version.etag;
  if (wants("ObjectSize")) out.value["ObjectSize"] = version.size;
  if (wants("StorageClass")) out.value["StorageClass"] = string_or(version.attributes, "StorageClass");
  if (auto* algorithm = algorithm_in(version.attributes); algorithm && wants("Checksum"))
    out.value["Checksum"] = {{algorithm->member, version.attributes.at(algorithm->member)},
                             {"ChecksumType", string_or(version.attributes, "ChecksumType")}};
  return out;
}

ApiResult<Version> Service::copy_source(const Call& call) {
  LIVE_API_TRY(auto source, parse_copy_source(string_or(call.input, "CopySource")));
  auto bucket = objects_.bucket(source.bucket);
  if (!bucket) return no_such_bucket(source.bucket);
  expire(*bucket);
  LIVE_API_TRY(auto version, readable(call, source.bucket, source.key, source.version_id));
  LIVE_API_TRY(check_conditions(call.input, version, "CopySource"));
  return version;
}

// Conditional writes: If-None-Match: * for "only if new", If-Match for "only if still that".
ApiResult<void> Service::check_write(const Call& call, const Bucket& bucket, std::string_view key) {
  auto none = find_string(call.input, "IfNoneMatch");
  auto match = find_string(call.input, "IfMatch");
  if (key.empty() || key.size() > 1024)
    return api_error(400, key.empty() ? "InvalidRequest" : "KeyTooLongError",
                     key.empty() ? "A key is required" : "Your key is too long");
  if (!none && !match) return outcome::success();
  if (none && *none != "*")
    return api_error(501, "NotImplemented",
                     "A header you provided implies functionality that is not implemented");
  auto current = objects_.latest(bucket.name, key);
  bool there = current && !current->delete_marker;
  if (none && there) return precondition_failed("If-None-Match");
  if (match && !there) return no_such_key(key, nullptr);
  if (match && !names_etag(*match, current->etag)) return precondition_failed("If-Match");
  return outcome::success();
}

}  // namespace live::cloud::s3
