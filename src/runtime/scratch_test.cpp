#include "runtime/scratch.h"

#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

namespace fs = std::filesystem;

struct ScratchTest : testing::Test {
  size_t left() const { return size_t(std::distance(fs::directory_iterator(place.path()), {})); }
  TempDir place = std::move(TempDir::create("scratch").value());
};

TEST_F(ScratchTest, EachWorkerHasAFolderThatIsGoneWithIt) {
  Scratch scratch(place.path());
  EXPECT_EQ(left(), 0);
  auto one = scratch.folder(), other = scratch.folder();
  ASSERT_TRUE(one && other);
  EXPECT_NE(one.value().path(), other.value().path());
  EXPECT_EQ(fs::status(one.value().path()).permissions(), fs::perms::owner_all);
  fs::path gone;
  {
    auto third = scratch.folder();
    gone = third.value().path();
    ASSERT_TRUE(write_file(gone / "file", "text"));
  }
  EXPECT_FALSE(fs::exists(gone));
  EXPECT_TRUE(fs::exists(one.value().path()));
}

TEST_F(ScratchTest, NothingIsLeftAtTheEnd) {
  {
    Scratch scratch(place.path());
    scratch.folder().value().keep();
    EXPECT_EQ(left(), 1);
  }
  EXPECT_EQ(left(), 0);
}

TEST_F(ScratchTest, WhatAKilledOneHasLeftTheNextOneRemovesAndNothingElse) {
  Scratch running(place.path());
  auto const kept = running.folder();
  ASSERT_TRUE(write_file(place.path() / "live-tmp-file", "not ours"));
  pid_t const other = ::fork();
  if (other == 0) {
    Scratch killed(place.path());
    killed.folder().value().keep();
    ::_exit(0);
  }
  ::waitpid(other, nullptr, 0);
  EXPECT_EQ(left(), 3);
  Scratch const next(place.path());
  EXPECT_EQ(left(), 2);
  EXPECT_TRUE(fs::exists(kept.value().path()));
}

TEST_F(ScratchTest, WhereNoFolderCanBeMadeThePlaceIsNamed) {
  Scratch scratch(place.path() / "absent");
  auto const folder = scratch.folder();
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, testing::HasSubstr("absent"));
}

}  // namespace
}  // namespace live
