#include "live/function_choice.h"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "live/local_source.h"

namespace live {
namespace {

using Functions = std::vector<DeployedFunction>;

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string lower(std::string_view text) {
  std::string lowered;
  for (char const c : text) lowered += char(std::tolower(static_cast<unsigned char>(c)));
  return lowered;
}

bool is_glob(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

std::string physical_name(const std::vector<StackState>& states, const AppFunction& function) {
  for (auto const& state : states) {
    if (state.name != function.stack) continue;
    for (auto const& resource : state.resources)
      if (resource.logical_id == function.logical_id && resource.nested_in == function.nested_in)
        return resource.physical_id;
  }
  return "";
}

bool has_whole_name(const DeployedFunction& one, const std::string& wanted) {
  return one.name == wanted || one.construct_path == wanted || one.logical_id == wanted;
}

bool has_glob(const DeployedFunction& one, const std::string& glob) {
  for (auto const& name : {one.construct_path, short_name(one), one.logical_id, one.name})
    if (!name.empty() && ::fnmatch(glob.c_str(), name.c_str(), 0) == 0) return true;
  return false;
}

bool has_part(const DeployedFunction& one, const std::string& wanted) {
  auto const part = lower(wanted);
  return lower(one.construct_path).find(part) != std::string::npos ||
         lower(one.name).find(part) != std::string::npos;
}

template <class Matches>
Functions those(const Functions& all, Matches matches) {
  Functions found;
  std::ranges::copy_if(all, std::back_inserter(found), matches);
  return found;
}

// Those that the closest reading names.
Functions named(const Functions& all, const std::string& wanted) {
  if (is_glob(wanted)) return those(all, [&](auto const& one) { return has_glob(one, wanted); });
  if (auto found = those(all, [&](auto const& one) { return has_whole_name(one, wanted); }); !found.empty())
    return found;
  if (auto found = those(all, [&](auto const& one) { return short_name(one) == wanted; }); !found.empty())
    return found;
  return those(all, [&](auto const& one) { return !one.of_the_cdk && has_part(one, wanted); });
}

std::vector<std::string> full_names(const Functions& all) {
  std::vector<std::string> names;
  for (auto const& one : all) names.push_back(full_name(one));
  return names;
}

Fault not_found(const Functions& all, const std::string& wanted) {
  auto const own = those(all, [](auto const& one) { return !one.of_the_cdk; });
  std::vector<std::string> names;
  for (auto const& one : own)
    for (auto const& name : {short_name(one), one.construct_path, one.name})
      if (!name.empty()) names.push_back(name);
  auto const close = nearest(wanted, names);
  return fault(Fault::Kind::not_found,
               fmt::format("there is no function \"{}\" in this app{}; it has {}", wanted,
                           close ? " (did you mean \"" + *close + "\"?)" : "",
                           own.empty() ? "none" : fmt::format("{}", fmt::join(full_names(own), ", "))));
}

}  // namespace

Functions deployed_functions(const std::vector<AppFunction>& functions,
                             const std::vector<StackState>& states) {
  Functions all;
  for (auto const& one : functions)
    all.push_back(
        {physical_name(states, one), one.construct_path, one.logical_id, one.stack, belongs_to_cdk(one)});
  return all;
}

std::string short_name(const DeployedFunction& function) { return last_part(full_name(function)); }

const std::string& full_name(const DeployedFunction& function) {
  if (!function.construct_path.empty()) return function.construct_path;
  return function.logical_id.empty() ? function.name : function.logical_id;
}

Result<DeployedFunction> find_function(const Functions& all, const std::string& wanted) {
  auto const found = named(all, wanted);
  if (found.empty()) return not_found(all, wanted);
  if (found.size() == 1) return found.front();
  return fault(
      fmt::format("\"{}\" may be {}: write more of its name", wanted, fmt::join(full_names(found), " or ")));
}

Result<Functions> find_functions(const Functions& all, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return those(all, [](auto const& one) { return !one.of_the_cdk; });
  Functions chosen;
  for (auto const& one : wanted) {
    auto const found = named(all, one);
    if (found.empty()) return not_found(all, one);
    chosen.insert(chosen.end(), found.begin(), found.end());
  }
  return those(all, [&chosen](auto const& one) { return std::ranges::find(chosen, one) != chosen.end(); });
}

}  // namespace live
