// The builder's errors as the developer reads them: place, text, the line of code.
#pragma once

#include <string>
#include <vector>

#include "live/host_types.h"

namespace live {

std::string describe_errors(const std::vector<BuildMessage>& errors);

}  // namespace live
