#include "process/lineage.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <vector>

#include "process/descriptor.h"

namespace live {
namespace {

// How long a thread may run by a realtime schedule without a pause, in microseconds. The numbers here stand
// for years at least, so it limits nobody, and nobody sets it but who has such threads.
constexpr auto kNumber = RLIMIT_RTTIME;
constexpr uint64_t kHighest = uint64_t(1) << 63, kLowest = uint64_t(1) << 45;

std::vector<pid_t> all_processes() {
  std::vector<pid_t> all;
  std::error_code ended;
  for (auto entry = std::filesystem::directory_iterator("/proc", ended); !ended && entry != end(entry);
       entry.increment(ended)) {
    auto const name = entry->path().filename().string();
    if (name[0] >= '1' && name[0] <= '9') all.push_back(std::atoi(name.c_str()));
  }
  return all;
}

}  // namespace

std::optional<Lineage> Lineage::create() {
  rlimit ours{};
  if (::getrlimit(kNumber, &ours) != 0) return std::nullopt;
  auto const end = ours.rlim_max == RLIM_INFINITY ? kHighest : uint64_t(ours.rlim_max);
  if (end <= kLowest) return std::nullopt;
  std::random_device random;
  return Lineage(std::uniform_int_distribution<uint64_t>(end / 2, end - 1)(random));
}

void Lineage::begin_here() const {
  rlimit const limit{.rlim_cur = number_, .rlim_max = number_};
  ::setrlimit(kNumber, &limit);
}

bool Lineage::has(pid_t pid) const {
  rlimit limit{};
  return ::prlimit(pid, kNumber, nullptr, &limit) == 0 && limit.rlim_max == number_;
}

void Lineage::end_heirs_of(pid_t leader) const {
  constexpr int kMostLooks = 100;
  std::set<pid_t> seen{leader};
  // Again, while there are any: one that was about to make a child has made it after we looked.
  for (int look = 0; look < kMostLooks; ++look) {
    auto const before = seen.size();
    for (pid_t const pid : all_processes())
      if (has(pid) && seen.insert(pid).second) end(pid);
    if (seen.size() == before) return;
  }
}

// Held, then looked at again: whoever has its number later is not ended.
void Lineage::end(pid_t pid) const {
  Descriptor const held(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (held.number() >= 0 && has(pid)) ::syscall(SYS_pidfd_send_signal, held.number(), SIGKILL, nullptr, 0);
}

}  // namespace live
