#include "template/listed.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace live {

std::string listed(const std::set<std::string>& names) {
  constexpr size_t kShown = 3;
  std::vector<std::string> const all(names.begin(), names.end());
  if (all.size() <= kShown + 1) return fmt::format("{}", fmt::join(all, ", "));
  return fmt::format("{} and {} more", fmt::join(all.begin(), all.begin() + kShown, ", "),
                     all.size() - kShown);
}

}  // namespace live
