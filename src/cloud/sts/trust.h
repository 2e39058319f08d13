// Whether a role's trust policy lets somebody assume it. Knows the conditions on sts:ExternalId and
// aws:SourceAccount; a statement with another condition does not match.
#pragma once

#include <string>
#include <string_view>

#include "cloud/call.h"

namespace live::cloud {

bool trusts(const json::object& trust_policy, const Caller& caller, std::string_view external_id);

}  // namespace live::cloud
