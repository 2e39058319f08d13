#include "cloud/s3/attributes.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "cloud/s3/checksum.h"

namespace live::cloud::s3 {
namespace {

constexpr std::array<std::string_view, 8> kStorageClasses{
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING",
    "GLACIER",  "DEEP_ARCHIVE",       "GLACIER_IR"};

std::string default_encryption(const Bucket& bucket) {
  auto* configuration = find_object(bucket.settings, "ServerSideEncryptionConfiguration");
  auto* rules = configuration ? find_array(*configuration, "Rules") : nullptr;
  if (rules && !rules->empty() && rules->front().is_object())
    if (auto* by_default = find_object(rules->front().get_object(), "ApplyServerSideEncryptionByDefault"))
      return string_or(*by_default, "SSEAlgorithm", "AES256");
  return "AES256";
}

ApiError bad_digest(std::string_view name) {
  return api_error(400, "BadDigest",
                   "The " + std::string(name) + " you specified did not match the calculated checksum.");
}

}  // namespace

ApiResult<json::array> parse_tagging(std::string_view query_form) {
  json::array tags;
  for (auto& [key, value] : net::parse_query(query_form)) {
    for (auto& tag : tags)
      if (string_or(tag.as_object(), "Key") == key)
        return api_error(400, "InvalidArgument",
                         "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded "
                         "URL query parameters without tag name duplicates.");
    tags.push_back({{"Key", key}, {"Value", value}});
  }
  LIVE_API_TRY(check_tags(tags, 10));
  return tags;
}

ApiResult<void> check_tags(const json::array& tags, size_t limit) {
  if (tags.size() > limit)
    return api_error(400, "BadRequest", "Object tags cannot be greater than " + std::to_string(limit));
  std::vector<std::string> seen;
  for (auto& tag : tags) {
    auto key = tag.is_object() ? string_or(tag.get_object(), "Key") : "";
    if (key.empty() || key.size() > 512)
      return api_error(400, "InvalidTag", "The TagKey you have provided is invalid");
    if (std::find(seen.begin(), seen.end(), key) != seen.end())
      return api_error(400, "InvalidTag", "Cannot provide multiple Tags with the same key");
    seen.push_back(key);
  }
  return outcome::success();
}

ApiResult<json::object> attributes_of(const json::object& input, const Bucket& bucket) {
  json::object out;
  for (auto member : kContentMembers)
    if (auto value = find_string(input, member)) out[member] = *value;
  if (!out.contains("ContentType")) out["ContentType"] = "binary/octet-stream";
  if (auto* metadata = find_object(input, "Metadata"); metadata && !metadata->empty()) {
    size_t size = 0;
    for (auto& [name, value] : *metadata)
      size += name.size() + (value.is_string() ? value.get_string().size() : 0);
    if (size > 2048)
      return api_error(400, "MetadataTooLarge",
                       "Your metadata headers exceed the maximum allowed metadata size");
    out["Metadata"] = *metadata;
  }
  auto storage = string_or(input, "StorageClass", "STANDARD");
  if (std::find(kStorageClasses.begin(), kStorageClasses.end(), storage) == kStorageClasses.end())
    return api_error(400, "InvalidStorageClass", "The storage class you specified is not valid");
  out["StorageClass"] = storage;
  auto encryption = string_or(input, "ServerSideEncryption", default_encryption(bucket));
  if (encryption != "AES256" && encryption != "aws:kms" && encryption != "aws:kms:dsse")
    return api_error(400, "InvalidArgument", "The encryption method specified is not supported");
  out["ServerSideEncryption"] = encryption;
  if (auto key = find_string(input, "SSEKMSKeyId")) out["SSEKMSKeyId"] = *key;
  if (auto tagging = find_string(input, "Tagging")) {
    LIVE_API_TRY(auto tags, parse_tagging(*tagging));
    if (!tags.empty()) out["TagSet"] = std::move(tags);
  }
  return out;
}

ApiResult<json::object> verified_checksum(const json::object& input, std::string_view body) {
  if (auto md5_text = find_string(input, "ContentMD5")) {
    auto raw = from_base64(*md5_text);
    if (!raw || raw->size() != 16)
      return api_error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
    if (*raw != md5(body))
      return api_error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  auto* given = algorithm_in(input);
  auto* named = algorithm_named(string_or(input, "ChecksumAlgorithm"));
  auto& algorithm = given ? *given : named ? *named : kAlgorithms[2];
  auto calculated = checksum_base64(algorithm, body);
  if (given) {
    auto claimed = string_or(input, given->member);
    auto raw = from_base64(claimed);
    if (!raw || base64(*raw).size() != calculated.size())
      return api_error(400, "InvalidRequest",
                       "Value for " + std::string(given->header) + " header is invalid.");
    if (claimed != calculated) return bad_digest(given->name);
  }
  return json::object{{algorithm.member, calculated}, {"ChecksumType", "FULL_OBJECT"}};
}

bool versioned(const Bucket& bucket) {
  auto* configuration = find_object(bucket.settings, "VersioningConfiguration");
  return configuration && string_or(*configuration, "Status") == "Enabled";
}

void echo_encryption(const json::object& attributes, json::object& out) {
  for (auto member : {"ServerSideEncryption", "SSEKMSKeyId"})
    if (auto value = find_string(attributes, member)) out[member] = *value;
}

}  // namespace live::cloud::s3
