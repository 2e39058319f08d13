#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "cloud/s3/attributes.h"
#include "cloud/s3/checksum.h"
#include "cloud/s3/range.h"
#include "cloud/s3/service.h"

namespace live::cloud::s3 {
namespace {

constexpr int64_t kMaxParts = 10'000;           // S3 quota
constexpr int64_t kMinPart = int64_t(5) << 20;  // S3 quota: all parts but the last

std::string bare(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

ApiError invalid_part() {
  return api_error(
      400, "InvalidPart",
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or "
      "the specified entity tag may not match the part's entity tag.");
}

// The parts named by the request, in its order: which must be theirs, each as uploaded.
ApiResult<std::vector<Part>> chosen_parts(const json::object& input, const std::vector<Part>& uploaded) {
  auto* request = find_object(input, "MultipartUpload");
  auto* list = request ? find_array(*request, "Parts") : nullptr;
  if (!list || list->empty())
    return api_error(
        400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema");
  std::vector<Part> out;
  for (auto& entry : *list) {
    auto& wanted = entry.as_object();
    auto number = find_int(wanted, "PartNumber").value_or(0);
    if (!out.empty() && number <= out.back().number)
      return api_error(400, "InvalidPartOrder",
                       "The list of parts was not in ascending order. Parts must be ordered by part number.");
    auto part =
        std::find_if(uploaded.begin(), uploaded.end(), [&](auto& one) { return one.number == number; });
    if (part == uploaded.end() || part->etag != bare(string_or(wanted, "ETag"))) return invalid_part();
    auto* algorithm = algorithm_in(wanted);
    if (algorithm && string_or(part->checksums, algorithm->member) != string_or(wanted, algorithm->member))
      return invalid_part();
    out.push_back(*part);
  }
  for (size_t i = 0; i + 1 < out.size(); ++i)
    if (out[i].size < kMinPart) {
      auto error =
          api_error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
      error.members = {{"ProposedSize", out[i].size},
                       {"MinSizeAllowed", kMinPart},
                       {"PartNumber", out[i].number},
                       {"ETag", out[i].etag}};
      return error;
    }
  return out;
}

std::string etag_of(const std::vector<Part>& parts) {
  std::string digests;
  for (auto& part : parts) digests += from_hex(part.etag).value_or("");
  return hex(md5(digests)) + "-" + std::to_string(parts.size());
}

// COMPOSITE is the checksum of the parts' checksums, FULL_OBJECT that of the bytes.
json::object checksum_of(const json::object& attributes, const std::vector<Part>& parts,
                         std::string_view body) {
  auto* algorithm = algorithm_named(string_or(attributes, "ChecksumAlgorithm", "CRC64NVME"));
  auto type = string_or(attributes, "ChecksumType");
  if (type == "FULL_OBJECT")
    return {{algorithm->member, checksum_base64(*algorithm, body)}, {"ChecksumType", type}};
  std::string digests;
  for (auto& part : parts) digests += from_base64(string_or(part.checksums, algorithm->member)).value_or("");
  return {{algorithm->member, checksum_base64(*algorithm, digests) + "-" + std::to_string(parts.size())},
          {"ChecksumType", type}};
}

ApiResult<void> check_whole(const json::object& input, const json::object& checksums, size_t size) {
  auto* given = algorithm_in(input);
  if (given && string_or(input, given->member) != string_or(checksums, given->member))
    return api_error(
        400, "BadDigest",
        "The " + std::string(given->name) + " you specified did not match the calculated checksum.");
  auto expected = find_int(input, "MpuObjectSize");
  if (expected && *expected != int64_t(size))
    return api_error(400, "InvalidRequest",
                     "The provided 'x-amz-mp-object-size' header does not match what was computed.");
  return outcome::success();
}

ApiResult<int64_t> part_number(const json::object& input) {
  auto number = find_int(input, "PartNumber").value_or(0);
  if (number < 1 || number > kMaxParts)
    return api_error(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
  return number;
}

}  // namespace

ApiResult<Upload> Service::upload_of(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  auto upload = objects_.upload(string_or(call.input, "UploadId"));
  if (!upload || upload->bucket != bucket.name || upload->key != string_or(call.input, "Key")) {
    auto error =
        api_error(404, "NoSuchUpload",
                  "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
                  "been aborted or completed.");
    error.members["UploadId"] = string_or(call.input, "UploadId");
    return error;
  }
  return std::move(*upload);
}

Answer Service::create_multipart_upload(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  Upload upload{.bucket = bucket.name, .key = string_or(call.input, "Key"), .id = world_.ids.lower(64)};
  LIVE_API_TRY(check_write(call, bucket, upload.key));
  upload.started = now(world_);
  LIVE_API_TRY(upload.attributes, attributes_of(call.input, bucket));
  Output out{.value = {{"Bucket", bucket.name}, {"Key", upload.key}, {"UploadId", upload.id}}, .payload = {}};
  auto name = find_string(call.input, "ChecksumAlgorithm");
  auto* algorithm = algorithm_named(name.value_or("CRC64NVME"));
  if (!algorithm) return api_error(400, "InvalidRequest", "Checksum algorithm provided is unsupported.");
  auto type =
      string_or(call.input, "ChecksumType", algorithm->name == "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  if ((type == "FULL_OBJECT" && !algorithm->whole) || (type == "COMPOSITE" && algorithm->name == "CRC64NVME"))
    return api_error(400, "InvalidRequest",
                     "The " + type + " checksum type cannot be used with the " +
                         std::string(algorithm->name) + " checksum algorithm.");
  upload.attributes["ChecksumAlgorithm"] = algorithm->name;
  upload.attributes["ChecksumType"] = type;
  if (name) out.value["ChecksumAlgorithm"] = algorithm->name;
  if (name) out.value["ChecksumType"] = type;
  echo_encryption(upload.attributes, out.value);
  objects_.put_upload(upload);
  return out;
}

ApiResult<json::object> Service::keep_part(const Call& call, const Upload& upload, std::string body) {
  LIVE_API_TRY(auto number, part_number(call.input));
  Part part{.number = number, .size = int64_t(body.size()), .modified = now(world_), .etag = hex(md5(body))};
  LIVE_API_TRY(auto checksums, verified_checksum(call.input, body));
  // The whole's checksum needs each part's in the upload's own algorithm.
  auto* algorithm = algorithm_named(string_or(upload.attributes, "ChecksumAlgorithm"));
  if (algorithm && !checksums.contains(algorithm->member))
    checksums = {{algorithm->member, checksum_base64(*algorithm, body)}};
  checksums.erase("ChecksumType");
  part.checksums = checksums;
  if (auto kept = objects_.put_part(upload.id, part, body); !kept) return internal(kept.error());
  checksums["ETag"] = '"' + part.etag + '"';
  return checksums;
}

Answer Service::upload_part(const Call& call) {
  LIVE_API_TRY(auto upload, upload_of(call));
  LIVE_API_TRY(auto value, keep_part(call, upload, call.payload));
  echo_encryption(upload.attributes, value);
  return Output{.value = std::move(value), .payload = {}};
}

Answer Service::upload_part_copy(const Call& call) {
  LIVE_API_TRY(auto upload, upload_of(call));
  LIVE_API_TRY(auto source, copy_source(call));
  auto body = objects_.body(source);
  if (!body) return internal(body.error());
  auto bytes = std::move(body.value());
  if (auto text = find_string(call.input, "CopySourceRange")) {
    auto range = parse_range(*text, source.size);
    if (range.kind != ParsedRange::Kind::satisfiable)
      return api_error(
          400, "InvalidArgument",
          "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last "
          "are the zero-based offsets of the first and last bytes to copy");
    bytes = bytes.substr(size_t(range.bytes.first), size_t(range.bytes.last - range.bytes.first + 1));
  }
  LIVE_API_TRY(auto result, keep_part(call, upload, std::move(bytes)));
  result["LastModified"] = iso(now(world_));
  return Output{.value = {{"CopyPartResult", std::move(result)}}, .payload = {}};
}

Answer Service::complete_multipart_upload(const Call& call) {
  LIVE_API_TRY(auto upload, upload_of(call));
  LIVE_API_TRY(auto bucket, bucket_of(call));
  LIVE_API_TRY(auto parts, chosen_parts(call.input, objects_.parts(upload.id)));
  LIVE_API_TRY(check_write(call, bucket, upload.key));
  std::string body;
  for (auto& part : parts) {
    auto bytes = objects_.body(part);
    if (!bytes) return internal(bytes.error());
    body += bytes.value();
  }
  auto checksums = checksum_of(upload.attributes, parts, body);
  LIVE_API_TRY(check_whole(call.input, checksums, body.size()));
  Version version{.key = upload.key, .attributes = upload.attributes};
  version.attributes.erase("ChecksumAlgorithm");
  for (auto& [member, value] : checksums) version.attributes[member] = value;
  version.etag = etag_of(parts);
  LIVE_API_TRY(auto out, store_object(call, bucket, std::move(version), std::move(body),
                                      "ObjectCreated:CompleteMultipartUpload"));
  objects_.erase_upload(upload.id);
  for (auto& [member, value] : checksums) out.value[member] = value;
  out.value["Bucket"] = bucket.name;
  out.value["Key"] = upload.key;
  out.value["Location"] = world_.endpoint + "/" + bucket.name + "/" + uri_encode(upload.key, "/");
  return out;
}

Answer Service::abort_multipart_upload(const Call& call) {
  LIVE_API_TRY(auto upload, upload_of(call));
  objects_.erase_upload(upload.id);
  return Output{};
}

Answer Service::list_parts(const Call& call) {
  LIVE_API_TRY(auto upload, upload_of(call));
  auto after = find_int(call.input, "PartNumberMarker").value_or(0);
  auto limit = std::clamp<int64_t>(find_int(call.input, "MaxParts").value_or(1000), 0, 1000);
  json::array list;
  bool truncated = false;
  int64_t last = 0;
  for (auto& part : objects_.parts(upload.id)) {
    if (part.number <= after) continue;
    if (int64_t(list.size()) == limit) {
      truncated = true;
      break;
    }
    json::object line{{"PartNumber", part.number},
                      {"LastModified", iso(part.modified)},
                      {"ETag", '"' + part.etag + '"'},
                      {"Size", part.size}};
    for (auto& [member, value] : part.checksums) line[member] = value;
    list.push_back(std::move(line));
    last = part.number;
  }
  return Output{.value = {{"Bucket", upload.bucket},
                          {"Key", upload.key},
                          {"UploadId", upload.id},
                          {"PartNumberMarker", after},
                          {"NextPartNumberMarker", last},
                          {"MaxParts", limit},
                          {"IsTruncated", truncated},
                          {"StorageClass", string_or(upload.attributes, "StorageClass")},
                          {"ChecksumAlgorithm", string_or(upload.attributes, "ChecksumAlgorithm")},
                          {"ChecksumType", string_or(upload.attributes, "ChecksumType")},
                          {"Parts", std::move(list)}},
                .payload = {}};
}

Answer Service::list_multipart_uploads(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  auto prefix = string_or(call.input, "Prefix");
  if (call.input.contains("Delimiter"))
    return api_error(501, "NotImplemented",
                     "ListMultipartUploads with a delimiter is not supported by Live Lambda");
  auto key_marker = string_or(call.input, "KeyMarker");
  auto id_marker = string_or(call.input, "UploadIdMarker");
  auto limit = std::clamp<int64_t>(find_int(call.input, "MaxUploads").value_or(1000), 0, 1000);
  bool skipping = !id_marker.empty();
  json::array list;
  json::object value{{"Bucket", bucket.name}, {"KeyMarker", key_marker}, {"UploadIdMarker", id_marker},
                     {"Prefix", prefix},      {"MaxUploads", limit},     {"IsTruncated", false}};
  for (auto& upload : objects_.uploads(bucket.name)) {
    if (!upload.key.starts_with(prefix) || upload.key < key_marker) continue;
    if (upload.key == key_marker && !key_marker.empty()) {
      bool found = skipping && upload.id == id_marker;
      if (skipping || id_marker.empty()) {
        skipping = skipping && !found;
        continue;
      }
    }
    if (int64_t(list.size()) == limit) {
      value["IsTruncated"] = limit > 0;
      break;
    }
    value["NextKeyMarker"] = upload.key;
    value["NextUploadIdMarker"] = upload.id;
    list.push_back({{"Key", upload.key},
                    {"UploadId", upload.id},
                    {"Initiated", iso(upload.started)},
                    {"StorageClass", string_or(upload.attributes, "StorageClass")}});
  }
  value["Uploads"] = std::move(list);
  return Output{.value = std::move(value), .payload = {}};
}

}  // namespace live::cloud::s3
