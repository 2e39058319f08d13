// A zip as a folder.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace live {

// There with all its content, or not at all. Fault: it is no zip, or an entry of it would leave the folder.
Result<void> unpack(std::string_view zip, const std::filesystem::path& folder);

}  // namespace live
