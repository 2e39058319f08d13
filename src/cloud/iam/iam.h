// IAM: roles, policies and users, kept and handed out; evaluation is not here.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_iam(World& world, Front& front);

}  // namespace live::cloud
