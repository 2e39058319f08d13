// Amazon SNS: topics, subscriptions, and delivery to Lambda functions.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_sns(World& world, Front& front);

}  // namespace live::cloud
