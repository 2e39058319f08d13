// The way to a path: every name, in every real folder, whose change may lead the path elsewhere.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace live {

struct Trail {
  struct Step {
    std::filesystem::path folder;  // real: without symbolic links
    std::string name;
  };
  std::vector<Step> steps;  // links are followed, each of their own steps too; ends where nothing is there
  std::optional<std::filesystem::path> end;  // the real path, if there is something
};

Trail trail_to(const std::filesystem::path& path);  // an absolute one

}  // namespace live
