// S3's actions, each a function under AWS's name. Times in inputs and outputs are ISO 8601 text; bodies are
// the call's and the output's payload.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cloud/call.h"
#include "cloud/deliveries.h"
#include "cloud/s3/objects.h"
#include "cloud/s3/settings.h"
#include "cloud/world.h"

namespace live::cloud::s3 {

using Answer = ApiResult<Output>;

class Service {
 public:
  explicit Service(World& world) : world_(world), objects_(world), deliveries_(world) {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  Answer create_bucket(const Call& call);
  Answer head_bucket(const Call& call);
  Answer delete_bucket(const Call& call);
  Answer list_buckets(const Call& call);
  Answer get_bucket_location(const Call& call);
  Answer get_bucket_acl(const Call& call);
  Answer put_bucket_acl(const Call& call);
  Answer get_bucket_policy_status(const Call& call);
  Answer put_setting(const Call& call, const Setting& setting);
  Answer get_setting(const Call& call, const Setting& setting);
  Answer delete_setting(const Call& call, const Setting& setting);

  Answer put_object(const Call& call);
  Answer get_object(const Call& call);
  Answer head_object(const Call& call);
  Answer get_object_attributes(const Call& call);
  Answer delete_object(const Call& call);
  Answer delete_objects(const Call& call);
  Answer copy_object(const Call& call);
  Answer put_object_tagging(const Call& call);
  Answer get_object_tagging(const Call& call);
  Answer delete_object_tagging(const Call& call);
  Answer get_object_acl(const Call& call);
  Answer put_object_acl(const Call& call);

  Answer list_objects(const Call& call);
  Answer list_objects_v2(const Call& call);
  Answer list_object_versions(const Call& call);

  Answer create_multipart_upload(const Call& call);
  Answer upload_part(const Call& call);
  Answer upload_part_copy(const Call& call);
  Answer complete_multipart_upload(const Call& call);
  Answer abort_multipart_upload(const Call& call);
  Answer list_parts(const Call& call);
  Answer list_multipart_uploads(const Call& call);

 private:
  ApiResult<Bucket> bucket_of(const Call& call);  // and what its lifecycle has expired is gone
  ApiResult<Version> readable(const Call& call, std::string_view bucket, std::string_view key,
                              std::string_view version_id);
  ApiResult<Version> copy_source(const Call& call);
  ApiResult<Version> addressed(const Call& call);
  ApiResult<Output> describe(const Call& call, const Version& version);
  ApiResult<void> check_write(const Call& call, const Bucket& bucket, std::string_view key);
  // `event`: what the bucket tells of it, "ObjectCreated:Put".
  ApiResult<Output> store_object(const Call& call, const Bucket& bucket, Version version, std::string body,
                                 std::string_view event);
  ApiResult<Output> remove_and_tell(const Call& call, const Bucket& bucket, std::string_view key,
                                    std::string_view version_id);
  void tell(const Call& call, const Bucket& bucket, std::string_view event, const Version& object);
  ApiResult<Output> remove(const Bucket& bucket, std::string_view key, std::string_view version_id);
  ApiResult<Upload> upload_of(const Call& call);
  ApiResult<json::object> keep_part(const Call& call, const Upload& upload, std::string body);
  void expire(const Bucket& bucket);
  void expire_by(const Bucket& bucket, const json::object& rule);

  World& world_;
  Objects objects_;
  Deliveries deliveries_;                      // of notifications
  std::map<std::string, int64_t> expired_at_;  // by bucket: when its lifecycle was applied last
};

int64_t now(const World& world);
ApiError no_such_bucket(std::string_view name);
ApiError internal(const Fault& cause);
std::string iso(int64_t millis);

}  // namespace live::cloud::s3
