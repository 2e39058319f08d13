#include "runtime/scratch.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kName = "live-tmp-";
constexpr std::string_view kUnlocked = ".live-tmp-";  // which nobody sweeps

int opened(const fs::path& folder) {
  return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool is_ours(int folder) {
  struct stat is {};
  return ::fstat(folder, &is) == 0 && is.st_uid == ::geteuid();
}

Fault cannot(std::string_view what, const fs::path& folder) {
  return fault(fmt::format("{} {}, for temporary files of functions: {}", what, folder.string(),
                           std::strerror(errno)));
}

}  // namespace

fs::path Scratch::system_place() {
  std::error_code none;
  auto const place = fs::temp_directory_path(none);
  return none ? "/tmp" : place;
}

Scratch::Scratch(fs::path place) : place_(std::move(place)) { sweep(); }

Scratch::~Scratch() {
  if (root_.empty()) return;
  std::error_code ignored;
  fs::remove_all(root_, ignored);
  ::close(lock_);
}

Result<TempDir> Scratch::folder() {
  if (root_.empty()) {
    LIVE_TRY(begin());
  }
  return TempDir::create_in(root_, "worker");
}

void Scratch::isolate(Reachable always) {
  reachable_ = std::move(always);
  why_not_ = why_shared();
  isolates_ = why_not_.empty();
}

Result<OwnFolders> Scratch::own_folders(const Reachable& also) {
  reachable_.add(also);
  LIVE_TRY(auto place, folder());
  return OwnFolders::in(std::move(place), reachable_);
}

// It gets the name that is swept when it is locked.
Result<void> Scratch::begin() {
  auto name = (place_ / (std::string(kUnlocked) + "XXXXXX")).string();
  if (!::mkdtemp(name.data())) return cannot("making", name);
  lock_ = opened(name);
  if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0) return cannot("locking", name);
  auto const root = place_ / (std::string(kName) + name.substr(name.size() - 6));
  if (::rename(name.c_str(), root.c_str()) != 0) return cannot("naming", root);
  root_ = root;
  return outcome::success();
}

void Scratch::sweep() const {
  std::error_code unreadable, ignored;
  for (auto const& one : fs::directory_iterator(place_, unreadable)) {
    if (!one.path().filename().string().starts_with(kName)) continue;
    int const folder = opened(one.path());
    if (folder < 0) continue;
    if (is_ours(folder) && ::flock(folder, LOCK_EX | LOCK_NB) == 0) fs::remove_all(one.path(), ignored);
    ::close(folder);
  }
}

}  // namespace live
