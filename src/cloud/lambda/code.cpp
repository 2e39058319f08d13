#include "cloud/lambda/code.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/utf8_locale.h"
#include "cloud/lambda/name.h"

namespace live::cloud::lambda {
namespace {

namespace fs = std::filesystem;

struct ReadEnd {
  void operator()(archive* a) const { archive_read_free(a); }
};
struct WriteEnd {
  void operator()(archive* a) const { archive_write_free(a); }
};

ApiError bad_zip(std::string_view why) {
  return invalid(fmt::format(
      "Could not unzip uploaded file. Please check your file, then try to upload again ({}).", why));
}

bool stays_inside(const fs::path& path) {
  if (path.empty() || path.is_absolute()) return false;
  int depth = 0;
  for (const auto& part : path) {
    if (part == "..") return false;
    if (part != "." && !part.empty()) ++depth;
  }
  return depth > 0;
}

bool link_stays_inside(const fs::path& link, const fs::path& target) {
  if (target.is_absolute()) return false;
  const auto reached = (link.parent_path() / target).lexically_normal();
  return reached.empty() || *reached.begin() != "..";
}

ApiResult<void> copy_entry(archive* from, archive* to, size_t& room) {
  const void* block;
  size_t size;
  la_int64_t offset;
  for (;;) {
    const int status = archive_read_data_block(from, &block, &size, &offset);
    if (status == ARCHIVE_EOF) return outcome::success();
    if (status < ARCHIVE_WARN) return bad_zip(archive_error_string(from));
    if (size > room || static_cast<uint64_t>(offset) > (1ull << 40))
      return invalid("Unzipped size must be smaller than 262144000 bytes");
    room -= size;
    if (archive_write_data_block(to, block, size, offset) < ARCHIVE_WARN)
      return bad_zip(archive_error_string(to));
  }
}

ApiResult<void> place_entry(archive* from, archive* to, archive_entry* entry, const fs::path& folder,
                            size_t& room) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (!name) name = archive_entry_pathname(entry);
  if (!name) return bad_zip("an entry has no name");
  const fs::path path = name;
  if (path == "." || path == "./") return outcome::success();
  if (!stays_inside(path)) return bad_zip(fmt::format("{} would leave the folder", name));
  if (archive_entry_hardlink(entry)) return bad_zip(fmt::format("{} is a hard link", name));
  if (const char* target = archive_entry_symlink(entry); target && !link_stays_inside(path, target))
    return bad_zip(fmt::format("{} links to {}, outside of the package", name, target));
  if (archive_entry_filetype(entry) == AE_IFREG)  // as on Lambda, where the sandbox reads as another user
    archive_entry_set_perm(entry, archive_entry_perm(entry) ? archive_entry_perm(entry) | 0444 : 0644);
  else if (archive_entry_filetype(entry) == AE_IFDIR)
    archive_entry_set_perm(entry, 0755);
  archive_entry_set_pathname(entry, (folder / path).c_str());
  if (archive_write_header(to, entry) < ARCHIVE_WARN) return bad_zip(archive_error_string(to));
  if (archive_entry_filetype(entry) == AE_IFREG) {
    LIVE_API_TRY(copy_entry(from, to, room));
  }
  if (archive_write_finish_entry(to) < ARCHIVE_WARN) return bad_zip(archive_error_string(to));
  return outcome::success();
}

ApiResult<void> unpack_into(const fs::path& folder, std::string_view zip, PackageLimits limits) {
  Utf8Locale const names;
  std::unique_ptr<archive, ReadEnd> from(archive_read_new());
  std::unique_ptr<archive, WriteEnd> to(archive_write_disk_new());
  archive_read_support_format_zip(from.get());
  archive_write_disk_set_options(
      to.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                    ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_NO_OVERWRITE);
  // A path of ours may itself pass a link (/tmp): only what the archive adds must not.
  const auto root = fs::weakly_canonical(folder);
  if (archive_read_open_memory(from.get(), zip.data(), zip.size()) != ARCHIVE_OK)
    return bad_zip(archive_error_string(from.get()));
  size_t room = limits.unzipped, files = 0;
  archive_entry* entry;
  for (;;) {
    const int status = archive_read_next_header(from.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status < ARCHIVE_WARN) return bad_zip(archive_error_string(from.get()));
    if (++files > limits.files) return bad_zip("too many files");
    LIVE_API_TRY(place_entry(from.get(), to.get(), entry, root, room));
  }
  if (files == 0) return invalid("Uploaded file must be a non-empty zip");
  return outcome::success();
}

Async<ApiResult<std::string>> fetch_zip(World& world, const Call& call, const json::object& code) {
  if (const auto encoded = find_string(code, "ZipFile")) {
    auto zip = from_base64(*encoded);
    if (!zip) co_return invalid("Could not decode Code.ZipFile: it is not base64");
    if (zip->size() > 52'428'800)  // Lambda quota: 50 MB zipped, uploaded directly
      co_return ApiError{413, "RequestEntityTooLargeException",
                         "Zipped size must be smaller than 52428800 bytes"};
    co_return std::move(*zip);
  }
  const auto bucket = find_string(code, "S3Bucket"), key = find_string(code, "S3Key");
  if (!bucket || !key) co_return invalid("Please provide a source for function code.");
  Call get{.service = "s3", .action = "GetObject", .region = call.region, .caller = call.caller};
  get.caller.service = "lambda.amazonaws.com";
  get.input = {{"Bucket", *bucket}, {"Key", *key}};
  if (const auto version = find_string(code, "S3ObjectVersion")) get.input["VersionId"] = *version;
  auto got = co_await world.actions.call(std::move(get));
  if (got.has_error())
    co_return invalid(fmt::format("Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
                                  got.error().code, got.error().message));
  if (got.value().payload.size() > PackageLimits().unzipped)
    co_return invalid("Unzipped size must be smaller than 262144000 bytes");
  co_return std::move(got.value().payload);
}

ApiResult<Package> image_package(const fs::path& packages, std::string_view uri) {
  const auto digest = sha256(uri);
  Package package{base64(digest), 0, packages / ("image-" + hex(digest))};
  std::error_code error;
  fs::create_directories(package.folder, error);
  if (error)
    return api_error(500, "ServiceException",
                     fmt::format("creating {}: {}", package.folder.string(), error.message()));
  return package;
}

}  // namespace

