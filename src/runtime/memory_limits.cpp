#include "runtime/memory_limits.h"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "runtime/scratch.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOnDisk = "/var/tmp";

bool is_in_memory(const fs::path& folder) {
  struct statfs is {};
  return ::statfs(folder.c_str(), &is) == 0 && is.f_type == TMPFS_MAGIC;
}

}  // namespace

// The kernel counts files that lie in memory, which Lambda does not do.
MemoryLimits MemoryLimits::of_this_machine() {
  MemoryLimits limits{.cgroups = {}, .why_watched = {}, .temporary_files = Scratch::system_place()};
  auto made = Cgroups::create(CgroupView::of_this_process());
  if (!made) {
    limits.why_watched = made.error().message;
    return limits;
  }
  bool const moves = is_in_memory(limits.temporary_files);
  if (moves && (is_in_memory(kOnDisk) || ::access(kOnDisk, W_OK) != 0)) {
    limits.why_watched = fmt::format("{} lies in memory, where temporary files would count; so does {}",
                                     limits.temporary_files.string(), kOnDisk);
    return limits;
  }
  if (moves) limits.temporary_files = kOnDisk;
  limits.cgroups = std::move(made.value());
  return limits;
}

}  // namespace live
