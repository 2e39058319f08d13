// CloudWatch Logs: groups, streams and events.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_logs(World& world, Front& front);

}  // namespace live::cloud
