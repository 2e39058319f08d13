#include "live/stack_choice.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"

namespace live {
namespace {

bool needs(const AppStack& one, const std::string& other) {
  return std::ranges::find(one.dependencies, other) != one.dependencies.end();
}

// The names of all that are reached from `begin` by `leads`.
template <class Leads>
std::set<std::string> reached(const std::vector<AppStack>& stacks, const AppStack& begin, Leads leads) {
  std::set<std::string> found{begin.name};
  for (size_t before = 0; before != found.size();) {
    before = found.size();
    for (auto const& from : stacks)
      for (auto const& to : stacks)
        if (found.contains(from.name) && leads(from, to)) found.insert(to.name);
  }
  return found;
}

}  // namespace

std::vector<std::string> names_of(const std::vector<AppStack>& stacks) {
  std::vector<std::string> names;
  names.reserve(stacks.size());
  for (auto const& stack : stacks) names.push_back(stack.name);
  return names;
}

Result<AppStack> find_stack(const std::vector<AppStack>& stacks, std::string_view wanted,
                            std::string_view stage, std::string_view app) {
  auto const full = fmt::format("{}-{}-{}", stage, app, wanted);
  std::vector<AppStack> found;
  for (auto const& one : stacks) {
    if (one.name == wanted) return one;
    if (one.name == full || one.id == wanted || one.display_name == wanted) found.push_back(one);
  }
  if (found.size() == 1) return found.front();
  auto const names = names_of(stacks);
  if (found.size() > 1)
    return fault(
        fmt::format("\"{}\" may be {}: write the whole name", wanted, fmt::join(names_of(found), " or ")));
  auto close = nearest(full, names);
  if (!close) close = nearest(wanted, names);
  return fault(fmt::format("there is no stack \"{}\" in this app{}; it has {}", wanted,
                           close ? " (did you mean \"" + *close + "\"?)" : "",
                           names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

std::vector<AppStack> with_needs(const std::vector<AppStack>& stacks, const AppStack& stack) {
  auto const names =
      reached(stacks, stack, [](auto const& from, auto const& to) { return needs(from, to.name); });
  std::vector<AppStack> all;
  std::ranges::copy_if(stacks, std::back_inserter(all),
                       [&names](auto const& one) { return names.contains(one.name); });
  return all;
}

std::vector<std::string> needed_by(const std::vector<AppStack>& stacks, const AppStack& stack) {
  auto names = reached(stacks, stack, [](auto const& from, auto const& to) { return needs(to, from.name); });
  names.erase(stack.name);
  return {names.begin(), names.end()};
}

std::vector<AppStack> removal_order(const std::vector<AppStack>& stacks) {
  std::vector<AppStack> order;
  std::set<std::string> placed;
  for (size_t before = 1; before != 0;) {
    before = 0;
    for (auto const& stack : stacks) {
      bool const needed = std::ranges::any_of(stacks, [&](auto const& other) {
        return !placed.contains(other.name) && needs(other, stack.name);
      });
      if (needed || !placed.insert(stack.name).second) continue;
      order.push_back(stack);
      ++before;
    }
  }
  return order;  // a cycle cannot be deployed, and so is not there
}

}  // namespace live
