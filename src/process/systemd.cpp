#include "process/systemd.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "process/spawn.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 3000;

// By the first name for root alone, by the second since systemd 251.
bool is_marked(const fs::path& cgroup) {
  char value = 0;
  return std::ranges::any_of(std::vector{"trusted.delegate", "user.delegate"}, [&](auto const* name) {
    return ::getxattr(cgroup.c_str(), name, &value, sizeof value) == 1 && value == '1';
  });
}

// What it prints, if it ends in time. It says a word, which a pipe takes.
std::string said_by(const Spawned& child) {
  pollfd end{.fd = child.pidfd.number(), .events = POLLIN, .revents = 0};
  if (::poll(&end, 1, kPatienceMs) <= 0) ::kill(child.pid, SIGKILL);
  ::waitpid(child.pid, nullptr, 0);
  char text[64];
  auto const count = ::read(child.out.number(), text, sizeof text);
  return {text, size_t(std::max<ssize_t>(count, 0))};
}

bool says_the_users_own(const std::string& unit) {
  auto child =
      spawn({.arguments = {"systemctl", "--user", "show", "--value", "--property=Delegate", "--", unit},
             .environment = {},
             .inherits_environment = true});
  return child && said_by(child.value()) == "yes\n";
}

}  // namespace

bool has_systemd() {
  std::error_code ignored;
  return fs::is_directory("/run/systemd/system", ignored);
}

bool has_delegated(const fs::path& cgroup) {
  return is_marked(cgroup) || (::geteuid() != 0 && says_the_users_own(cgroup.filename()));
}

}  // namespace live
