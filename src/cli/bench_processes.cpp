#include "cli/bench_processes.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace live::cli::bench {
namespace {

std::filesystem::path entry(pid_t pid, std::string_view name) {
  return std::filesystem::path("/proc") / std::to_string(pid) / name;
}

std::string contents(const std::filesystem::path& file) {  // /proc has no sizes
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The number behind "VmRSS:" and its like, as it stands there.
double field(std::string_view text, std::string_view name) {
  auto const at = text.find(name);
  return at == text.npos ? 0 : std::atof(text.substr(at + name.size()).data());
}

std::string word_field(std::string_view text, std::string_view name) {
  auto const at = text.find(name);
  if (at == text.npos) return "";
  auto const start = text.find_first_not_of(" \t:", at + name.size());
  return std::string(text.substr(start, text.find('\n', start) - start));
}

std::string command_of(pid_t pid) {
  auto text = contents(entry(pid, "cmdline"));
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (auto& c : text)
    if (c == '\0') c = ' ';
  return text;
}

std::multimap<pid_t, pid_t> children() {
  std::multimap<pid_t, pid_t> by_parent;
  std::error_code failed;
  for (auto const& one : std::filesystem::directory_iterator("/proc", failed)) {
    auto const name = one.path().filename().string();
    pid_t pid = 0;
    auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    by_parent.emplace(static_cast<pid_t>(field(contents(entry(pid, "status")), "PPid:")), pid);
  }
  return by_parent;
}

Seen::Role role_of(Seen::Role parent, std::string_view command) {
  if (parent == Seen::Role::cloud) return Seen::Role::stub;
  if (parent == Seen::Role::client && command.find("/host/") == command.npos) return Seen::Role::worker;
  if (parent != Seen::Role::client) return parent;
  return command.find("/toolkit.mjs") == command.npos ? Seen::Role::host : Seen::Role::toolkit;
}

void add(std::vector<Seen>& all, const std::multimap<pid_t, pid_t>& by_parent, pid_t pid, Seen::Role role) {
  auto const kb = field(contents(entry(pid, "status")), "VmRSS:");
  if (kb == 0) return;  // it has just ended
  all.push_back({pid, role, command_of(pid), kb / 1024});
  auto const [from, to] = by_parent.equal_range(pid);
  for (auto at = from; at != to; ++at) add(all, by_parent, at->second, role_of(role, command_of(at->second)));
}

}  // namespace

std::string_view to_string(Seen::Role role) {
  static constexpr std::string_view names[] = {"cloud", "stub", "client", "host", "toolkit", "worker"};
  return names[static_cast<size_t>(role)];
}

std::vector<Seen> processes_of(pid_t cloud, pid_t client) {
  std::vector<Seen> all;
  auto const by_parent = children();
  add(all, by_parent, cloud, Seen::Role::cloud);
  add(all, by_parent, client, Seen::Role::client);
  return all;
}

double rss_mb(const std::vector<Seen>& processes, Seen::Role role) {
  bool const all_of_it = role == Seen::Role::host || role == Seen::Role::toolkit;
  double result = 0;
  for (auto const& one : processes) {
    if (one.role != role) continue;
    result = all_of_it ? result + one.rss_mb : std::max(result, one.rss_mb);
  }
  return result;
}

bool is_there(pid_t pid) { return std::filesystem::exists(entry(pid, "status")); }

std::vector<std::pair<std::string, std::string>> environment_of(pid_t pid) {
  std::vector<std::pair<std::string, std::string>> variables;
  std::istringstream all(contents(entry(pid, "environ")));
  for (std::string one; std::getline(all, one, '\0');)
    if (auto const equals = one.find('='); equals != one.npos)
      variables.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  return variables;
}

std::filesystem::path program_of(pid_t pid) {
  std::error_code failed;
  return std::filesystem::read_symlink(entry(pid, "exe"), failed);
}

Machine this_machine() {
  Machine machine;
  utsname name{};
  if (::uname(&name) == 0) machine.kernel = fmt::format("{} {} {}", name.sysname, name.release, name.machine);
  machine.processor = word_field(contents("/proc/cpuinfo"), "model name");
  machine.cores = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  machine.memory_gb = field(contents("/proc/meminfo"), "MemTotal:") / 1024 / 1024;
  double loads[1] = {};
  if (::getloadavg(loads, 1) == 1) machine.load = loads[0];
  return machine;
}

}  // namespace live::cli::bench
