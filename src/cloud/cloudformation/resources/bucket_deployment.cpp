// Custom::CDKBucketDeployment: what the CDK's own handler does, which is in Python and calls the AWS CLI of a
// layer. Neither runs here, and a site without its files would be no site.
#include <fnmatch.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/utf8_locale.h"
#include "cloud/cloudformation/resources/resources.h"

namespace live::cloud::cloudformation {
namespace {

using Files = std::map<std::string, std::string>;  // path → content

struct ReadEnd {
  void operator()(archive* one) const { archive_read_free(one); }
};

ApiResult<Files> unzip(const std::string& zip, const std::string& key) {
  auto const broken = [&](archive* one) {
    return api_error(400, "", fmt::format("unpacking {}: {}", key, archive_error_string(one)));
  };
  std::unique_ptr<archive, ReadEnd> from(archive_read_new());
  Utf8Locale const names;
  archive_read_support_format_zip(from.get());
  if (archive_read_open_memory(from.get(), zip.data(), zip.size()) != ARCHIVE_OK) return broken(from.get());
  Files files;
  archive_entry* entry;
  for (;;) {
    int const status = archive_read_next_header(from.get(), &entry);
    if (status == ARCHIVE_EOF) return files;
    if (status < ARCHIVE_WARN) return broken(from.get());
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    std::string& content = files[archive_entry_pathname(entry)];
    char part[16'384];
    for (la_ssize_t count; (count = archive_read_data(from.get(), part, sizeof part)) != 0;) {
      if (count < 0) return broken(from.get());
      content.append(part, static_cast<size_t>(count));
    }
  }
}

std::vector<std::string> texts(const json::object& properties, std::string_view name) {
  std::vector<std::string> made;
  if (auto const* list = find_array(properties, name))
    for (auto const& each : *list)
      if (each.is_string()) made.emplace_back(std::string_view(each.get_string()));
  return made;
}

bool is_on(const json::object& properties, std::string_view name, bool otherwise) {
  return find_bool(properties, name).value_or(otherwise);
}

// As `aws s3 sync --exclude … --include …`: the last pattern that fits decides, and * passes slashes.
bool concerns(const json::object& properties, const std::string& path) {
  bool wanted = true;
  for (auto const& pattern : texts(properties, "Exclude"))
    if (fnmatch(pattern.c_str(), path.c_str(), 0) == 0) wanted = false;
  for (auto const& pattern : texts(properties, "Include"))
    if (fnmatch(pattern.c_str(), path.c_str(), 0) == 0) wanted = true;
  return wanted;
}

std::string prefix_of(const json::object& properties) {
  std::string prefix = string_or(properties, "DestinationBucketKeyPrefix");
  if (prefix == "/") prefix.clear();
  if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
  return prefix;
}

std::string_view content_type(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {".html", "text/html"},      {".css", "text/css"},          {".js", "text/javascript"},
      {".mjs", "text/javascript"}, {".json", "application/json"}, {".txt", "text/plain"},
      {".svg", "image/svg+xml"},   {".png", "image/png"},         {".jpg", "image/jpeg"},
      {".ico", "image/x-icon"},    {".xml", "application/xml"},   {".wasm", "application/wasm"}};
  for (auto const& [ending, type] : types)
    if (path.ends_with(ending)) return type;
  return "binary/octet-stream";
}

void replace_all(std::string& in, const std::string& what, const std::string& with) {
  for (size_t at = 0; !what.empty() && (at = in.find(what, at)) != std::string::npos; at += with.size())
    in.replace(at, what.size(), with);
}

// Source.data and jsonData: places in the files for what only a deployment knows.
void fill_markers(Files& files, const json::object& properties, size_t source) {
  auto const* all = find_array(properties, "SourceMarkers");
  auto const* markers = all && source < all->size() ? all->at(source).if_object() : nullptr;
  if (!markers) return;
  for (auto const& [marker, value] : *markers)
    for (auto& [path, content] : files)
      replace_all(content, std::string(marker),
                  value.is_string() ? std::string(value.get_string()) : json::serialize(value));
}

Async<ApiResult<Files>> sources(Operation& operation, const json::object& properties) {
  auto const buckets = texts(properties, "SourceBucketNames"), keys = texts(properties, "SourceObjectKeys");
  Files all;
  for (size_t i = 0; i < keys.size() && i < buckets.size(); ++i) {
    auto input = with("Bucket", buckets[i], "Key", keys[i]);
    auto got = co_await operation.call_with("s3", "GetObject", std::move(input), "");
    if (got.has_error()) co_return got.error();
    if (!is_on(properties, "Extract", true)) {
      all[keys[i]] = std::move(got.value().payload);
      continue;
    }
    auto files = unzip(got.value().payload, keys[i]);
    if (files.has_error()) co_return files.error();
    fill_markers(files.value(), properties, i);
    for (auto& [path, content] : files.value()) all[path] = std::move(content);
  }
  co_return all;
}

Async<ApiResult<void>> delete_all_but(Operation& operation, json::object properties, Files keep) {
  auto const bucket = string_or(properties, "DestinationBucketName"), prefix = prefix_of(properties);
  std::string token;
  do {
    auto input = with("Bucket", bucket, "Prefix", prefix);
    if (!token.empty()) input["ContinuationToken"] = token;
    auto page = co_await operation.call("s3", "ListObjectsV2", std::move(input));
    if (page.has_error()) co_return page.error();
    token = string_or(page.value(), "NextContinuationToken");
    auto const* found = find_array(page.value(), "Contents");
    for (size_t i = 0; found && i < found->size(); ++i) {
      auto const key = string_or(found->at(i).as_object(), "Key"), path = key.substr(prefix.size());
      if (keep.contains(path) || !concerns(properties, path)) continue;
      auto gone = co_await operation.forget("s3", "DeleteObject", with("Bucket", bucket, "Key", key));
      if (gone.has_error()) co_return gone.error();
    }
  } while (!token.empty());
  co_return outcome::success();
}

Async<ApiResult<void>> bring_files(Operation& operation, json::object properties) {
  auto files = co_await sources(operation, properties);
  if (files.has_error()) co_return files.error();
  auto const bucket = string_or(properties, "DestinationBucketName"), prefix = prefix_of(properties);
  for (auto const& [path, content] : files.value()) {
    if (!concerns(properties, path)) continue;
    auto input = with("Bucket", bucket, "Key", prefix + path);
    input["ContentType"] = json::string(content_type(path));
    auto done = co_await operation.call_with("s3", "PutObject", std::move(input), content);
    if (done.has_error()) co_return done.error();
  }
  operation.attributes = {
      {"DestinationBucketArn", "arn:aws:s3:::" + bucket},
      {"SourceObjectKeys", properties.contains("SourceObjectKeys") ? properties.at("SourceObjectKeys")
                                                                   : json::value(json::array())}};
  if (!is_on(properties, "Prune", true)) co_return outcome::success();
  co_return co_await delete_all_but(operation, std::move(properties), std::move(files.value()));
}

Async<ApiResult<void>> create_deployment(Operation& operation, json::object properties) {
  operation.physical_id = "aws.cdk.s3deployment." + operation.world.ids.uuid();
  co_return co_await bring_files(operation, std::move(properties));
}

Async<ApiResult<void>> remove_deployment(Operation& operation, Existing old) {
  if (is_on(old.properties, "RetainOnDelete", true)) co_return outcome::success();
  auto gone = co_await delete_all_but(operation, std::move(old.properties), {});
  if (gone.has_error() && !is_gone(gone.error())) co_return gone.error();
  co_return outcome::success();
}

Async<ApiResult<void>> update_deployment(Operation& operation, Existing old, json::object properties) {
  bool const elsewhere = differs(old.properties, properties, "DestinationBucketName") ||
                         differs(old.properties, properties, "DestinationBucketKeyPrefix");
  if (elsewhere) {
    auto removed = co_await remove_deployment(operation, std::move(old));
    if (removed.has_error()) co_return removed.error();
  }
  co_return co_await bring_files(operation, std::move(properties));
}

}  // namespace

std::vector<ResourceType> bucket_deployment_types() {
  return {{.name = "Custom::CDKBucketDeployment",
           .required = {"ServiceToken", "DestinationBucketName"},
           .create = create_deployment,
           .update = update_deployment,
           .remove = remove_deployment,
           .takes_any_property = true}};
}

}  // namespace live::cloud::cloudformation
