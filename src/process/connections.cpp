#include "process/connections.h"

#include <arpa/inet.h>
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

// Addresses are words as this processor has them: of IPv4 one, of IPv6 four.
std::string loopback() { return fmt::format("{:08X}", htonl(INADDR_LOOPBACK)); }
std::string mapped_loopback() { return fmt::format("{:016}{:08X}{}", 0, htonl(0xffff), loopback()); }

// The socket's inode: what links in /proc/PID/fd name it by. Nothing: no process of ours holds it.
std::optional<std::string> inode_in(const char* table, const std::string& address,
                                    LoopbackConnection connection) {
  auto const text = read_file(table);
  if (!text) return std::nullopt;
  auto const ends = fmt::format(" {0}:{1:04X} {0}:{2:04X} ", address, connection.from, connection.to);
  size_t const at = text.value().find(ends);
  if (at == std::string::npos) return std::nullopt;
  std::istringstream rest(text.value().substr(at + ends.size(), 200));
  std::string state, queues, timer, retransmits, timeout, inode;
  uid_t user = 0;
  rest >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
  if (!rest || user != ::geteuid() || inode == "0") return std::nullopt;
  return inode;
}

std::optional<std::string> inode_of(LoopbackConnection connection) {
  auto inode = inode_in("/proc/net/tcp", loopback(), connection);
  return inode ? inode : inode_in("/proc/net/tcp6", mapped_loopback(), connection);
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
  auto const inode = inode_of(connection);
  if (!inode) return false;
  auto const socket = fmt::format("socket:[{}]", *inode);
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
