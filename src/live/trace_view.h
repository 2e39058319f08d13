// The stack of an error as the developer reads it: their own code first, with its line; what packages and
// Node did in between is counted.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "live/terminal.h"

namespace live {

// `trace`: an error's, as the function's runtime gives it. Whole with --verbose.
std::vector<std::string> trace_lines(const json::array& trace, const Terminal& terminal);

// Its line of code, below its place: indented, ready to be printed.
std::vector<std::string> code_lines(const std::vector<std::string>& code, const Terminal& terminal);

}  // namespace live
