#include "base/encoding.h"
#include "base/hash.h"
#include "cloud/s3/attributes.h"
#include "cloud/s3/checksum.h"
#include "cloud/s3/notifications.h"
#include "cloud/s3/service.h"

namespace live::cloud::s3 {
namespace {

constexpr size_t kMaxPut = size_t(5) << 30;  // S3 quota: a single PUT
constexpr size_t kMaxDeletes = 1000;         // S3 quota: DeleteObjects

ApiResult<json::array> tag_set_of(const json::object& input, size_t limit) {
  auto* tagging = find_object(input, "Tagging");
  auto* tags = tagging ? find_array(*tagging, "TagSet") : nullptr;
  if (!tags)
    return api_error(
        400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema");
  LIVE_API_TRY(check_tags(*tags, limit));
  return *tags;
}

bool changes_nothing(const json::object& input) {
  for (auto member : {"StorageClass", "ServerSideEncryption", "WebsiteRedirectLocation", "ChecksumAlgorithm"})
    if (input.contains(member)) return false;
  return string_or(input, "MetadataDirective", "COPY") == "COPY" &&
         string_or(input, "TaggingDirective", "COPY") == "COPY";
}

}  // namespace

void Service::tell(const Call& call, const Bucket& bucket, std::string_view event, const Version& object) {
  for (auto const& one : notifications_of(bucket, event, object.key)) {
    if (deliveries_.full(1)) return world_.log.warning("s3: {} is not told: too many wait", one.function_arn);
    deliveries_.start({"s3", bucket.region, one.function_arn, "arn:aws:s3:::" + bucket.name,
                       notification_event(call, bucket, one.id, event, object)});
  }
}

ApiResult<Output> Service::store_object(const Call& call, const Bucket& bucket, Version version,
                                        std::string body, std::string_view event) {
  version.bucket = bucket.name;
  version.id = versioned(bucket) ? world_.ids.lower(32) : "null";
  version.modified = now(world_);
  if (auto kept = objects_.keep_body(version, std::move(body)); !kept) return internal(kept.error());
  Output out{.value = {{"ETag", '"' + version.etag + '"'}}, .payload = {}};
  if (bucket.settings.contains("VersioningConfiguration")) out.value["VersionId"] = version.id;
  echo_encryption(version.attributes, out.value);
  tell(call, bucket, event, version);
  objects_.add(std::move(version));
  return out;
}

Answer Service::put_object(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  Version version{.key = string_or(call.input, "Key")};
  LIVE_API_TRY(check_write(call, bucket, version.key));
  if (call.payload.size() > kMaxPut)
    return api_error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  LIVE_API_TRY(version.attributes, attributes_of(call.input, bucket));
  LIVE_API_TRY(auto checksums, verified_checksum(call.input, call.payload));
  for (auto& [member, value] : checksums) version.attributes[member] = value;
  version.etag = hex(md5(call.payload));
  LIVE_API_TRY(auto out, store_object(call, bucket, std::move(version), call.payload, "ObjectCreated:Put"));
  for (auto& [member, value] : checksums) out.value[member] = value;
  return out;
}

Answer Service::copy_object(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  LIVE_API_TRY(auto source, copy_source(call));
  Version version{.key = string_or(call.input, "Key")};
  LIVE_API_TRY(check_write(call, bucket, version.key));
  bool onto_itself = source.bucket == bucket.name && source.key == version.key && source.latest;
  if (onto_itself && changes_nothing(call.input))
    return api_error(
        400, "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without changing "
        "the object's metadata, storage class, website redirect location or encryption attributes.");
  LIVE_API_TRY(version.attributes, attributes_of(call.input, bucket));
  if (string_or(call.input, "MetadataDirective", "COPY") == "COPY") {
    for (auto member : kContentMembers) {
      version.attributes.erase(member);
      if (auto* value = find(source.attributes, member)) version.attributes[member] = *value;
    }
    version.attributes.erase("Metadata");
    if (auto* metadata = find(source.attributes, "Metadata")) version.attributes["Metadata"] = *metadata;
  }
  if (string_or(call.input, "TaggingDirective", "COPY") == "COPY") {
    version.attributes.erase("TagSet");
    if (auto* tags = find(source.attributes, "TagSet")) version.attributes["TagSet"] = *tags;
  }
  auto body = objects_.body(source);
  if (!body) return internal(body.error());
  auto* algorithm = algorithm_named(string_or(call.input, "ChecksumAlgorithm"));
  if (!algorithm) algorithm = algorithm_in(source.attributes);
  if (!algorithm) algorithm = &kAlgorithms[2];
  json::object result{{algorithm->member, checksum_base64(*algorithm, body.value())},
                      {"ChecksumType", "FULL_OBJECT"}};
  for (auto& [member, value] : result) version.attributes[member] = value;
  version.etag = hex(md5(body.value()));
  LIVE_API_TRY(auto out,
               store_object(call, bucket, std::move(version), std::move(body.value()), "ObjectCreated:Copy"));
  result["ETag"] = out.value["ETag"];
  result["LastModified"] = iso(now(world_));
  out.value.erase("ETag");
  out.value["CopyObjectResult"] = std::move(result);
  auto origin = objects_.bucket(source.bucket);
  if (origin && origin->settings.contains("VersioningConfiguration"))
    out.value["CopySourceVersionId"] = source.id;
  return out;
}

// Without a version id a versioned bucket gets a delete marker; with one that version is gone for good.
ApiResult<Output> Service::remove(const Bucket& bucket, std::string_view key, std::string_view version_id) {
  Output out;
  if (!version_id.empty()) {
    out.value["VersionId"] = version_id;
    auto version = objects_.version(bucket.name, key, version_id);
    if (!version) return out;
    if (version->delete_marker) out.value["DeleteMarker"] = true;
    objects_.erase(*version);
    return out;
  }
  if (!bucket.settings.contains("VersioningConfiguration")) {
    if (auto version = objects_.latest(bucket.name, key)) objects_.erase(*version);
    return out;
  }
  Version marker{.bucket = bucket.name, .key = std::string(key), .delete_marker = true};
  marker.modified = now(world_);
  if (versioned(bucket)) marker.id = world_.ids.lower(32);
  out.value = {{"DeleteMarker", true}, {"VersionId", marker.id}};
  objects_.add(std::move(marker));
  return out;
}

ApiResult<Output> Service::remove_and_tell(const Call& call, const Bucket& bucket, std::string_view key,
                                           std::string_view version_id) {
  auto gone =
      version_id.empty() ? objects_.latest(bucket.name, key) : objects_.version(bucket.name, key, version_id);
  LIVE_API_TRY(auto out, remove(bucket, key, version_id));
  bool const is_marked = version_id.empty() && out.value.contains("DeleteMarker");
  if (!gone && !is_marked) return out;
  if (!gone) gone = Version{.key = std::string(key)};
  if (is_marked) gone->id = string_or(out.value, "VersionId", "null");
  gone->modified = now(world_);
  tell(call, bucket, is_marked ? "ObjectRemoved:DeleteMarkerCreated" : "ObjectRemoved:Delete", *gone);
  return out;
}

Answer Service::delete_object(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  auto key = string_or(call.input, "Key");
  if (call.input.contains("IfMatch")) {
    LIVE_API_TRY(check_write(call, bucket, key));
  }
  return remove_and_tell(call, bucket, key, string_or(call.input, "VersionId"));
}

Answer Service::delete_objects(const Call& call) {
  LIVE_API_TRY(auto bucket, bucket_of(call));
  auto* request = find_object(call.input, "Delete");
  auto* list = request ? find_array(*request, "Objects") : nullptr;
  if (!list || list->empty() || list->size() > kMaxDeletes)
    return api_error(
        400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema");
  bool quiet = find_bool(*request, "Quiet").value_or(false);
  json::array deleted, errors;
  for (auto& entry : *list) {
    auto key = entry.is_object() ? string_or(entry.get_object(), "Key") : "";
    auto version_id = entry.is_object() ? string_or(entry.get_object(), "VersionId") : "";
    if (key.empty()) {
      errors.push_back({{"Key", ""}, {"Code", "UserKeyMustBeSpecified"}, {"Message", "A key is required"}});
      continue;
    }
    LIVE_API_TRY(auto removed, remove_and_tell(call, bucket, key, version_id));
    json::object line{{"Key", key}};
    if (!version_id.empty()) line["VersionId"] = version_id;
    if (removed.value.contains("DeleteMarker")) {
      line["DeleteMarker"] = true;
      line["DeleteMarkerVersionId"] = removed.value["VersionId"];
    }
    if (!quiet) deleted.push_back(std::move(line));
  }
  return Output{.value = {{"Deleted", std::move(deleted)}, {"Errors", std::move(errors)}}, .payload = {}};
}

Answer Service::put_object_tagging(const Call& call) {
  LIVE_API_TRY(auto version, addressed(call));
  LIVE_API_TRY(auto tags, tag_set_of(call.input, 10));
  version.attributes["TagSet"] = std::move(tags);
  objects_.set_attributes(version);
  return Output{};
}

Answer Service::get_object_tagging(const Call& call) {
  LIVE_API_TRY(auto version, addressed(call));
  auto* tags = find_array(version.attributes, "TagSet");
  return Output{.value = {{"TagSet", tags ? *tags : json::array()}}, .payload = {}};
}

Answer Service::delete_object_tagging(const Call& call) {
  LIVE_API_TRY(auto version, addressed(call));
  version.attributes.erase("TagSet");
  objects_.set_attributes(version);
  return Output{};
}

}  // namespace live::cloud::s3
