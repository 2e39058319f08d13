#include "live/synth_folder.h"

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

TEST(SynthFolder, IsOfThisProcessAndGoesWithIt) {
  auto const state = TempDir::create().value();
  std::filesystem::path made;
  {
    SynthFolder const folder(state.path());
    made = folder.of("draft");
    ASSERT_TRUE(write_file(made / "manifest.json", "{}").has_value());
    EXPECT_NE(made.string().find(std::to_string(::getpid())), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(made));
}

TEST(SynthFolder, WhatAKilledProcessLeftIsRemovedAndALivingOnesStays) {
  auto const state = TempDir::create().value();
  pid_t const ended = ::fork();
  if (ended == 0) ::_exit(0);
  ::waitpid(ended, nullptr, 0);
  auto const left = state.path() / "synth" / std::to_string(ended) / "draft";
  auto const living = state.path() / "synth" / std::to_string(::getppid()) / "draft";
  std::filesystem::create_directories(left);
  std::filesystem::create_directories(living);
  SynthFolder const folder(state.path());
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(living));
}

}  // namespace
}  // namespace live
