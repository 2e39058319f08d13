// Deployment packages: unpacked once per content, whoever uses them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cloud/call.h"
#include "cloud/world.h"
#include "net/http.h"

namespace live::cloud::lambda {

// Where all are.
std::filesystem::path packages_of(const World& world);

struct Package {
  std::string sha256;  // base64, as CodeSha256
  size_t size = 0;     // of the zip
  std::filesystem::path folder;
};

struct PackageLimits {
  size_t unzipped = 262'144'000;  // Lambda quota: 250 MB
  size_t files = 100'000;
};

// What a Code member names: a zip (ZipFile, or S3Bucket, S3Key, S3ObjectVersion through s3.GetObject), or a
// container image, which is kept by its name alone: an empty folder, and no zip.
Async<ApiResult<Package>> fetch_package(World& world, const Call& call, json::object code,
                                        std::filesystem::path packages);
// Unpacks into a folder named after the content, beside which the zip is kept. Refuses what would leave the
// folder, links out of it, and more than the limits.
ApiResult<Package> unpack(const std::filesystem::path& packages, std::string_view zip,
                          PackageLimits limits = {});
// Where the zip of an unpacked package can be had, by who knows its name; and its bytes.
std::string download_url(const World& world, const std::filesystem::path& folder);
constexpr const char* kDownloads = "/_lambda/packages/";
net::Response download(const World& world, const net::Request& request);
std::filesystem::path zip_of(const std::filesystem::path& folder);
void remove_package(const std::filesystem::path& folder);

}  // namespace live::cloud::lambda
