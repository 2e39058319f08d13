// A stage whose functions run live differs from the app by the stubs: that is one fact, and no change of each
// function, its role and its versions.
#pragma once

#include <string>
#include <vector>

#include "live/debug_stack.h"
#include "live/stack_diff.h"

namespace live {

// What the stubs may do on the debug stack: every function that runs live may.
void take_stub_permissions_out(std::vector<StackDiff>& diffs, const DebugStackAddress& debug_stack);

// Takes out of what a deployment of the real code would change whatever only ends the swap. Gives the
// functions that are deployed as stubs, by construct path, else logical id.
std::vector<std::string> take_swap_out(std::vector<StackDiff>& diffs);

}  // namespace live
