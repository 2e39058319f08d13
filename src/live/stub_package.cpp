#include "live/stub_package.h"

#include <memory>

#include <archive.h>
#include <archive_entry.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"

namespace live {
namespace {

constexpr time_t kDate = 315'532'800;  // 1980-01-01, the first that a zip can tell
constexpr auto kUnusedFor = std::chrono::hours(7 * 24);
constexpr const char* kFormat = "1";  // part of the name: raise it when the layout changes

la_ssize_t append(archive*, void* out, const void* bytes, size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return la_ssize_t(size);
}

bool add(archive* zip, const char* name, mode_t mode, std::string_view bytes) {
  std::unique_ptr<archive_entry, decltype(&archive_entry_free)> const entry(archive_entry_new(),
                                                                            archive_entry_free);
  archive_entry_set_pathname(entry.get(), name);
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), mode);
  archive_entry_set_size(entry.get(), la_int64_t(bytes.size()));
  archive_entry_set_mtime(entry.get(), kDate, 0);
  return archive_write_header(zip, entry.get()) == ARCHIVE_OK &&
         archive_write_data(zip, bytes.data(), bytes.size()) == la_ssize_t(bytes.size());
}

Result<std::string> zip_of(std::string_view bootstrap, std::string_view configuration) {
  std::string out;
  std::unique_ptr<archive, decltype(&archive_write_free)> const zip(archive_write_new(), archive_write_free);
  archive_write_set_format_zip(zip.get());
  archive_write_set_bytes_in_last_block(zip.get(), 1);
  bool const ok = archive_write_open(zip.get(), &out, nullptr, append, nullptr) == ARCHIVE_OK &&
                  add(zip.get(), "bootstrap", 0755, bootstrap) &&
                  add(zip.get(), "live.json", 0644, configuration) &&
                  archive_write_close(zip.get()) == ARCHIVE_OK;
  if (!ok) return fault(std::string("packing the stub: ") + archive_error_string(zip.get()));
  return out;
}

// Those of other keys, endpoints and builds of ours, once they are surely in nobody's deployment any more.
void remove_unused(const std::filesystem::path& folder) {
  using Time = std::filesystem::file_time_type;
  std::error_code error;
  std::vector<std::filesystem::path> unused;
  for (auto const& one : std::filesystem::directory_iterator(folder, error)) {
    bool const old = one.last_write_time(error) < Time::clock::now() - kUnusedFor;
    if (!error && old && one.path().extension() == ".zip") unused.push_back(one.path());
  }
  for (auto const& one : unused) std::filesystem::remove(one, error);
}

}  // namespace

Result<StubPackage> package_stub(const std::filesystem::path& bootstrap, const std::string& configuration,
                                 const std::filesystem::path& folder) {
  auto const binary = read_file(bootstrap);
  if (binary.has_error())
    return within("the stub is not built (target stub_x86_64 or stub_aarch64)", binary.error());
  StubPackage package;
  // The name tells the content, as the CDK's assets do: the same stub is the same asset on every machine.
  package.hash = hex(sha256(kFormat + sha256(binary.value()) + sha256(configuration)));
  auto const file = folder / (package.hash + ".zip");
  package.path = file.string();
  std::error_code error;
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now(), error);
  remove_unused(folder);
  if (std::filesystem::exists(file, error)) return package;
  LIVE_TRY(auto zip, zip_of(binary.value(), configuration));
  LIVE_TRY(write_file(file, zip, 0600));  // it holds the stage key
  return package;
}

}  // namespace live
