#include "base/nearest.h"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Nearest, ATypingErrorFindsItsWord) {
  std::vector<std::string> const known{"name", "stage", "region", "workersPerFunction"};
  EXPECT_EQ(nearest("nmae", known), "name");
  EXPECT_EQ(nearest("Stage", known), "stage");
  EXPECT_EQ(nearest("regoin", known), "region");
  EXPECT_EQ(nearest("workers_per_function", known), "workersPerFunction");
}

TEST(Nearest, WhatIsCloseToNothingGetsNoAdvice) {
  EXPECT_EQ(nearest("colour", {"name", "stage"}), std::nullopt);
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
  EXPECT_EQ(nearest("", {"name"}), std::nullopt);
}

TEST(Nearest, ASwapOfNeighboursIsOneEdit) {
  EXPECT_EQ(edits_between("strat", "start"), 1u);
  EXPECT_EQ(edits_between("abc", "abc"), 0u);
  EXPECT_EQ(edits_between("", "abc"), 3u);
}

}  // namespace
}  // namespace live
