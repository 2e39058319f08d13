// A function's code as the tool of its language takes it.
#pragma once

#include "live/function_table.h"
#include "toolchain/project.h"

namespace live {

ToolSource tool_source(const LocalFunction& function);

}  // namespace live
