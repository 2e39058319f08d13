#include "process/cgroup_place.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "process/systemd.h"

namespace live {
namespace {

namespace fs = std::filesystem;

struct Hierarchy {
  std::string root;  // of it, what the mount shows
  fs::path mount;
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

// "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw": any number of words before the "-".
std::optional<Hierarchy> hierarchy_in(const std::string& mounts) {
  constexpr size_t kRoot = 3, kMount = 4;
  std::istringstream lines(mounts);
  for (std::string line; std::getline(lines, line);) {
    auto const words = words_of(line);
    auto const separator = std::ranges::find(words, "-");
    if (words.size() <= kMount || separator == words.end() || separator + 1 == words.end()) continue;
    if (*(separator + 1) == "cgroup2") return Hierarchy{words[kRoot], words[kMount]};
  }
  return std::nullopt;
}

// "0::/user.slice/…": that of version 2 has no controllers of its own in this file.
std::optional<std::string> path_in(const std::string& own) {
  constexpr std::string_view kVersion2 = "0::";
  std::istringstream lines(own);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(kVersion2)) return line.substr(kVersion2.size());
  return std::nullopt;
}

Result<fs::path> own_folder(const CgroupView& view) {
  auto const hierarchy = hierarchy_in(view.mounts);
  auto const path = path_in(view.own);
  if (!hierarchy || !path) return fault("there is no cgroup v2 here");
  auto const below = fs::path(*path).lexically_relative(hierarchy->root);
  if (below.empty() || *below.begin() == "..")
    return fault(fmt::format("our cgroup {} is not to be seen in {}", *path, hierarchy->mount.string()));
  return below == "." ? hierarchy->mount : hierarchy->mount / below;
}

bool names_memory(const fs::path& file) {
  auto const text = read_file(file);
  return text && std::ranges::count(words_of(text.value()), "memory") > 0;
}

bool has_memory(const fs::path& cgroup) { return names_memory(cgroup / "cgroup.controllers"); }
bool gives_memory(const fs::path& cgroup) { return names_memory(cgroup / "cgroup.subtree_control"); }

bool may_write(const fs::path& cgroup) {
  return std::ranges::all_of(std::vector{cgroup, cgroup / "cgroup.procs", cgroup / "cgroup.subtree_control"},
                             [](auto const& path) { return ::access(path.c_str(), W_OK) == 0; });
}

// A service, a scope or a slice: systemd's, with all that lies beside it.
bool is_unit(const fs::path& cgroup) {
  return std::ranges::count(std::vector{".service", ".scope", ".slice"}, cgroup.extension()) > 0;
}

bool is_delegated(const fs::path& cgroup, const CgroupView& view) {
  return !view.is_delegated ||
         (cgroup.extension() != ".slice" && is_unit(cgroup) && view.is_delegated(cgroup));
}

// The machine's own alone has no type, and may have processes beside children.
bool is_root(const fs::path& cgroup) {
  std::error_code ignored;
  return !fs::exists(cgroup / "cgroup.type", ignored);
}

std::string delegation() {
  return fmt::format("systemd-run {}--scope -p Delegate=yes live start", ::geteuid() == 0 ? "" : "--user ");
}

bool has_others(const fs::path& cgroup) {
  auto const processes = read_file(cgroup / "cgroup.procs");
  auto const us = std::to_string(::getpid());
  return !processes || std::ranges::any_of(words_of(processes.value()), [&](auto& one) { return one != us; });
}

}  // namespace

CgroupView CgroupView::of_this_process() {
  auto const text = [](const char* file) {
    auto read = read_file(file);
    return read ? std::move(read.value()) : std::string();
  };
  CgroupView view{text("/proc/self/cgroup"), text("/proc/self/mountinfo")};
  if (has_systemd()) view.is_delegated = has_delegated;
  return view;
}

Result<CgroupPlace> find_cgroup_place(const CgroupView& view) {
  LIVE_TRY(auto const own, own_folder(view));
  auto const above = own.parent_path();
  bool const has_siblings = !is_root(own) && !(view.is_delegated && is_unit(own)) && gives_memory(above);
  if (has_siblings && may_write(above) && is_delegated(above, view)) return CgroupPlace{above};
  if (!has_memory(own)) return fault(fmt::format("{} has no memory controller", own.string()));
  bool const is_ours_alone = is_root(own) || !has_others(own);
  if (view.is_delegated && !(is_ours_alone && may_write(own) && is_delegated(own, view)))
    return fault(fmt::format("systemd has not given us {} alone; `{}` has one of its own",
                             own.filename().string(), delegation()));
  if (!may_write(own)) return fault(fmt::format("this user may make none in {}", own.string()));
  if (!is_ours_alone) return fault(fmt::format("others run in {} beside us", own.string()));
  return CgroupPlace{own, !is_root(own)};
}

}  // namespace live
