// IAM's actions: roles, policies and users, kept and handed out. What they mean is in policy.h and
// authorize.h.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_iam(World& world, Front& front);

}  // namespace live::cloud
