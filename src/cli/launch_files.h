// What IDEs read to attach to the functions that a session runs: .vscode/launch.json, and .run/ of JetBrains.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace live::cli {

enum class Ide { vscode, jetbrains };

// Told of each file: its path in the app, "written", "changed" or "unchanged", and what to say.
using ToldOfFile =
    std::function<void(std::string_view file, std::string_view status, const std::string& said)>;

// For each function that has a debug port by now; false: none has. What is there stays. Fault: launch.json is
// no JSON.
Result<bool> write_launch_files(Ide ide, const std::filesystem::path& app, const ToldOfFile& told);

}  // namespace live::cli
