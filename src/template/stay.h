// Which functions must never be swapped: those that the deployment itself waits for, and those that cannot
// run on the stub. Decided from the whole assembly, by what refers to what, across its stacks.
#pragma once

#include <map>
#include <string>

#include "template/assembly.h"

namespace live {

// Why functions keep their code, by logical id.
using Reasons = std::map<std::string, std::string>;

// By template file.
std::map<std::string, Reasons> functions_that_stay(Assembly& assembly);

}  // namespace live
