// The processes that a measurement is spread over, as /proc shows them.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "process/process.h"

namespace live::cli::bench {

struct Seen {
  enum class Role { cloud, stub, client, host, toolkit, worker };
  pid_t pid = 0;
  Role role{};
  std::string command;
  double rss_mb = 0;
};
std::string_view to_string(Seen::Role role);

constexpr pid_t kNoProcess = 0;
// The embedded AWS with its children (stubs), `live start` with its own (host processes and workers).
std::vector<Seen> processes_of(pid_t cloud, pid_t client);
// The largest; of host and of toolkit, with the app's processes, the sum.
double rss_mb(const std::vector<Seen>& processes, Seen::Role role);

bool is_there(pid_t pid);
std::vector<std::pair<std::string, std::string>> environment_of(pid_t pid);
std::filesystem::path program_of(pid_t pid);

struct Machine {
  std::string processor, kernel;
  int cores = 0;
  double memory_gb = 0;
  double load = 0;  // of the last minute
};
Machine this_machine();

}  // namespace live::cli::bench
