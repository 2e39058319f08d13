#include "cloud/s3/settings.h"

#include <array>

namespace live::cloud::s3 {
namespace {

constexpr std::array kSettings{
    Setting{"BucketEncryption", "encryption", "ServerSideEncryptionConfiguration", true,
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found", true},
    Setting{"BucketVersioning", "versioning", "VersioningConfiguration", false, "", "", false},
    Setting{"BucketPolicy", "policy", "Policy", true, "NoSuchBucketPolicy",
            "The bucket policy does not exist", true},
    Setting{"BucketLifecycleConfiguration", "lifecycle", "LifecycleConfiguration", false,
            "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", false},
    Setting{"PublicAccessBlock", "publicAccessBlock", "PublicAccessBlockConfiguration", true,
            "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found",
            true},
    Setting{"BucketTagging", "tagging", "Tagging", false, "NoSuchTagSet", "The TagSet does not exist", true},
    Setting{"BucketOwnershipControls", "ownershipControls", "OwnershipControls", true,
            "OwnershipControlsNotFoundError", "The bucket ownership controls were not found", true},
    Setting{"BucketNotificationConfiguration", "notification", "NotificationConfiguration", false, "", "",
            false},
    Setting{"BucketCors", "cors", "CORSConfiguration", false, "NoSuchCORSConfiguration",
            "The CORS configuration does not exist", true},
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

// As AWS has it since April 2023.
json::object default_settings() {
  json::object aes{{"ApplyServerSideEncryptionByDefault", {{"SSEAlgorithm", "AES256"}}},
                   {"BucketKeyEnabled", false}};
  return {
      {"ServerSideEncryptionConfiguration", {{"Rules", json::array{aes}}}},
      {"PublicAccessBlockConfiguration",
       {{"BlockPublicAcls", true},
        {"IgnorePublicAcls", true},
        {"BlockPublicPolicy", true},
        {"RestrictPublicBuckets", true}}},
      {"OwnershipControls",
       {{"Rules", json::array{json::object{{"ObjectOwnership", "BucketOwnerEnforced"}}}}}},
  };
}

}  // namespace live::cloud::s3
