// AWS CloudFormation: stacks and change sets over the query protocol, resources made by the other services'
// actions.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

// The other services may be added before or after: they are called only once requests come.
void add_cloudformation(World& world, Front& front);

}  // namespace live::cloud
