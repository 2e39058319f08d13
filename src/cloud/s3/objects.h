// What S3 keeps: buckets, every version of every object, the parts of uploads under way. Knows SQL and files;
// knows nothing of requests. Keys are bytes and are kept in their order.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cloud/world.h"

namespace live::cloud::s3 {

struct Bucket {
  std::string name;
  std::string region;
  int64_t created = 0;  // milliseconds, as all times here
  json::object settings{};
};

struct Version {
  std::string bucket, key;
  std::string id = "null";  // of this version; "null" where versioning was not on
  bool latest = true;
  bool delete_marker = false;
  int64_t size = 0;
  int64_t modified = 0;
  std::string etag{};         // without quotes
  json::object attributes{};  // headers, metadata, checksum: members under AWS's names
  std::string file{};         // the body's, under the bodies folder; empty: `inline_body`
  std::string inline_body{};
  int64_t sequence = 0;
};

struct Upload {
  std::string bucket, key, id;
  int64_t started = 0;
  json::object attributes{};  // the object's to be
};

struct Part {
  int64_t number = 0;
  int64_t size = 0;
  int64_t modified = 0;
  std::string etag{};
  json::object checksums{};
  std::string file{};
};

// Where a listing starts and how far it looks.
struct Span {
  std::string bucket;
  std::string prefix;
  std::string from{};                                    // the first key looked at
  int64_t before = std::numeric_limits<int64_t>::max();  // of that key only versions older than this sequence
};

class Objects {
 public:
  explicit Objects(World& world);

  std::optional<Bucket> bucket(std::string_view name);
  std::vector<Bucket> buckets();
  void put_bucket(const Bucket& bucket);
  void erase_bucket(std::string_view name);
  bool is_empty(std::string_view bucket);  // no version, no delete marker

  std::optional<Version> latest(std::string_view bucket, std::string_view key);
  std::optional<Version> version(std::string_view bucket, std::string_view key, std::string_view id);
  // Becomes the latest; a version of the same id is replaced.
  void add(Version version);
  void erase(const Version& version);  // the newest remaining becomes the latest
  void set_attributes(const Version& version);

  std::vector<Version> current(const Span& span, int64_t limit);   // latest ones that are not delete markers
  std::vector<Version> versions(const Span& span, int64_t limit);  // newest first within a key
  std::vector<Version> unchanged_since(const Span& span, int64_t modified, int64_t limit);
  std::vector<Version> noncurrent_since(const Span& span, int64_t replaced, int64_t limit);

  // Bodies: small ones stay in the row.
  Result<void> keep_body(Version& version, std::string body);
  Result<std::string> body(const Version& version);

  void put_upload(const Upload& upload);
  std::optional<Upload> upload(std::string_view id);
  std::vector<Upload> uploads(std::string_view bucket);
  void erase_upload(std::string_view id);  // and its parts
  Result<void> put_part(std::string_view upload, Part part, std::string_view body);
  std::vector<Part> parts(std::string_view upload);
  Result<std::string> body(const Part& part);

 private:
  void promote(std::string_view bucket, std::string_view key);
  void remove_file(std::string_view file);
  std::string new_file();
  World& world_;
};

// The first string after all that start with the prefix; empty: there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace live::cloud::s3
