#include "cli/command.h"

#include <cstdlib>

#include <fmt/format.h>

namespace live::cli {

std::filesystem::path live_home() {
  if (auto set = std::getenv("LIVE_HOME"); set && *set) return set;
  if (auto home = std::getenv("HOME"); home && *home) return std::filesystem::path(home) / ".live";
  return std::filesystem::temp_directory_path() / "live";
}

std::filesystem::path own_program() {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/self/exe", failed);
}

std::filesystem::path shipped_folder(std::string_view name) {
  for (auto folder = own_program().parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    for (auto const& candidate : {folder / name, folder / "share" / "live" / name}) {
      if (std::filesystem::is_directory(candidate)) return candidate;
    }
  }
  return {};
}

std::filesystem::path runtimes_folder() {
  if (auto set = std::getenv("LIVE_RUNTIMES"); set && *set) return set;
  return shipped_folder("runtimes");
}

int report(const Fault& fault) {
  fmt::print(stderr, "live: {}\n", fault.message);
  return 1;
}

}  // namespace live::cli
