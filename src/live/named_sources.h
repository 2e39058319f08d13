// Where the sources of functions lie that the CDK does not tell: live.functions in live.json.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "live/synthesis.h"

namespace live {

using NamedSources =
    std::vector<std::pair<std::string, std::string>>;  // glob of functions → path, as written

// A folder, an entry file that is bundled, or an archive. Fault: a glob names no function, or a path is not
// there.
Result<void> apply(const NamedSources& named, const std::filesystem::path& app_folder,
                   std::vector<AppFunction>& functions);

}  // namespace live
