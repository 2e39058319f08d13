// Names in a message: the first few, and how many more there are.
#pragma once

#include <set>
#include <string>

namespace live {

std::string listed(const std::set<std::string>& names);  // "a, b, c and 7 more"

}  // namespace live
