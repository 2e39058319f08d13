#include "runtime/memory_watch.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "process/descendants.h"

namespace live {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortest{20}, kLongest{250};

constexpr int kShare = 100;  // a hundredth of a processor
constexpr milliseconds kLongestOfMany{1000};
std::atomic<int> looking = 0;  // of this process

struct Looking {
  Looking() { ++looking; }
  ~Looking() { --looking; }
};

std::chrono::nanoseconds processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// "Resident" less "shared" of /proc/PID/statm, in pages.
long own_kilobytes(pid_t pid) {
  auto const statm = read_file(fmt::format("/proc/{}/statm", pid));
  if (!statm) return 0;
  long size = 0, resident = 0, shared = 0;
  std::istringstream(statm.value()) >> size >> resident >> shared;
  static const long page_kilobytes = ::sysconf(_SC_PAGESIZE) / 1024;
  return (resident - shared) * page_kilobytes;
}

// "Pss_Anon: 51234 kB" of /proc/PID/smaps_rollup: Linux 5.5 and newer.
std::optional<long> proportional_kilobytes(pid_t pid) {
  constexpr std::string_view name = "Pss_Anon:";
  auto const rollup = read_file(fmt::format("/proc/{}/smaps_rollup", pid));
  if (!rollup) return std::nullopt;
  size_t const at = rollup.value().find(name);
  if (at == std::string::npos) return std::nullopt;
  return std::strtol(rollup.value().c_str() + at + name.size(), nullptr, 10);
}

std::vector<pid_t> with_descendants(pid_t pid) {
  auto all = descendants_of(pid);
  all.push_back(pid);
  return all;
}

}  // namespace

long memory_mb_of(pid_t pid) {
  long kilobytes = 0;
  for (pid_t const one : with_descendants(pid)) kilobytes += own_kilobytes(one);
  return kilobytes / 1024;
}

long exact_memory_mb_of(pid_t pid) {
  long kilobytes = 0;
  for (pid_t const one : with_descendants(pid))
    kilobytes += proportional_kilobytes(one).value_or(own_kilobytes(one));
  return kilobytes / 1024;
}

milliseconds until_next_look(long used_mb, long limit_mb) {
  constexpr long mb_a_millisecond = 1;  // clearing pages takes about that
  return std::clamp(milliseconds((limit_mb - used_mb) / mb_a_millisecond), kShortest, kLongest);
}

milliseconds until_paid(std::chrono::nanoseconds took, int watches) {
  return std::min(kLongestOfMany, std::chrono::ceil<milliseconds>(took * kShare * watches));
}

struct MemoryWatch::State : std::enable_shared_from_this<State> {
  State(const Executor& executor, pid_t pid, long limit_mb, Events events)
      : timer(executor), pid(pid), limit_mb(limit_mb), events(std::move(events)) {}

  void wake() {
    if (std::exchange(looks, true)) return;
    share.emplace();
    look_after(until_next_look(used_mb, limit_mb));
  }

  void look_after(milliseconds pause) {
    timer.expires_after(pause);
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (auto const self = weak.lock(); self && !error) self->look();
    });
  }

  void look() {
    looks = events.is_wanted();
    if (!looks) return share.reset();
    auto const began = processor_time();
    used_mb = memory_mb_of(pid);
    auto const paid = until_paid(processor_time() - began, looking);
    if (used_mb <= limit_mb) return look_after(std::max(paid, until_next_look(used_mb, limit_mb)));
    if (auto const exact_mb = exact_memory_mb_of(pid); exact_mb > limit_mb)
      return std::exchange(events.on_exceeded, nullptr)(exact_mb);
    look_after(kLongest);
  }

  asio::steady_timer timer;
  pid_t pid;
  long limit_mb, used_mb = 0;
  Events events;
  bool looks = false;  // the timer runs, or it has been told and never looks again
  std::optional<Looking> share{};
};

MemoryWatch::MemoryWatch(Executor executor, pid_t pid, long limit_mb, Events events)
    : state_(std::make_shared<State>(executor, pid, limit_mb, std::move(events))) {}

MemoryWatch::~MemoryWatch() { state_->timer.cancel(); }

void MemoryWatch::wake() { state_->wake(); }

}  // namespace live
