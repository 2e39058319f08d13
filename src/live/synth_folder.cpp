#include "live/synth_folder.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <string>

namespace live {
namespace {

bool is_left_over(const std::filesystem::path& folder) {
  auto const name = folder.filename().string();
  pid_t process = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
  bool const named = error == std::errc() && end == name.data() + name.size() && process > 0;
  return named && ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace

SynthFolder::SynthFolder(const std::filesystem::path& state_folder)
    : own_(state_folder / "synth" / std::to_string(::getpid())) {
  std::error_code ignored;
  for (auto const& one : std::filesystem::directory_iterator(own_.parent_path(), ignored))
    if (is_left_over(one.path())) std::filesystem::remove_all(one.path(), ignored);
}

SynthFolder::~SynthFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(own_, ignored);
}

}  // namespace live
