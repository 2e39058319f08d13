// AWS_LAMBDA_EXEC_WRAPPER: a program that Lambda starts in the place of a managed runtime, with the runtime's
// command line as its arguments. Most are scripts in a layer, which set a variable or add an option.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
#pragma once

#include "runtime/launch.h"

namespace live {

constexpr const char* kExecWrapper = "AWS_LAMBDA_EXEC_WRAPPER";

// The wrapper names a file of a layer that is not among the program's.
bool lacks_exec_wrapper(const Program& program);

// Puts the wrapper before the command, where the function has one. Its process is its own: none can have
// waited for it.
void add_exec_wrapper(const Program& program, Launch& launch);

}  // namespace live
