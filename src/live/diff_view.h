// What a deployment would change, as the developer reads it.
#pragma once

#include <string>
#include <vector>

#include "live/host_types.h"
#include "live/terminal.h"

namespace live {

bool is_empty(const std::vector<StackDiff>& diffs);
std::string count_of_changes(const std::vector<StackDiff>& diffs);  // "3 changes, 1 loses data"
// Of all of them, also those without a change.
json::array to_json(const std::vector<StackDiff>& diffs);
// Grouped by stack: added, changed, replaced, removed, permissions, outputs. What costs data says so, in red.
void show_diffs(const std::vector<StackDiff>& diffs, Terminal& terminal);

}  // namespace live
