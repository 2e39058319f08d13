// One stack of an app among the others: found by a name that people use, with what it needs and who needs it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "live/host_types.h"

namespace live {

std::vector<std::string> names_of(const std::vector<AppStack>& stacks);

// By its name, by that without "STAGE-APP-", or by its construct path. Fault: none, or several; it lists
// them.
Result<AppStack> find_stack(const std::vector<AppStack>& stacks, std::string_view wanted,
                            std::string_view stage, std::string_view app);
// It and all that it needs, in the order of `stacks`.
std::vector<AppStack> with_needs(const std::vector<AppStack>& stacks, const AppStack& stack);
// Names of those that need it, by way of others too.
std::vector<std::string> needed_by(const std::vector<AppStack>& stacks, const AppStack& stack);
// Those that need others first.
std::vector<AppStack> removal_order(const std::vector<AppStack>& stacks);

}  // namespace live
