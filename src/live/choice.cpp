#include "live/choice.h"

#include <fnmatch.h>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"

namespace live {
namespace {

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

const std::string& name_of(const Choice::Function& function) {
  return function.construct_path.empty() ? function.logical_id : function.construct_path;
}

const std::string* matching(const std::vector<std::string>& globs, const Choice::Function& function) {
  auto const found =
      std::ranges::find_if(globs, [&](auto const& glob) { return Choice::names(glob, function); });
  return found == globs.end() ? nullptr : &*found;
}

std::string listed(const std::vector<Choice::Function>& all) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (auto const& one : all) names.push_back(name_of(one));
  return names.empty() ? "the app has none" : fmt::format("the app has {}", fmt::join(names, ", "));
}

}  // namespace

bool Choice::names(const std::string& glob, const Function& function) {
  for (auto const& name : {function.construct_path, last_part(function.construct_path), function.logical_id})
    if (!name.empty() && ::fnmatch(glob.c_str(), name.c_str(), 0) == 0) return true;
  return false;
}

Result<void> Choice::check_globs(const Globs& globs, const std::vector<Function>& all) {
  for (auto const& glob : globs.patterns) {
    if (std::ranges::any_of(all, [&](auto const& one) { return names(glob, one); })) continue;
    std::vector<std::string> known;
    known.reserve(all.size());
    for (auto const& one : all) known.push_back(last_part(name_of(one)));
    auto const close = nearest(glob, known);
    return fault(fmt::format("{}: \"{}\" names no function{}; {}", globs.from, glob,
                             close ? " (did you mean \"" + *close + "\"?)" : "", listed(all)));
  }
  return outcome::success();
}

std::optional<std::string> Choice::leaves_out(const Function& function) const {
  if (!only_.patterns.empty() && !matching(only_.patterns, function))
    return fmt::format("{} does not name it", only_.from);
  if (auto const* glob = matching(except_.patterns, function))
    return fmt::format("{} names it ({})", except_.from, *glob);
  return std::nullopt;
}

Result<void> Choice::check(const std::vector<Function>& all) const {
  LIVE_TRY(check_globs(only_, all));
  LIVE_TRY(check_globs(except_, all));
  bool const chosen = !only_.patterns.empty() || !except_.patterns.empty();
  if (!chosen || std::ranges::any_of(all, [this](auto const& one) { return !leaves_out(one); }))
    return outcome::success();
  auto const& last = except_.patterns.empty() ? only_ : except_;
  return fault(fmt::format("{} leaves no function to run live; {}", last.from, listed(all)));
}

}  // namespace live
