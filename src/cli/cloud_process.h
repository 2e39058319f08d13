// The embedded AWS as a process of its own: found through the file it leaves in its state folder, started in
// the background when it is not there.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace live::cli {

struct RunningCloud {
  pid_t pid = 0;
  uint16_t port = 0;
  std::string endpoint;  // "http://127.0.0.1:4566"
  std::string access_key, secret_key, account;
};

std::filesystem::path default_cloud_state();  // ~/.live/cloud

// The file that a running cloud keeps in its state folder.
Result<void> write_run_file(const std::filesystem::path& state, const RunningCloud& cloud);
void remove_run_file(const std::filesystem::path& state);

// Nothing: none runs there, whatever a stale file says. Blocks while the one that runs is busy, for 11 s at
// most.
std::optional<RunningCloud> find_cloud(const std::filesystem::path& state);

// The one that runs there, or a new one with these options (`--latency`, …): detached, its lines in
// STATE/cloud.log. Returns when it answers.
Result<RunningCloud> ensure_cloud(const std::filesystem::path& state = default_cloud_state(),
                                  std::vector<std::string> options = {});

// Changes what goes wrong in the one that runs there, unless `spec` is empty, and says what it is now.
Result<std::string> cloud_faults(const std::filesystem::path& state, const std::string& spec);

Result<bool> stop_cloud(const std::filesystem::path& state);  // false: none ran. Returns when it is gone.

}  // namespace live::cli
