// Lambda: functions kept in memory and on disk, run as local processes, one environment a concurrent call.
#pragma once

#include <chrono>
#include <vector>

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

struct LambdaOptions {
  std::chrono::seconds idle_environment{300};    // ended when unused for longer
  std::chrono::milliseconds init_limit{10'000};  // Lambda quota
  // Before the second and the third attempt of an event whose function failed.
  std::vector<std::chrono::milliseconds> retry_delays{std::chrono::minutes(1), std::chrono::minutes(2)};
};

// Needs sts.AssumeRole, s3.GetObject and logs.* in world.actions when a function is created or run.
void add_lambda(World& world, Front& front, LambdaOptions options = {});

}  // namespace live::cloud
