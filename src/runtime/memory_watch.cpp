#include "runtime/memory_watch.h"

#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "base/file.h"

namespace live {
namespace {

constexpr int kDeepest = 8;  // of a function's children

// "VmRSS:   51234 kB" of /proc/PID/status.
long kilobytes(std::string_view status, std::string_view name) {
  size_t const at = status.find(name);
  return at == std::string_view::npos ? 0 : std::strtol(status.data() + at + name.size(), nullptr, 10);
}

long kilobytes_of_children(pid_t pid, int depth) {
  if (depth > kDeepest) return 0;
  auto const children = read_file(fmt::format("/proc/{}/task/{}/children", pid, pid));
  if (!children) return 0;
  long sum = 0;
  std::istringstream pids(children.value());
  for (pid_t child = 0; pids >> child;) {
    auto const status = read_file(fmt::format("/proc/{}/status", child));
    if (status) sum += kilobytes(status.value(), "RssAnon:");
    sum += kilobytes_of_children(child, depth + 1);
  }
  return sum;
}

}  // namespace

long memory_mb_of(pid_t pid) {
  auto const status = read_file(fmt::format("/proc/{}/status", pid));
  if (!status) return 0;
  return (kilobytes(status.value(), "VmRSS:") + kilobytes_of_children(pid, 0)) / 1024;
}

struct MemoryWatch::State : std::enable_shared_from_this<State> {
  State(const Executor& executor, long limit_mb, OnExceeded exceeded, std::chrono::milliseconds interval)
      : timer(executor), limit_mb(limit_mb), exceeded(std::move(exceeded)), interval(interval) {}

  void look_again() {
    timer.expires_after(interval);
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (auto const self = weak.lock(); self && !error) self->look();
    });
  }

  void look() {
    if (!exceeded) return;
    auto const used = memory_mb_of(pid);
    if (used <= limit_mb) return look_again();
    std::exchange(exceeded, nullptr)(used);
  }

  asio::steady_timer timer;
  long limit_mb;
  OnExceeded exceeded;
  std::chrono::milliseconds interval;
  pid_t pid = 0;
};

MemoryWatch::MemoryWatch(Executor executor, long limit_mb, OnExceeded exceeded,
                         std::chrono::milliseconds interval)
    : state_(std::make_shared<State>(executor, limit_mb, std::move(exceeded), interval)) {}

MemoryWatch::~MemoryWatch() {
  state_->exceeded = nullptr;
  end();
}

void MemoryWatch::begin(pid_t pid) {
  state_->pid = pid;
  state_->look_again();
}

void MemoryWatch::end() { state_->timer.cancel(); }

}  // namespace live
