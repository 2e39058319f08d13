// Who may do what, decided before an action runs: by the caller's policies and the resource's own.
#pragma once

#include <optional>

#include "cloud/call.h"
#include "cloud/iam/authorize_policies.h"
#include "cloud/world.h"

namespace live::cloud {

class Authorizer final : public Guard {
 public:
  explicit Authorizer(World& world) : world_(world), cache_(world.store, world.log) {}
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;

  // Empty: allowed. The administrator (the account's root) may do everything but assume a role that does not
  // trust the account. A service that acts for
  // somebody (CloudFormation) is asked as that one; one that acts for itself needs a resource policy where
  // AWS wants one: to invoke a function, to assume a role.
  std::optional<ApiError> refuse(const Call& call) override;
  void ran(const Call& call) override;

 private:
  World& world_;
  PolicyCache cache_;
};

}  // namespace live::cloud
