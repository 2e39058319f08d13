#include "process/cgroup_place.h"

#include "process/cgroup_testing.h"

namespace live {
namespace {

using testing::HasSubstr;

struct CgroupPlaceTest : CgroupTest {
  std::string why_none(const CgroupView& view) {
    auto const place = find_cgroup_place(view);
    return place ? "there is one at " + place.value().folder.string() : place.error().message;
  }
};

TEST_F(CgroupPlaceTest, OursHasToBeLeftByUs) {
  auto const place = find_cgroup_place(view()).value();
  EXPECT_EQ(place.folder, scope());
  EXPECT_TRUE(place.is_left_by_us);
}

TEST_F(CgroupPlaceTest, BesideOursNobodyHasToMoveWhereTheOneAboveGivesMemory) {
  tree.make(scope() / "main");
  write(scope() / "cgroup.subtree_control", "memory pids\n");
  auto const place = find_cgroup_place(view("/scope/main")).value();
  EXPECT_EQ(place.folder, scope());
  EXPECT_FALSE(place.is_left_by_us);
}

TEST_F(CgroupPlaceTest, TheMachinesOwnMayHaveProcessesBesideChildren) {
  tree.make(mount.path() / "as the kernel makes it");
  write(mount.path() / "cgroup.controllers", "memory\n");
  write(mount.path() / "cgroup.procs", "1\n2\n");
  write(mount.path() / "cgroup.subtree_control", "");
  auto const place = find_cgroup_place(view("/")).value();
  EXPECT_EQ(place.folder, mount.path());
  EXPECT_FALSE(place.is_left_by_us);
}

TEST_F(CgroupPlaceTest, AMountMayShowAPartOfTheTree) {
  EXPECT_EQ(find_cgroup_place(view("/docker/1/scope", "/docker/1")).value().folder, scope());
  EXPECT_THAT(why_none(view("/docker/2/scope", "/docker/1")), HasSubstr("is not to be seen in"));
}

TEST_F(CgroupPlaceTest, NoneWithoutVersion2) {
  EXPECT_EQ(why_none({"4:memory:/\n", "30 29 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"}),
            "there is no cgroup v2 here");
}

TEST_F(CgroupPlaceTest, NoneWhereMemoryIsVersion1s) {
  write(scope() / "cgroup.controllers", "cpu\n");
  EXPECT_THAT(why_none(view()), HasSubstr("has no memory controller"));
}

TEST_F(CgroupPlaceTest, NoneWhereOthersWouldHaveToMove) {
  write(scope() / "cgroup.procs", fmt::format("{}\n", ::getpid()));
  EXPECT_TRUE(find_cgroup_place(view()));
  write(scope() / "cgroup.procs", fmt::format("{}\n1\n", ::getpid()));
  EXPECT_THAT(why_none(view()), HasSubstr("others run in"));
}

TEST_F(CgroupPlaceTest, NoneWhereWeMayNotWrite) {
  std::filesystem::remove(scope() / "cgroup.subtree_control");
  EXPECT_THAT(why_none(view()), HasSubstr("this user may make none in"));
}

struct UnderSystemd : CgroupPlaceTest {
  void SetUp() override { tree.make(unit); }

  CgroupView managed(std::string_view own) {
    auto one = view(own);
    one.is_delegated = [this](auto const& cgroup) { return delegated.contains(cgroup); };
    return one;
  }
  std::filesystem::path const unit = mount.path() / "run-1.scope";
  std::set<std::filesystem::path> delegated;
};

TEST_F(UnderSystemd, OnlyWhatItHasDelegated) {
  EXPECT_THAT(why_none(managed("/run-1.scope")),
              HasSubstr("systemd has not given us run-1.scope alone; `systemd-run "));
  delegated.insert(unit);
  auto const place = find_cgroup_place(managed("/run-1.scope")).value();
  EXPECT_EQ(place.folder, unit);
  EXPECT_TRUE(place.is_left_by_us);
}

TEST_F(UnderSystemd, NotWhereOthersRunInADelegatedUnit) {
  delegated.insert(unit);
  write(unit / "cgroup.procs", "1\n");
  EXPECT_THAT(why_none(managed("/run-1.scope")), HasSubstr("run-1.scope alone"));
}

TEST_F(UnderSystemd, BesideOursInADelegatedUnit) {
  delegated.insert(unit);
  tree.make(unit / "live");
  write(unit / "cgroup.subtree_control", "memory\n");
  EXPECT_EQ(find_cgroup_place(managed("/run-1.scope/live")).value().folder, unit);
}

TEST_F(UnderSystemd, NeverBesideAUnitThoughTheOneAboveIsDelegatedToTheUsersSystemd) {
  tree.make(unit / "init.scope");
  write(unit / "cgroup.subtree_control", "memory\n");
  delegated.insert(unit);
  EXPECT_THAT(why_none(managed("/run-1.scope/init.scope")),
              HasSubstr("systemd has not given us init.scope alone"));
}

}  // namespace
}  // namespace live
