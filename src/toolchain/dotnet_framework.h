// For which .NET a project is built: one that is for several (TargetFrameworks) leaves the choice to us.
// Decides by texts; asks no tool.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace live {

// Those that the project's file names, or a Directory.Build.props above it. Empty: it is for one.
std::vector<std::string> target_frameworks(const std::filesystem::path& project_file);

int major_version(const std::string& framework);  // 8 of "net8.0"; 0: it is none that programs run by

// Of what `dotnet --list-runtimes` says: "net8.0", "netcoreapp3.1".
std::vector<std::string> frameworks_here(std::string_view runtimes);

// That of the function's runtime; of provided.* the newest that is `here`. Fault: there is none among them.
Result<std::string> framework_for(std::string_view runtime, const std::vector<std::string>& targets,
                                  const std::vector<std::string>& here);

}  // namespace live
