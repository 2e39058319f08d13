// AWS's order of decision within one account: an explicit deny anywhere; then a resource policy that names
// the caller; then boundary and session policy, each of which must allow; then the identity policies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/iam/policy.h"

namespace live::cloud {

struct Rules {
  std::vector<const Policy*> identity;
  const Policy* boundary = nullptr;    // none: no limit
  std::vector<const Policy*> session;  // none: no limit; several: one of them must allow
  const Policy* resource = nullptr;    // of the resource; a role's trust policy for sts:AssumeRole
  bool resource_must_allow = false;    // trust policies: the identity alone never suffices
};

enum class Decision {
  allowed,
  denied_by_identity,  // explicitly
  denied_by_boundary,
  denied_by_session,
  denied_by_resource,
  no_identity,  // nothing allows it
  no_boundary,
  no_session,
  no_resource,
};

Decision decide(const Rules& rules, const Question& question);

// "because no identity-based policy allows the s3:GetObject action", "with an explicit deny in …".
std::string reason_of(Decision decision, std::string_view action);

}  // namespace live::cloud
