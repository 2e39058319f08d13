// AWS's own managed policies: those that a CDK app commonly attaches, with what they allow.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace live::cloud {

struct ManagedPolicy {
  std::string arn, name, path;
  std::string document;
};

std::optional<ManagedPolicy> find_managed(std::string_view arn);

}  // namespace live::cloud
