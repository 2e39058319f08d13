// STS: who is calling, and credentials that end.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_sts(World& world, Front& front);

}  // namespace live::cloud
