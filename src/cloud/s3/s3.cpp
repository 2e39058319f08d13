#include "cloud/s3/s3.h"

#include "cloud/s3/http.h"
#include "cloud/s3/service.h"

namespace live::cloud {
namespace {

using s3::Service;

void add_plain_actions(Directory& actions, const std::shared_ptr<Service>& service) {
  using Run = s3::Answer (Service::*)(const Call&);
  constexpr std::pair<std::string_view, Run> kActions[] = {
      {"CreateBucket", &Service::create_bucket},
      {"HeadBucket", &Service::head_bucket},
      {"DeleteBucket", &Service::delete_bucket},
      {"ListBuckets", &Service::list_buckets},
      {"GetBucketLocation", &Service::get_bucket_location},
      {"GetBucketAcl", &Service::get_bucket_acl},
      {"PutBucketAcl", &Service::put_bucket_acl},
      {"GetBucketPolicyStatus", &Service::get_bucket_policy_status},
      {"PutObject", &Service::put_object},
      {"GetObject", &Service::get_object},
      {"HeadObject", &Service::head_object},
      {"GetObjectAttributes", &Service::get_object_attributes},
      {"DeleteObject", &Service::delete_object},
      {"DeleteObjects", &Service::delete_objects},
      {"CopyObject", &Service::copy_object},
      {"PutObjectTagging", &Service::put_object_tagging},
      {"GetObjectTagging", &Service::get_object_tagging},
      {"DeleteObjectTagging", &Service::delete_object_tagging},
      {"GetObjectAcl", &Service::get_object_acl},
      {"PutObjectAcl", &Service::put_object_acl},
      {"ListObjects", &Service::list_objects},
      {"ListObjectsV2", &Service::list_objects_v2},
      {"ListObjectVersions", &Service::list_object_versions},
      {"CreateMultipartUpload", &Service::create_multipart_upload},
      {"UploadPart", &Service::upload_part},
      {"UploadPartCopy", &Service::upload_part_copy},
      {"CompleteMultipartUpload", &Service::complete_multipart_upload},
      {"AbortMultipartUpload", &Service::abort_multipart_upload},
      {"ListParts", &Service::list_parts},
      {"ListMultipartUploads", &Service::list_multipart_uploads},
  };
  for (auto& [name, run] : kActions)
    actions.add_plain("s3", name, [service, run](const Call& call) { return ((*service).*run)(call); });
}

void add_setting_actions(Directory& actions, const std::shared_ptr<Service>& service) {
  for (auto& setting : s3::settings()) {
    std::string name(setting.name);
    auto* borrowed = &setting;  // a constant
    actions.add_plain("s3", "Put" + name, [service, borrowed](const Call& call) {
      return service->put_setting(call, *borrowed);
    });
    actions.add_plain("s3", "Get" + name, [service, borrowed](const Call& call) {
      return service->get_setting(call, *borrowed);
    });
    if (!setting.deletable && name != "BucketLifecycleConfiguration") continue;
    auto removal = setting.deletable ? "Delete" + name : std::string("DeleteBucketLifecycle");
    actions.add_plain("s3", removal, [service, borrowed](const Call& call) {
      return service->delete_setting(call, *borrowed);
    });
  }
}

struct Decoded {
  const s3::Operation* operation = nullptr;
  Call call;
};

ApiResult<Decoded> decode(HttpCall http) {
  if (!http.caller) return api_error(403, "AccessDenied", "Access Denied");
  LIVE_API_TRY(auto resource, s3::resource_of(http.request));
  LIVE_API_TRY(auto* operation, s3::operation_of(http.request, resource));
  LIVE_API_TRY(auto call, s3::decode(*operation, std::move(http), resource.bucket, resource.key));
  return Decoded{operation, std::move(call)};
}

Async<net::Answer> serve(Directory& actions, HttpCall http) {
  net::Request line{.method = http.request.method, .target = http.request.target};
  auto request_id = http.request_id;
  auto decoded = decode(std::move(http));
  net::Response response;
  if (!decoded) {
    response = s3::render_error(decoded.error(), line, request_id);
  } else {
    auto* operation = decoded.value().operation;
    auto output = co_await actions.call(std::move(decoded.value().call));
    response = output ? s3::render(*operation, std::move(output.value()), line.method == "HEAD")
                      : s3::render_error(output.error(), line, request_id);
  }
  response.headers.set("x-amz-request-id", request_id);
  response.headers.set("Server", "AmazonS3");
  co_return net::Answer(std::move(response));
}

}  // namespace

void add_s3(World& world, Front& front) {
  auto service = std::make_shared<Service>(world);
  add_plain_actions(world.actions, service);
  add_setting_actions(world.actions, service);
  front.add_http("s3", [&actions = world.actions](HttpCall http) { return serve(actions, std::move(http)); });
}

}  // namespace live::cloud
