#include "live/other_versions.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "runtime/language.h"
#include "runtime/launchers.h"

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
    case Language::java:
      return {"Java", "put that version of Java first in PATH, and in JAVA_HOME for what builds"};
    default:
      return {"Ruby", "put that version of Ruby first in PATH"};
  }
}

// As many numbers as the runtime's own version has: "22.x" is of Node 22.11.0, "3.13" of Python 3.13.1,
// "8.al2" of Java 1.8.0_412.
bool is_same(std::string_view wanted, std::string_view here) {
  for (std::string_view const end : {".x", ".al2"})
    if (wanted.ends_with(end)) wanted.remove_suffix(end.size());
  if (here.starts_with("1.")) here.remove_prefix(2);
  return here.starts_with(wanted) && (here.size() == wanted.size() || here[wanted.size()] == '.');
}

// JAVA_VERSION="21.0.8" among the lines of a JDK's `release`.
std::string version_in(std::string_view release) {
  constexpr std::string_view key = "JAVA_VERSION=\"";
  auto const at = release.find(key);
  if (at == release.npos || (at > 0 && release[at - 1] != '\n')) return "";
  auto const value = release.substr(at + key.size());
  return std::string(value.substr(0, value.find('"')));
}

}  // namespace

std::string java_version(const std::filesystem::path& java) {
  std::error_code failed;
  auto folder = std::filesystem::canonical(java, failed).parent_path();
  for (int up = 0; up < 2 && !failed; ++up) {  // JDK_HOME/bin/java, and of Java 8 JDK_HOME/jre/bin/java
    folder = folder.parent_path();
    if (auto const text = read_file(folder / "release")) return version_in(text.value());
  }
  return "";
}

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
  auto const java = java_version(on_path("java", ours("PATH", "/usr/local/bin:/usr/bin:/bin")));
  for (auto const& one : functions) {
    if (language_of(one.runtime) == Language::node && node.has_value())
      all.push_back({one.runtime, node.value()});
    if (language_of(one.runtime) == Language::java && !java.empty()) all.push_back({one.runtime, java});
    if (!is_interpreted(one.runtime)) continue;
    auto const found = co_await code.interpreter(one);
    if (found.has_value()) all.push_back({one.runtime, found.value().version, found.value().program});
  }
  co_return all;
}

}  // namespace live
