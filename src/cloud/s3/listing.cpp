#include "cloud/s3/listing.h"

namespace live::cloud::s3 {
namespace {

constexpr int64_t kBatch = 1001;

// The common prefix that a key falls into; empty: it is listed itself.
std::string common_prefix(const PageRequest& request, std::string_view key) {
  if (request.delimiter.empty()) return "";
  auto at = key.find(request.delimiter, request.prefix.size());
  if (at == std::string_view::npos) return "";
  return std::string(key.substr(0, at + request.delimiter.size()));
}

Span start_of(const PageRequest& request) {
  Span span{request.bucket, request.prefix, request.prefix};
  if (request.after.empty()) return span;
  if (request.after_sequence > 0) {
    span.from = request.after;
    span.before = request.after_sequence;
  } else if (request.after.starts_with(request.prefix) &&
             common_prefix(request, request.after) == request.after) {
    span.from = after_prefix(request.after);  // behind a common prefix means behind all keys in it
  } else {
    span.from = request.after + '\0';
  }
  return span;
}

}  // namespace

Page page_of(const PageRequest& request, const Fetch& fetch) {
  Page page;
  auto span = start_of(request);
  int64_t count = 0;
  // A common prefix counts once, and not again on the page behind a key inside it.
  std::string passed;
  if (request.after.starts_with(request.prefix)) passed = common_prefix(request, request.after);
  for (;;) {
    auto batch = fetch(span, kBatch);
    bool jumped = false;
    for (auto& version : batch) {
      auto shared = common_prefix(request, version.key);
      if (!shared.empty() && shared == passed) {
        span = {request.bucket, request.prefix, after_prefix(shared)};
        jumped = true;
        break;
      }
      if (count == request.limit) {
        page.truncated = count > 0;
        return page;
      }
      ++count;
      span.from = version.key;
      span.before = version.sequence;
      page.last = shared.empty() ? version.key : shared;
      page.last_version = shared.empty() ? version.id : "";
      if (shared.empty()) {
        page.items.push_back(std::move(version));
      } else {
        page.common_prefixes.push_back(shared);
        passed = shared;
      }
    }
    if (!jumped && int64_t(batch.size()) < kBatch) return page;
    if (span.from.empty()) return page;
  }
}

}  // namespace live::cloud::s3
