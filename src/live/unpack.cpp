#include "live/unpack.h"

#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "base/utf8_locale.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlock = 65'536;
constexpr size_t kMost = 512 * 1024 * 1024;  // Lambda takes 250 MB in all

Fault broken(archive* from) {
  auto const* why = archive_error_string(from);
  return {.kind = Fault::Kind::failed, .message = fmt::format("it cannot be unpacked: {}", why ? why : "")};
}

Result<void> place(archive* from, archive* to, archive_entry* entry, const fs::path& folder, size_t& room) {
  auto const* name = archive_entry_pathname(entry);
  if (!name || fs::path(name).is_absolute()) return fault("it cannot be unpacked: a name is absolute");
  archive_entry_set_pathname(entry, (folder / name).c_str());
  if (archive_entry_filetype(entry) == AE_IFDIR) archive_entry_set_perm(entry, 0755);
  if (archive_write_header(to, entry) < ARCHIVE_WARN) return broken(to);
  for (char block[kBlock];;) {
    auto const count = archive_read_data(from, block, kBlock);
    if (count < 0) return broken(from);
    if (count == 0) break;
    if (size_t(count) > room) return fault("it cannot be unpacked: it is larger than Lambda takes");
    room -= size_t(count);
    if (archive_write_data(to, block, size_t(count)) < 0) return broken(to);
  }
  return outcome::success();
}

Result<void> unpack_into(std::string_view zip, const fs::path& folder) {
  Utf8Locale const names;
  std::unique_ptr<archive, decltype(&archive_read_free)> const from(archive_read_new(), archive_read_free);
  std::unique_ptr<archive, decltype(&archive_write_free)> const to(archive_write_disk_new(),
                                                                   archive_write_free);
  archive_read_support_format_zip(from.get());
  archive_write_disk_set_options(to.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                               ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                                               ARCHIVE_EXTRACT_SECURE_SYMLINKS);
  if (archive_read_open_memory(from.get(), zip.data(), zip.size()) != ARCHIVE_OK) return broken(from.get());
  size_t room = kMost;
  archive_entry* entry = nullptr;
  for (;;) {
    int const status = archive_read_next_header(from.get(), &entry);
    if (status == ARCHIVE_EOF) return outcome::success();
    if (status < ARCHIVE_WARN) return broken(from.get());
    LIVE_TRY(place(from.get(), to.get(), entry, folder, room));
  }
}

}  // namespace

Result<void> unpack(std::string_view zip, const fs::path& folder) {
  auto const half = fs::path(folder).concat(".part");
  std::error_code failed;
  fs::remove_all(half, failed);
  fs::create_directories(half, failed);
  auto done = unpack_into(zip, fs::weakly_canonical(half, failed));
  if (done.has_value()) fs::rename(half, folder, failed);
  if (done.has_error() || failed) fs::remove_all(half);
  if (done.has_value() && failed) return fault(folder.string() + ": " + failed.message());
  return done;
}

}  // namespace live
