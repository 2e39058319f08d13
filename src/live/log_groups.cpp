#include "live/log_groups.h"

#include <set>

#include "base/file.h"

namespace live {

std::vector<std::string> NotedLogGroups::all() const {
  std::vector<std::string> names;
  auto const text = read_file(file_);
  if (text.has_error()) return names;
  std::string_view rest = text.value();
  while (!rest.empty()) {
    size_t const end = std::min(rest.find('\n'), rest.size());
    if (end > 0) names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return names;
}

Result<void> NotedLogGroups::add(const std::vector<std::string>& names) {
  auto const before = all();
  std::set<std::string> noted(before.begin(), before.end());
  noted.insert(names.begin(), names.end());
  if (noted.size() == before.size()) return outcome::success();
  std::string text;
  for (auto const& name : noted) text += name + "\n";
  return write_file(file_, text);
}

void NotedLogGroups::forget() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

}  // namespace live
