// The app's deployed functions, found by the names that people use: the physical one, the construct path, the
// logical id, a glob, or a part that only one of them has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "live/host_types.h"

namespace live {

struct DeployedFunction {
  std::string name;  // physical; empty: it is not deployed
  std::string construct_path, logical_id, stack;
  bool of_the_cdk = false;  // a custom resource's handler and the like
  bool operator==(const DeployedFunction&) const = default;
};

std::vector<DeployedFunction> deployed_functions(const std::vector<AppFunction>& functions,
                                                 const std::vector<StackState>& states);

// "Api": the last part of the construct path, else whatever name it has.
std::string short_name(const DeployedFunction& function);
// "shop/Orders/Api", for a message.
const std::string& full_name(const DeployedFunction& function);

// The whole name counts before a part. Fault: none, or several; it lists them.
Result<DeployedFunction> find_function(const std::vector<DeployedFunction>& all, const std::string& wanted);
// All that one of these names, globs or parts is of, in the order of `all`; without any, all but the CDK's.
// Fault: one of them is of none.
Result<std::vector<DeployedFunction>> find_functions(const std::vector<DeployedFunction>& all,
                                                     const std::vector<std::string>& wanted);

}  // namespace live
