// How S3 cuts a sorted row of keys into pages with common prefixes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/s3/objects.h"

namespace live::cloud::s3 {

struct Page {
  std::vector<Version> items;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last;          // the last key or common prefix on it
  std::string last_version;  // the version id, where the last is an item
};

struct PageRequest {
  std::string bucket, prefix, delimiter;
  std::string after;  // a key or common prefix: the page starts behind it
  // Of the version of `after` that the page starts behind; 0: it starts behind all of them.
  int64_t after_sequence = 0;
  int64_t limit = 1000;
};

using Fetch = std::function<std::vector<Version>(const Span&, int64_t limit)>;
Page page_of(const PageRequest& request, const Fetch& fetch);

}  // namespace live::cloud::s3
