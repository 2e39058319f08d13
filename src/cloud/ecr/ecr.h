// ECR: repositories and their settings; no images.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_ecr(World& world, Front& front);

}  // namespace live::cloud
