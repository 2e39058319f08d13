// Where we may make cgroups (version 2) that limit memory: in the one that we were started in, if it is ours
// alone, or beside it. Looks, and changes nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/result.h"

namespace live {

struct CgroupView {
  static CgroupView of_this_process();

  std::string own;     // /proc/self/cgroup
  std::string mounts;  // /proc/self/mountinfo
  // Under systemd, where ours is what it has delegated, and nothing else.
  std::function<bool(const std::filesystem::path& cgroup)> is_delegated{};
};

struct CgroupPlace {
  std::filesystem::path folder;
  // Whoever gives memory to its children may have no processes itself: we have to go into one of them.
  bool is_left_by_us = false;
};

// Fault: there is none; it says why, and under systemd what to do.
Result<CgroupPlace> find_cgroup_place(const CgroupView& view);

}  // namespace live
