// Drift: what a stack's resources have become since CloudFormation made them. Of types that debug stacks
// consist of; others are not checked, as on AWS where a type has no drift detection.
#pragma once

#include <string>

#include "cloud/cloudformation/stack.h"
#include "cloud/world.h"

namespace live::cloud::cloudformation {

// As DescribeStackResourceDrifts shows one: of a resource that has a physical id. Fault: its service refuses
// `call`.
Async<ApiResult<json::object>> drift_of(World& world, Call call, const Stack& stack, StackResource resource);

}  // namespace live::cloud::cloudformation