fs::path packages_of(const World& world) { return world.store.bodies() / "lambda"; }

Async<ApiResult<Package>> fetch_package(World& world, const Call& call, json::object code,
                                        fs::path packages) {
  if (const auto uri = find_string(code, "ImageUri")) co_return image_package(packages, *uri);
  auto zip = co_await fetch_zip(world, call, code);
  if (zip.has_error()) co_return zip.error();
  co_return unpack(packages, zip.value());
}

ApiResult<Package> unpack(const fs::path& packages, std::string_view zip, PackageLimits limits) {
  const auto digest = sha256(zip);
  Package package{base64(digest), zip.size(), packages / hex(digest)};
  std::error_code error;
  if (fs::exists(package.folder, error)) return package;
  auto half = package.folder;
  half += ".unpacking";
  fs::remove_all(half, error);
  fs::create_directories(half, error);
  if (error)
    return api_error(500, "ServiceException", fmt::format("creating {}: {}", half.string(), error.message()));
  auto done = unpack_into(half, zip, limits);
  if (done.has_value() && write_file(zip_of(package.folder), zip).has_error())
    done = api_error(500, "ServiceException", fmt::format("writing {}", zip_of(package.folder).string()));
  if (done.has_value()) {
    fs::rename(half, package.folder, error);
    if (error)
      done =
          api_error(500, "ServiceException", fmt::format("renaming {}: {}", half.string(), error.message()));
  }
  if (done.has_error()) {
    fs::remove_all(half, error);
    return done.error();
  }
  return package;
}

fs::path zip_of(const fs::path& folder) {
  auto zip = folder;
  return zip += ".zip";
}

void remove_package(const fs::path& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  fs::remove(zip_of(folder), ignored);
}

std::string download_url(const World& world, const fs::path& folder) {
  const auto name = zip_of(folder).lexically_relative(packages_of(world));
  return world.endpoint + kDownloads + name.string();
}

net::Response download(const World& world, const net::Request& request) {
  const fs::path name = std::string(net::path_of(request.target)).substr(std::string_view(kDownloads).size());
  const auto zip = stays_inside(name) && name.extension() == ".zip" ? read_file(packages_of(world) / name)
                                                                    : Result<std::string>(fault("not there"));
  if (zip.has_error()) return {.status = 404};
  return {.status = 200, .headers = {{"Content-Type", "application/zip"}}, .body = zip.value()};
}

}  // namespace live::cloud::lambda
