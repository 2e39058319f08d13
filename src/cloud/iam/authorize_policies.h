// The policies that are in force, parsed once and kept until something changes them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "cloud/iam/policy.h"
#include "cloud/store.h"

namespace live::cloud {

struct PrincipalPolicies {  // of a role or a user
  std::string role_arn;     // of a role: with its path
  std::vector<Policy> identity;
  std::optional<Policy> boundary;
  json::array tags;
};

class PolicyCache {
 public:
  PolicyCache(Store& store, Log& log) : store_(store), log_(log) {}  // borrowed

  const PrincipalPolicies& of_role(std::string_view name);
  const PrincipalPolicies& of_user(std::string_view name);
  // Of the resource with that ARN (bucket, topic, function, role); null: it has none.
  const Policy* of_resource(std::string_view service, std::string_view arn);
  const std::vector<Policy>& of_session(const std::string& documents);  // Caller::session_policies

  void forget_principals();
  void forget_resources() { resources_.clear(); }

 private:
  const PrincipalPolicies& of_principal(std::string_view kind, std::string_view name);
  Policy parsed(std::string_view text, PolicyUse use, std::string_view whose);
  Policy managed(std::string_view arn);
  std::optional<std::string> resource_document(std::string_view service, std::string_view arn);

  Store& store_;
  Log& log_;
  std::map<std::string, PrincipalPolicies, std::less<>> principals_;
  std::map<std::string, std::optional<Policy>, std::less<>> resources_;
  std::map<std::string, std::vector<Policy>> sessions_;
};

// The text of a managed policy, the account's or AWS's; empty: there is none of that ARN.
std::optional<std::string> managed_document(Store& store, std::string_view arn);

}  // namespace live::cloud
