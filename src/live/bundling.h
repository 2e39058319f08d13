// What of an app need not be bundled while functions of it run live: their code, and those of their layers
// that run from their entry, too, unless a deployed function has them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "live/synthesis.h"

namespace live {

struct Bundling {  // by construct path
  std::set<std::string> needed;
  std::set<std::string> functions, layers;  // that are left out

  std::vector<std::string> left_out() const;
  // None of these has to be bundled.
  bool allows(const std::vector<std::string>& unbundled) const;
};

// `live`: construct paths of those that run live.
Bundling bundling_of(const std::vector<AppFunction>& functions, const std::set<std::string>& live);

}  // namespace live
