// EC2: the network that every account of AWS begins with, a default VPC in each region. It is read, not
// changed, and no packet goes through it.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_ec2(World& world, Front& front);

}  // namespace live::cloud
