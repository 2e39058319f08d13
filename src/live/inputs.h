// What the app's stacks are made of, to be watched: files; where the app's language does not tell which, all
// sources below its folder.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "watch/watch.h"

namespace live {

struct Inputs {
  struct Sources {
    std::filesystem::path folder;
    std::vector<std::string> names, ignore;     // globs: of the files that count, of folders that do not
    std::vector<std::filesystem::path> except;  // folders of handlers' code
  };
  std::vector<std::filesystem::path> files;  // they need not exist
  std::optional<Sources> sources;
};

class FollowedInputs {
 public:
  explicit FollowedInputs(Watch& watch) : watch_(watch) {}  // borrowed

  void add(const Inputs& inputs);  // what was there before stays watched
  // Whether any of the changes is one of the app. A folder's watch sees others too.
  bool concern(const Changes& changes) const;

 private:
  bool is_source(const std::filesystem::path& path) const;

  Watch& watch_;
  std::set<std::filesystem::path> files_;
  std::optional<Inputs::Sources> sources_;
  std::set<std::filesystem::path> handlers_;  // of every synthesis: one that fails tells none
};

}  // namespace live
