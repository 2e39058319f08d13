// What a deployment would do, resource by resource, as DescribeChangeSet shows it.
#pragma once

#include "cloud/cloudformation/prepared.h"

namespace live::cloud::cloudformation {

struct ChangePlan {
  json::array changes;
  bool beside_resources = false;  // outputs or tags differ
  bool empty() const { return changes.empty() && !beside_resources; }
};

// `prepared` was made to foretell. Marks in its resolver what is going to be replaced.
ApiResult<ChangePlan> plan_changes(const Stack& stack, const Source& source, Prepared& prepared);

}  // namespace live::cloud::cloudformation
