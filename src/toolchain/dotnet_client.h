// Lambda's side of a function in .NET, which `live` builds of a few lines: what a class library runs by,
// since Lambda's own runtime has AWS's client of the Runtime API beside the function's assembly, and what a
// process tells of its debugger by.
#pragma once

#include <filesystem>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "toolchain/tool_run.h"

namespace live {

// Both are built for what `framework` names ("net8.0"), once, and kept beside what is made. `settings`: where
// NuGet begins to look for its configuration.

// The assembly that `dotnet exec` runs with the function's handler as its argument. Fault: NuGet could not
// fetch AWS's package, and what to do.
Async<Result<std::filesystem::path>> dotnet_client(ToolRun& run, std::string framework,
                                                   std::filesystem::path settings);

// The assembly that .NET loads before a program's own first line (DOTNET_STARTUP_HOOKS): it answers what
// runtime/dotnet_probe.h asks, and waits for a debugger where it is told to.
Async<Result<std::filesystem::path>> dotnet_debugger_hook(ToolRun& run, std::string framework,
                                                          std::filesystem::path settings);

}  // namespace live
