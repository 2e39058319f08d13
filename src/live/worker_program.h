// What a worker of a function runs, and in which environment.
#pragma once

#include <string_view>

#include "live/code.h"
#include "live/fleet_options.h"
#include "live/function_table.h"
#include "runtime/worker.h"

namespace live {

// `variables`: of the remote environment that calls.
Program program_for(const LocalFunction& function, const Environment& variables, const Code::Ready& ready,
                    const FleetOptions& options);

// A variable that belongs to the machine that the process runs on, not to the function.
bool is_of_the_machine(std::string_view name);

// Empty: it is not there.
std::string_view value_of(const Environment& variables, std::string_view name);

}  // namespace live
