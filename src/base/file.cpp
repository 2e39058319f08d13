#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/ids.h"

namespace live {
namespace {

Fault failed(const char* doing, const std::filesystem::path& path) {
  auto const kind = errno == ENOENT ? Fault::Kind::not_found : Fault::Kind::failed;
  return fault(kind, std::string(doing) + " " + path.string() + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Result<void> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    ssize_t const put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed("cannot write", path);
    bytes.remove_prefix(size_t(put));
  }
  return outcome::success();
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path) {
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) return failed("cannot read", path);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return failed("cannot read", path);
  if (S_ISDIR(status.st_mode)) return fault("cannot read " + path.string() + ": it is a folder");
  std::string out(size_t(status.st_size), '\0');
  size_t done = 0;
  for (;;) {
    if (done == out.size()) out.resize(out.size() + 4096);  // grew since, or a pseudo file of size 0
    ssize_t const got = ::read(file.number(), out.data() + done, out.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot read", path);
    if (got == 0) break;
    done += size_t(got);
  }
  out.resize(done);
  return out;
}

bool changed_since(const std::filesystem::path& file, std::chrono::system_clock::time_point when) {
  using TimePoint = std::chrono::system_clock::time_point;
  constexpr auto kGranularity = std::chrono::milliseconds(10);  // of the kernel's file times
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) return false;
  auto const at = TimePoint(std::chrono::duration_cast<TimePoint::duration>(
      std::chrono::seconds(found.st_ctim.tv_sec) + std::chrono::nanoseconds(found.st_ctim.tv_nsec)));
  return at + kGranularity >= when;
}

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes, int mode) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  std::filesystem::path const beside = path.string() + "." + RandomIds().hex(8) + ".tmp";
  Descriptor const file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode)));
  if (file.number() < 0) return failed("cannot write", path);
  auto written = write_all(file.number(), bytes, path);
  if (written.has_value() && ::rename(beside.c_str(), path.c_str()) != 0)
    written = failed("cannot write", path);
  if (written.has_error()) ::unlink(beside.c_str());
  return written;
}

Result<TempDir> TempDir::create(std::string_view prefix) {
  std::error_code error;
  auto const folder = std::filesystem::temp_directory_path(error);
  return create_in(error ? "/tmp" : folder, prefix);
}

Result<TempDir> TempDir::create_in(const std::filesystem::path& folder, std::string_view prefix) {
  std::string name = (folder / (std::string(prefix) + "-XXXXXX")).string();
  if (!::mkdtemp(name.data())) return failed("cannot create", name);
  return TempDir(name);
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

std::filesystem::path TempDir::keep() { return std::exchange(path_, {}); }

TempDir::~TempDir() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace live
