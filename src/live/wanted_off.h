// Event source mappings that the app itself wants disabled, by its deployed templates.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/result.h"
#include "live/stacks.h"

namespace live {

// Physical ids, of these stacks and those nested in them.
Async<Result<std::set<std::string>>> mappings_wanted_off(Stacks& stacks, std::vector<std::string> names);

}  // namespace live
