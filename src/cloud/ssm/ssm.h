// SSM: the parameter store.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_ssm(World& world, Front& front);

}  // namespace live::cloud
