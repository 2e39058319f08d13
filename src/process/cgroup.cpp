#include "process/cgroup.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "base/file.h"
#include "base/ids.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kName = "live-workers-";
constexpr const char* kOurs = "live";  // where we go, where we have to leave our own
constexpr int kPatienceMs = 200;       // for processes that have been killed
constexpr long kTrialMb = 64;

Descriptor opened(const fs::path& folder) {
  return Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

Fault cannot(std::string_view what, const fs::path& path) {
  return fault(fmt::format("{} {}: {}", what, path.string(), std::strerror(errno)));
}

// The kernel takes each value as one write, into a file that it has made.
Result<void> set(const fs::path& file, std::string_view value) {
  Descriptor const control(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (control.number() < 0 || ::write(control.number(), value.data(), value.size()) != ssize_t(value.size()))
    return cannot(fmt::format("writing \"{}\" to", value), file);
  return outcome::success();
}

long value_of(const fs::path& file, std::string_view name) {
  auto const text = read_file(file);
  std::istringstream lines(text ? text.value() : "");
  std::string key;
  for (long value = 0; lines >> key >> value;)
    if (key == name) return value;
  return 0;
}

Result<void> go_into(const fs::path& folder, const CgroupTree& tree) {
  if (!tree.make(folder) && errno != EEXIST) return cannot("making", folder);
  return set(folder / "cgroup.procs", "0");
}

void sweep(const fs::path& place, const CgroupTree& tree) {
  std::error_code unreadable;
  for (auto const& one : fs::directory_iterator(place, unreadable)) {
    if (!one.path().filename().string().starts_with(kName)) continue;
    auto const folder = opened(one.path());
    if (folder.number() < 0 || ::flock(folder.number(), LOCK_EX | LOCK_NB) != 0) continue;
    std::error_code gone;
    for (auto const& each : fs::directory_iterator(one.path(), gone))
      if (each.is_directory(gone)) tree.remove(each.path());
    tree.remove(one.path());
  }
}

// A change is told to whoever has read the file before.
void wait_until_empty(const fs::path& cgroup) {
  Descriptor const events(::open((cgroup / "cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
  char text[64] = {};
  if (events.number() < 0 || ::read(events.number(), text, sizeof text - 1) <= 0) return;
  if (!std::string_view(text).starts_with("populated 1")) return;
  pollfd change{.fd = events.number(), .events = POLLPRI, .revents = 0};
  ::poll(&change, 1, kPatienceMs);
}

pid_t fork_in(int cgroup) {
  clone_args arguments{};
  arguments.flags = CLONE_INTO_CGROUP | CLONE_VFORK;
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<uint64_t>(cgroup);
  return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
}

}  // namespace

bool CgroupTree::make(const fs::path& folder) const { return ::mkdir(folder.c_str(), 0755) == 0; }

bool CgroupTree::remove(const fs::path& folder) const { return ::rmdir(folder.c_str()) == 0; }

bool CgroupTree::has_begun_in(int folder) const {
  pid_t const child = fork_in(folder);
  if (child == 0) ::_exit(0);
  if (child < 0) return false;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return true;
}

const CgroupTree& Cgroups::kernel() {
  static const CgroupTree tree;
  return tree;
}

Result<std::shared_ptr<Cgroups>> Cgroups::create(const CgroupView& view, const CgroupTree& tree) {
  LIVE_TRY(auto const place, find_cgroup_place(view));
  sweep(place.folder, tree);
  if (place.is_left_by_us) {
    LIVE_TRY(go_into(place.folder / kOurs, tree));
  }
  LIVE_TRY(set(place.folder / "cgroup.subtree_control", "+memory"));
  auto folder = place.folder / (std::string(kName) + RandomIds().hex(8));
  if (!tree.make(folder)) return cannot("making", folder);
  auto lock = opened(folder);
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) return cannot("locking", folder);
  std::shared_ptr<Cgroups> all(new Cgroups(tree, std::move(folder), std::move(lock)));
  LIVE_TRY(set(all->folder_ / "cgroup.subtree_control", "+memory"));
  LIVE_TRY(auto trial, all->make());
  LIVE_TRY(trial->limit_memory(kTrialMb));
  if (!tree.has_begun_in(opened(trial->folder()).number())) return cannot("starting in", trial->folder());
  return all;
}

Cgroups::~Cgroups() {
  for (auto const& one : left_) wait_until_empty(one);
  remove_left();
  tree_.remove(folder_);
}

Result<std::shared_ptr<Cgroup>> Cgroups::make() {
  remove_left();
  auto folder = folder_ / std::to_string(++made_);
  if (!tree_.make(folder)) return cannot("making", folder);
  auto folder_opened = opened(folder);
  return std::make_shared<Cgroup>(shared_from_this(), std::move(folder), std::move(folder_opened));
}

void Cgroups::remove(fs::path folder) {
  if (!tree_.remove(folder)) left_.push_back(std::move(folder));
}

void Cgroups::remove_left() {
  std::erase_if(left_, [this](auto const& one) { return tree_.remove(one); });
}

Cgroup::~Cgroup() {
  (void)set(folder_ / "cgroup.kill", "1");
  owner_->remove(folder_);
}

Result<void> Cgroup::limit_memory(long mb) {
  (void)set(folder_ / "memory.swap.max", "0");  // not there where the kernel has no swap
  LIVE_TRY(set(folder_ / "memory.oom.group", "1"));
  return set(folder_ / "memory.max", fmt::format("{}M", mb));
}

bool Cgroup::ran_out_of_memory() const {
  auto const events = folder_ / "memory.events";
  return value_of(events, "oom") > 0 && value_of(events, "oom_kill") > 0;
}

pid_t Cgroup::fork() const { return fork_in(opened_.number()); }

}  // namespace live
