// Amazon DynamoDB: tables, items, expressions, indexes, transactions.
#pragma once

#include "cloud/front.h"
#include "cloud/world.h"

namespace live::cloud {

void add_dynamodb(World& world, Front& front);

}  // namespace live::cloud
