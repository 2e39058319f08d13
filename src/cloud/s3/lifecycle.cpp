// Lifecycle rules, applied when a bucket is touched: S3 does it once a day, at midnight UTC.
#include <algorithm>
#include <limits>

#include "cloud/s3/dates.h"
#include "cloud/s3/service.h"

namespace live::cloud::s3 {
namespace {

constexpr int64_t kDay = 86'400'000;
constexpr int64_t kBetweenSweeps = 60'000;
constexpr int64_t kBatch = 1000;

struct RuleFilter {
  std::string prefix;
  int64_t larger_than = -1, smaller_than = std::numeric_limits<int64_t>::max();
  json::array tags;

  bool admits(const Version& version) const {
    if (!version.key.starts_with(prefix)) return false;
    if (version.size <= larger_than || version.size >= smaller_than) return false;
    auto* set = find_array(version.attributes, "TagSet");
    for (auto& tag : tags)
      if (!set || std::find(set->begin(), set->end(), tag) == set->end()) return false;
    return true;
  }
};

RuleFilter filter_of(const json::object& rule) {
  RuleFilter out{.prefix = string_or(rule, "Prefix")};
  auto* filter = find_object(rule, "Filter");
  if (!filter) return out;
  if (auto* both = find_object(*filter, "And")) filter = both;
  out.prefix = string_or(*filter, "Prefix");
  out.larger_than = find_int(*filter, "ObjectSizeGreaterThan").value_or(out.larger_than);
  out.smaller_than = find_int(*filter, "ObjectSizeLessThan").value_or(out.smaller_than);
  if (auto* tag = find(*filter, "Tag")) out.tags.push_back(*tag);
  if (auto* tags = find_array(*filter, "Tags")) out.tags = *tags;
  return out;
}

// The newest time of which it holds that, this many days later, a midnight has passed.
int64_t older_than(int64_t now, int64_t days) { return now / kDay * kDay - days * kDay; }

}  // namespace

void Service::expire(const Bucket& bucket) {
  auto* configuration = find_object(bucket.settings, "LifecycleConfiguration");
  if (!configuration) return;
  auto& swept_at = expired_at_[bucket.name];
  if (now(world_) - swept_at < kBetweenSweeps) return;
  swept_at = now(world_);
  auto* rules = find_array(*configuration, "Rules");
  for (auto& rule : rules ? *rules : json::array())
    if (rule.is_object() && string_or(rule.get_object(), "Status") == "Enabled")
      expire_by(bucket, rule.get_object());
}

void Service::expire_by(const Bucket& bucket, const json::object& rule) {
  auto filter = filter_of(rule);
  Span span{bucket.name, filter.prefix, filter.prefix};
  if (auto* expiration = find_object(rule, "Expiration")) {
    auto days = find_int(*expiration, "Days");
    auto date = parse_iso8601(string_or(*expiration, "Date"));
    int64_t limit = days ? older_than(now(world_), *days) : -1;
    if (date && now(world_) >= *date) limit = now(world_);
    if (limit >= 0)
      for (auto& version : objects_.unchanged_since(span, limit, kBatch))
        if (filter.admits(version)) (void)remove(bucket, version.key, "");
  }
  if (auto* noncurrent = find_object(rule, "NoncurrentVersionExpiration"))
    if (auto days = find_int(*noncurrent, "NoncurrentDays"))
      for (auto& version : objects_.noncurrent_since(span, older_than(now(world_), *days), kBatch))
        if (filter.admits(version)) objects_.erase(version);
  if (auto* abort = find_object(rule, "AbortIncompleteMultipartUpload"))
    if (auto days = find_int(*abort, "DaysAfterInitiation"))
      for (auto& upload : objects_.uploads(bucket.name))
        if (upload.key.starts_with(filter.prefix) && upload.started <= older_than(now(world_), *days))
          objects_.erase_upload(upload.id);
}

}  // namespace live::cloud::s3
