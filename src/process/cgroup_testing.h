// A tree of cgroups in a folder of ours, with the files that the kernel would make.
#pragma once

#include <unistd.h>

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "process/cgroup.h"

namespace live {

class FakeCgroupTree final : public CgroupTree {
 public:
  bool make(const std::filesystem::path& folder) const override {
    if (!CgroupTree::make(folder)) return false;
    for (auto const* file : {"cgroup.type", "cgroup.procs", "cgroup.subtree_control", "cgroup.kill",
                             "memory.max", "memory.swap.max", "memory.oom.group", "memory.events"})
      EXPECT_TRUE(write_file(folder / file, ""));
    EXPECT_TRUE(write_file(folder / "cgroup.controllers", "cpu memory pids\n"));
    return true;
  }
  bool remove(const std::filesystem::path& folder) const override {
    std::error_code ignored;
    for (auto const& one : std::filesystem::directory_iterator(folder, ignored))
      if (one.is_directory()) return false;
    return !populated.contains(folder) && std::filesystem::remove_all(folder, ignored) > 0;
  }
  bool has_begun_in(int) const override { return true; }

  std::set<std::filesystem::path> populated;
};

struct CgroupTest : testing::Test {
  void SetUp() override { tree.make(scope()); }

  std::filesystem::path scope() const { return mount.path() / "scope"; }
  CgroupView view(std::string_view own = "/scope", std::string_view root = "/") const {
    return {
        fmt::format("1:name=systemd:/other\n0::{}\n", own),
        fmt::format(
            "29 23 0:25 / /sys rw shared:7 - sysfs sysfs rw\n30 29 0:26 {} {} rw shared:9 - cgroup2 c rw\n",
            root, mount.path().string())};
  }
  void write(const std::filesystem::path& file, std::string_view text) {
    ASSERT_TRUE(write_file(file, text));
  }
  static std::string text_of(const std::filesystem::path& file) { return read_file(file).value(); }

  FakeCgroupTree tree;
  TempDir mount = std::move(TempDir::create("cgroups").value());
};

}  // namespace live
