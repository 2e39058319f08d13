#include "live/bundling.h"

#include <algorithm>

namespace live {
namespace {

bool runs_from_its_entry(const LayerSource& layer) { return !layer.below.empty(); }

// Which one it is, AWS alone knows: it may be any of the app's.
bool is_unknown(const LayerSource& layer) { return layer.arn.empty() && layer.source.empty(); }

}  // namespace

std::vector<std::string> Bundling::left_out() const {
  std::vector<std::string> all(functions.begin(), functions.end());
  all.insert(all.end(), layers.begin(), layers.end());
  return all;
}

bool Bundling::allows(const std::vector<std::string>& unbundled) const {
  return std::ranges::none_of(unbundled, [this](auto const& one) { return needed.contains(one); });
}

Bundling bundling_of(const std::vector<AppFunction>& functions, const std::set<std::string>& live) {
  Bundling found;
  std::set<std::string> entries;
  bool any_is_needed = false;
  for (auto const& function : functions) {
    bool const runs_live = live.contains(function.construct_path);
    (runs_live ? found.functions : found.needed).insert(function.construct_path);
    for (auto const& layer : function.layers) {
      if (runs_from_its_entry(layer)) entries.insert(layer.name);
      if (!runs_live) found.needed.insert(layer.name);
      any_is_needed |= !runs_live && is_unknown(layer);
    }
  }
  if (any_is_needed) found.needed.insert(entries.begin(), entries.end());
  std::ranges::set_difference(entries, found.needed, std::inserter(found.layers, found.layers.end()));
  return found;
}

}  // namespace live
