#include "live/other_versions.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/language.h"

namespace live {
namespace {

struct Named {
  const char* name;
  const char* advice;
};

Named named(Language language) {
  switch (language) {
    case Language::node:
      return {"Node", "put that version of Node first in PATH"};
    case Language::python:
      return {"Python",
              "put that version of Python in PATH, or make a virtual environment of it beside them"};
    default:
      return {"Ruby", "put that version of Ruby first in PATH"};
  }
}

// As many numbers as the runtime's own version has: "22.x" is of Node 22.11.0, "3.13" of Python 3.13.1.
bool is_same(std::string_view wanted, std::string_view here) {
  if (wanted.ends_with(".x")) wanted.remove_suffix(2);
  return here.starts_with(wanted) && (here.size() == wanted.size() || here[wanted.size()] == '.');
}

}  // namespace

std::vector<std::string> other_versions(const std::vector<RunsOn>& functions) {
  std::map<std::pair<Language, std::string>, std::set<std::string>> others;
  for (auto const& one : functions)
    if (!is_same(version_of(one.runtime), one.version))
      others[{language_of(one.runtime), one.version}].insert(one.runtime);
  std::vector<std::string> warnings;
  for (auto const& [here, runtimes] : others) {
    auto const [name, advice] = named(here.first);
    warnings.push_back(
        fmt::format("Deployed, your functions run on {}; here they run on {} {}. To run what you deploy, {}",
                    fmt::join(runtimes, ", "), name, here.second, advice));
  }
  return warnings;
}

Async<std::vector<RunsOn>> what_runs(Host& host, LocalCode& code, std::vector<LocalFunction> functions) {
  auto const node = co_await host.node_version();
  std::vector<RunsOn> all;
  for (auto const& one : functions) {
    if (language_of(one.runtime) == Language::node && node.has_value())
      all.push_back({one.runtime, node.value()});
    if (!is_interpreted(one.runtime)) continue;
    auto const found = co_await code.interpreter(one);
    if (found.has_value()) all.push_back({one.runtime, found.value().version, found.value().program});
  }
  co_return all;
}

}  // namespace live
