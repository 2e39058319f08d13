#include "process/connections.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"

namespace live {
namespace {

namespace fs = std::filesystem;

// One question, one answer: the table of all connections may be long.
std::optional<inet_diag_msg> ask_kernel(LoopbackConnection connection) {
  int const fd = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return std::nullopt;
  struct {
    nlmsghdr head{};
    inet_diag_req_v2 what{};
  } question;
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.head.nlmsg_flags = NLM_F_REQUEST;
  question.what.sdiag_family = AF_INET;
  question.what.sdiag_protocol = IPPROTO_TCP;
  question.what.idiag_states = ~0u;
  auto& id = question.what.id;
  id.idiag_sport = htons(connection.from);
  id.idiag_dport = htons(connection.to);
  id.idiag_src[0] = id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
  id.idiag_cookie[0] = id.idiag_cookie[1] = uint32_t(INET_DIAG_NOCOOKIE);
  struct {
    nlmsghdr head{};
    inet_diag_msg socket{};
    char rest[1024];
  } answer;
  bool const asked = ::send(fd, &question, sizeof question, 0) == ssize_t(sizeof question);
  auto const size = asked ? ::recv(fd, &answer, sizeof answer, 0) : -1;
  ::close(fd);
  if (size < ssize_t(sizeof answer.head + sizeof answer.socket)) return std::nullopt;
  return answer.head.nlmsg_type == SOCK_DIAG_BY_FAMILY ? std::optional(answer.socket) : std::nullopt;
}

struct Socket {
  uid_t user = 0;
  uint64_t inode = 0;  // 0: no process holds it any more
};

// Where the kernel is not to be asked (its module is not there, a sandbox), by its table of all connections.
std::optional<Socket> look_up(const char* table, const std::string& address, LoopbackConnection connection) {
  auto const text = read_file(table);
  if (!text) return std::nullopt;
  auto const ends = fmt::format(" {0}:{1:04X} {0}:{2:04X} ", address, connection.from, connection.to);
  size_t const at = text.value().find(ends);
  if (at == std::string::npos) return std::nullopt;
  std::istringstream rest(text.value().substr(at + ends.size(), 200));
  std::string state, queues, timer, retransmits, timeout;
  Socket found;
  rest >> state >> queues >> timer >> retransmits >> found.user >> timeout >> found.inode;
  return rest ? std::optional(found) : std::nullopt;
}

std::optional<Socket> socket_of(LoopbackConnection connection) {
  if (auto const told = ask_kernel(connection)) return Socket{told->idiag_uid, told->idiag_inode};
  // Addresses are words as this processor has them: of IPv4 one, of IPv6 four.
  auto const loopback = fmt::format("{:08X}", htonl(INADDR_LOOPBACK));
  auto const mapped = fmt::format("{:016}{:08X}{}", 0, htonl(0xffff), loopback);
  auto const found = look_up("/proc/net/tcp", loopback, connection);
  return found ? found : look_up("/proc/net/tcp6", mapped, connection);
}

// What goes away while it is read is left out.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code failed;
  fs::directory_iterator entry(folder, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) all.push_back(entry->path());
  return all;
}

bool holds(pid_t pid, const std::string& socket) {
  std::error_code closed_meanwhile;
  for (auto const& link : entries_of(fmt::format("/proc/{}/fd", pid)))
    if (fs::read_symlink(link, closed_meanwhile) == socket) return true;
  return false;
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> all;
  for (auto const& entry : entries_of("/proc")) {
    auto const name = entry.filename().string();
    pid_t pid = 0;
    auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size()) all.push_back(pid);
  }
  return all;
}

// "PID (any name) S PARENT …"
pid_t parent_of(pid_t pid) {
  auto const text = read_file(fmt::format("/proc/{}/stat", pid));
  size_t const name_end = text ? text.value().rfind(") ") : std::string::npos;
  return name_end == std::string::npos ? 0 : pid_t(std::atoi(text.value().c_str() + name_end + 4));
}

class Descent {  // from a process
 public:
  explicit Descent(pid_t from) { known_[from] = true; }
  bool has(pid_t pid) {
    if (pid <= 1) return false;
    if (auto const known = known_.find(pid); known != known_.end()) return known->second;
    known_[pid] = false;  // whatever a pid that is used again makes of it
    return known_[pid] = has(parent_of(pid));
  }

 private:
  std::map<pid_t, bool> known_;
};

}  // namespace

bool is_of(pid_t leader, LoopbackConnection connection) {
  if (leader <= 1) return false;
  auto const found = socket_of(connection);
  if (!found || found->user != ::geteuid() || found->inode == 0) return false;
  auto const socket = fmt::format("socket:[{}]", found->inode);  // as links in /proc/PID/fd name it
  if (holds(leader, socket)) return true;
  auto const all = all_processes();
  for (pid_t pid : all)
    if (::getpgid(pid) == leader && holds(pid, socket)) return true;
  Descent descent(leader);
  for (pid_t pid : all)
    if (::getpgid(pid) != leader && descent.has(pid) && holds(pid, socket)) return true;
  return false;
}

}  // namespace live
