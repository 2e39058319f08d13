#include "cloud/iam/documents.h"

namespace live::cloud {

ApiResult<std::string> policy_document(const json::object& input, std::string_view member, PolicyUse use) {
  auto given = find(input, member);
  if (!given) {
    return api_error(
        400, "ValidationError",
        fmt::format("1 validation error detected: Value null at '{}' failed to satisfy constraint: "
                    "Member must not be null",
                    member));
  }
  auto text = given->is_string() ? std::string(given->get_string()) : json::serialize(*given);
  auto policy = Policy::parse(text, use);
  if (policy.has_error()) return api_error(400, "MalformedPolicyDocument", policy.error().message);
  return text;
}

}  // namespace live::cloud
