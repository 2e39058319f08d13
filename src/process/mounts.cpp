#include "process/mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace live {
namespace {

bool write_to(const char* file, const char* text) {
  int const fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  auto const size = ssize_t(std::strlen(text));
  bool const written = ::write(fd, text, size_t(size)) == size;
  int const error = errno;
  ::close(fd);
  errno = error;
  return written;
}

// What a file system is mounted with has to stay, else who is not root may not mount it anew.
unsigned long read_only(const std::filesystem::path& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0) return 0;
  unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY;
  if (found.f_flag & ST_NOSUID) flags |= MS_NOSUID;
  if (found.f_flag & ST_NODEV) flags |= MS_NODEV;
  if (found.f_flag & ST_NOEXEC) flags |= MS_NOEXEC;
  return flags;
}

std::string only(unsigned id) { return fmt::format("{0} {0} 1\n", id); }

}  // namespace

Namespace::Namespace(const std::vector<Mount>& mounts)
    : is_root_(::geteuid() == 0), user_(only(::geteuid())), group_(only(::getegid())) {
  for (auto const& mount : mounts)
    binds_.push_back({mount.from.c_str(), mount.at.c_str(), mount.need == Mount::Need::must,
                      mount.access == Mount::Access::read_only ? read_only(mount.from) : 0});
}

bool Namespace::enter() const {
  if (!enter_namespace()) return false;
  // Ours must not come to the machine, while the machine's may come to us.
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return false;
  for (auto const& one : binds_)
    if (!bind(one) && one.must) return false;
  return true;
}

bool Namespace::bind(const Bind& one) {
  if (::mount(one.from, one.at, nullptr, MS_BIND | MS_REC, nullptr) != 0) return false;
  return one.remount == 0 || ::mount(nullptr, one.at, nullptr, one.remount, nullptr) == 0;
}

// In a user namespace of one user root would lose its power over the files of all others.
bool Namespace::enter_namespace() const {
  if (is_root_) return ::unshare(CLONE_NEWNS) == 0;
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_to("/proc/self/setgroups", "deny") &&
         write_to("/proc/self/uid_map", user_.c_str()) && write_to("/proc/self/gid_map", group_.c_str());
}

// By trying: the reasons of a refusal are many, and not all of them can be read.
std::optional<std::string> why_no_mounts() {
  std::vector<Mount> const harmless{{"/tmp", "/tmp"}};
  Namespace const trial(harmless);
  pid_t const child = ::fork();
  if (child < 0) return std::strerror(errno);
  if (child == 0) ::_exit(trial.enter() ? 0 : errno);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
  return WIFEXITED(status) ? std::strerror(WEXITSTATUS(status)) : "the kernel ended who asked";
}

}  // namespace live
