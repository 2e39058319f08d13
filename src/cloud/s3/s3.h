// Amazon S3: buckets and versioned objects, over REST-XML and as actions for the other services.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_s3(World& world, Front& front);

}  // namespace live::cloud
