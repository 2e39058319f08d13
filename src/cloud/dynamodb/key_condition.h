// KeyConditionExpression: an equality on the partition key and at most one bound on the sort key.
#pragma once

#include "cloud/dynamodb/expression.h"
#include "cloud/dynamodb/items.h"

namespace live::cloud::dynamodb {

// Puts partition and range into the reading. Faults in DynamoDB's words.
ApiResult<void> narrow(Reading& reading, const Keys& keys, const Condition& condition);

}  // namespace live::cloud::dynamodb
