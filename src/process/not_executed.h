// Why the kernel starts no program of a file that is there: its own words name the file and mean what it
// begins with.
#pragma once

#include <filesystem>
#include <string>

namespace live {

// In words, with the next step; empty: `error` (of execve) says it.
std::string why_not_executed(const std::filesystem::path& file, int error);

}  // namespace live
