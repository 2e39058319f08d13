#include "cloud/s3/operations.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"

namespace live::cloud::s3 {
namespace {

constexpr auto kService = Operation::Scope::service;
constexpr auto kBucket = Operation::Scope::bucket;
constexpr auto kObject = Operation::Scope::object;

// The first that fits is it: those that ask for less stand last.
constexpr std::array kOperations{
    Operation{"GET", kService, "", "", "ListBuckets", "", "ListAllMyBucketsResult"},

    Operation{"GET", kBucket, "location", "", "GetBucketLocation", "", "LocationConstraint"},
    Operation{"GET", kBucket, "acl", "", "GetBucketAcl", "", "AccessControlPolicy"},
    Operation{"PUT", kBucket, "acl", "", "PutBucketAcl", "ACL", ""},
    Operation{"GET", kBucket, "policyStatus", "", "GetBucketPolicyStatus", "", "PolicyStatus"},
    Operation{"PUT", kBucket, "encryption", "", "PutBucketEncryption", "ServerSideEncryptionConfiguration",
              ""},
    Operation{"GET", kBucket, "encryption", "", "GetBucketEncryption", "",
              "ServerSideEncryptionConfiguration"},
    Operation{"DELETE", kBucket, "encryption", "", "DeleteBucketEncryption", "", "", 204},
    Operation{"PUT", kBucket, "versioning", "", "PutBucketVersioning", "VersioningConfiguration", ""},
    Operation{"GET", kBucket, "versioning", "", "GetBucketVersioning", "", "VersioningConfiguration"},
    Operation{"PUT", kBucket, "policy", "", "PutBucketPolicy", "Policy", "", 204},
    Operation{"GET", kBucket, "policy", "", "GetBucketPolicy", "", ""},
    Operation{"DELETE", kBucket, "policy", "", "DeleteBucketPolicy", "", "", 204},
    Operation{"PUT", kBucket, "lifecycle", "", "PutBucketLifecycleConfiguration", "LifecycleConfiguration",
              ""},
    Operation{"GET", kBucket, "lifecycle", "", "GetBucketLifecycleConfiguration", "",
              "LifecycleConfiguration"},
    Operation{"DELETE", kBucket, "lifecycle", "", "DeleteBucketLifecycle", "", "", 204},
    Operation{"PUT", kBucket, "publicAccessBlock", "", "PutPublicAccessBlock",
              "PublicAccessBlockConfiguration", ""},
    Operation{"GET", kBucket, "publicAccessBlock", "", "GetPublicAccessBlock", "",
              "PublicAccessBlockConfiguration"},
    Operation{"DELETE", kBucket, "publicAccessBlock", "", "DeletePublicAccessBlock", "", "", 204},
    Operation{"PUT", kBucket, "tagging", "", "PutBucketTagging", "Tagging", "", 204},
    Operation{"GET", kBucket, "tagging", "", "GetBucketTagging", "", "Tagging"},
    Operation{"DELETE", kBucket, "tagging", "", "DeleteBucketTagging", "", "", 204},
    Operation{"PUT", kBucket, "ownershipControls", "", "PutBucketOwnershipControls", "OwnershipControls", ""},
    Operation{"GET", kBucket, "ownershipControls", "", "GetBucketOwnershipControls", "", "OwnershipControls"},
    Operation{"DELETE", kBucket, "ownershipControls", "", "DeleteBucketOwnershipControls", "", "", 204},
    Operation{"PUT", kBucket, "notification", "", "PutBucketNotificationConfiguration",
              "NotificationConfiguration", ""},
    Operation{"GET", kBucket, "notification", "", "GetBucketNotificationConfiguration", "",
              "NotificationConfiguration"},
    Operation{"PUT", kBucket, "cors", "", "PutBucketCors", "CORSConfiguration", ""},
    Operation{"GET", kBucket, "cors", "", "GetBucketCors", "", "CORSConfiguration"},
    Operation{"DELETE", kBucket, "cors", "", "DeleteBucketCors", "", "", 204},
    Operation{"GET", kBucket, "versions", "", "ListObjectVersions", "", "ListVersionsResult"},
    Operation{"GET", kBucket, "uploads", "", "ListMultipartUploads", "", "ListMultipartUploadsResult"},
    Operation{"POST", kBucket, "delete", "", "DeleteObjects", "Delete", "DeleteResult"},
    Operation{"GET", kBucket, "list-type=2", "", "ListObjectsV2", "", "ListBucketResult"},
    Operation{"GET", kBucket, "", "", "ListObjects", "", "ListBucketResult"},
    Operation{"PUT", kBucket, "", "", "CreateBucket", "CreateBucketConfiguration", ""},
    Operation{"HEAD", kBucket, "", "", "HeadBucket", "", ""},
    Operation{"DELETE", kBucket, "", "", "DeleteBucket", "", "", 204},

    Operation{"POST", kObject, "uploads", "", "CreateMultipartUpload", "", "InitiateMultipartUploadResult"},
    Operation{"PUT", kObject, "uploadId", "x-amz-copy-source", "UploadPartCopy", "", "CopyPartResult"},
    Operation{"PUT", kObject, "uploadId", "", "UploadPart", "", ""},
    Operation{"POST", kObject, "uploadId", "", "CompleteMultipartUpload", "MultipartUpload",
              "CompleteMultipartUploadResult"},
    Operation{"DELETE", kObject, "uploadId", "", "AbortMultipartUpload", "", "", 204},
    Operation{"GET", kObject, "uploadId", "", "ListParts", "", "ListPartsResult"},
    Operation{"PUT", kObject, "tagging", "", "PutObjectTagging", "Tagging", ""},
    Operation{"GET", kObject, "tagging", "", "GetObjectTagging", "", "Tagging"},
    Operation{"DELETE", kObject, "tagging", "", "DeleteObjectTagging", "", "", 204},
    Operation{"PUT", kObject, "acl", "", "PutObjectAcl", "ACL", ""},
    Operation{"GET", kObject, "acl", "", "GetObjectAcl", "", "AccessControlPolicy"},
    Operation{"GET", kObject, "attributes", "", "GetObjectAttributes", "", "GetObjectAttributesResponse"},
    Operation{"PUT", kObject, "", "x-amz-copy-source", "CopyObject", "", "CopyObjectResult"},
    Operation{"PUT", kObject, "", "", "PutObject", "", ""},
    Operation{"GET", kObject, "", "", "GetObject", "", ""},
    Operation{"HEAD", kObject, "", "", "HeadObject", "", ""},
    Operation{"DELETE", kObject, "", "", "DeleteObject", "", "", 204},
};

// Sub-resources of S3 whatever the method: a request for one that has no operation is never a plain one.
constexpr std::array<std::string_view, 34> kSubresources{"accelerate",
                                                         "acl",
                                                         "analytics",
                                                         "attributes",
                                                         "cors",
                                                         "delete",
                                                         "encryption",
                                                         "intelligent-tiering",
                                                         "inventory",
                                                         "legal-hold",
                                                         "lifecycle",
                                                         "location",
                                                         "logging",
                                                         "metadataTable",
                                                         "metrics",
                                                         "notification",
                                                         "object-lock",
                                                         "ownershipControls",
                                                         "policy",
                                                         "policyStatus",
                                                         "publicAccessBlock",
                                                         "renameObject",
                                                         "replication",
                                                         "requestPayment",
                                                         "restore",
                                                         "retention",
                                                         "select",
                                                         "session",
                                                         "tagging",
                                                         "torrent",
                                                         "uploads",
                                                         "versioning",
                                                         "versions",
                                                         "website"};

bool asks_for(const std::vector<std::pair<std::string, std::string>>& query, std::string_view wanted) {
  auto equals = wanted.find('=');
  return std::any_of(query.begin(), query.end(), [&](auto& pair) {
    return pair.first == wanted.substr(0, equals) &&
           (equals == std::string_view::npos || pair.second == wanted.substr(equals + 1));
  });
}

std::string bucket_in_host(std::string_view host) {
  if (auto colon = host.rfind(':'); colon != std::string_view::npos) host = host.substr(0, colon);
  for (std::string_view suffix : {".amazonaws.com", ".amazonaws.com.cn", ".localhost"}) {
    if (!host.ends_with(suffix)) continue;
    auto name = host.substr(0, host.size() - suffix.size());
    // The service's label is the last one that is "s3" (or "s3-region"): a bucket's name may hold dots.
    auto at = name.rfind(".s3");
    if (at == std::string_view::npos || at == 0) return "";
    auto rest = name.substr(at + 3);
    return rest.empty() || rest[0] == '.' || rest[0] == '-' ? std::string(name.substr(0, at)) : "";
  }
  return "";
}

}  // namespace

ApiResult<Resource> resource_of(const net::Request& request) {
  auto path = net::path_of(request.target);
  if (path.starts_with('/')) path.remove_prefix(1);
  auto decoded = uri_decode(path);
  if (!decoded) return api_error(400, "InvalidURI", "Couldn't parse the specified URI.");
  Resource out{.bucket = bucket_in_host(request.headers.get("Host"))};
  if (!out.bucket.empty()) {
    out.key = std::move(*decoded);
    return out;
  }
  auto slash = decoded->find('/');
  out.bucket = decoded->substr(0, slash);
  if (slash != std::string::npos) out.key = decoded->substr(slash + 1);
  return out;
}

ApiResult<const Operation*> operation_of(const net::Request& request, const Resource& resource) {
  auto scope = resource.bucket.empty() ? kService : resource.key.empty() ? kBucket : kObject;
  auto query = net::parse_query(net::query_of(request.target));
  auto subresource = std::find_if(kSubresources.begin(), kSubresources.end(),
                                  [&](auto name) { return asks_for(query, name); });
  for (auto& operation : kOperations) {
    if (operation.method != request.method || operation.scope != scope) continue;
    if (!operation.query.empty() && !asks_for(query, operation.query)) continue;
    if (!operation.header.empty() && !request.headers.has(operation.header)) continue;
    if (operation.query.empty() && subresource != kSubresources.end()) continue;
    return &operation;
  }
  if (subresource != kSubresources.end())
    return api_error(501, "NotImplemented",
                     request.method + " ?" + std::string(*subresource) +
                         " is not supported by the embedded S3 of Live Lambda");
  if (request.method == "POST" && scope == kBucket)
    return api_error(501, "NotImplemented",
                     "POST of a form is not supported by the embedded S3 of Live Lambda");
  return api_error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
}

}  // namespace live::cloud::s3
