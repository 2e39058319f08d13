// Programs that were built for another processor than this machine's, as functions on arm64 are on a laptop
// of x86: Linux starts them through QEMU where it is installed.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace live {

// The program to start `executable` through; empty when this machine runs it by itself. Fault: it is for
// another processor and there is no emulator on `path` (as in PATH).
Result<std::string> emulator_for(const std::filesystem::path& executable, std::string_view path);

}  // namespace live
