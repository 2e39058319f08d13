// The stack of an error as the developer reads it: their own code first, with its line; what packages and
// Node did in between is counted.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "live/terminal.h"

namespace live {

// The stack in an error's envelope, the innermost frame first; empty: it has none.
json::array trace_of(const json::object& envelope);

// Whole with --verbose.
std::vector<std::string> trace_lines(const json::array& trace, const Terminal& terminal);

// Its line of code, below its place: indented, ready to be printed.
std::vector<std::string> code_lines(const std::vector<std::string>& code, const Terminal& terminal);

}  // namespace live
