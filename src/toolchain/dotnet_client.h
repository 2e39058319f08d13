// Lambda's side of a class library of .NET: Lambda's own runtime has AWS's client of the Runtime API beside
// the function's assembly, and so do we.
#pragma once

#include <filesystem>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "toolchain/tool_run.h"

namespace live {

// The assembly that `dotnet exec` runs with the function's handler as its argument, built for what
// `framework` names ("net8.0"). Made once and kept beside what is made. `settings`: where NuGet begins to
// look for its configuration. Fault: NuGet could not fetch AWS's package, and what to do.
Async<Result<std::filesystem::path>> dotnet_client(ToolRun& run, std::string framework,
                                                   std::filesystem::path settings);

}  // namespace live
