// A short run of the simulation, what it must have seen, and the bugs that it must find.
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "simulation/schedule.h"

namespace live::simulation {
namespace {

uint64_t seeds() {
  auto const* const wanted = std::getenv("LIVE_SIMULATION_SEEDS");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 2'000;
}

TEST(Simulation, EveryInvariantHoldsWhateverGoesWrong) {
  Counts counts;
  for (uint64_t seed = 0; seed < seeds(); ++seed) {
    Schedule schedule(seed);
    auto const outcome = schedule.run();
    counts.add(schedule.counts);
    ASSERT_EQ(outcome.violation, "") << "replay: relay_simulation --seed " << seed << " --verbose";
    EXPECT_GE(outcome.events, 200u) << "seed " << seed;
  }
  for (auto const* const what : Schedule::kMustHappen) EXPECT_GT(counts.of(what), 0u) << what;
}

// 27826: an answer was refused nine times in a row, with ever longer pauses, until its stub took that for
// silence.
TEST(Simulation, WhatOnceFoundSomethingFindsItNoMore) {
  for (uint64_t const seed : {27'826}) EXPECT_EQ(Schedule(seed).run().violation, "") << seed;
}

TEST(Simulation, ASeedIsOneSchedule) {
  auto const print_of = [](uint64_t seed) {
    std::string all;
    Schedule(seed, [&](const std::string& line) { all += line + "\n"; }).run();
    return all;
  };
  for (uint64_t const seed : {4, 5, 12}) {
    auto const once = print_of(seed);
    EXPECT_FALSE(once.empty());
    EXPECT_EQ(once, print_of(seed));
  }
}

TEST(Simulation, EveryPlantedBugIsFoundWithinTenThousandSeeds) {
  int planted = 0;
  for (auto const& plan : std::filesystem::directory_iterator(LIVE_SOURCE_DIR "/src/simulation/planted")) {
    ++planted;
    auto const name = plan.path().stem().string();
    auto const command =
        fmt::format("\"{}/planted/planted_{}\" --seeds 10000 --expect-violation", LIVE_BUILD_DIR, name);
    EXPECT_EQ(std::system(command.c_str()), 0) << name;
  }
  EXPECT_GE(planted, 10);
}

}  // namespace
}  // namespace live::simulation
