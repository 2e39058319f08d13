#include "cloud/iam/documents.h"

namespace live::cloud {

namespace {

ApiError malformed(std::string message) {
  return api_error(400, "MalformedPolicyDocument", std::move(message));
}

ApiResult<void> check_statement(const json::value& value, PolicyUse use) {
  auto statement = value.if_object();
  if (!statement) return malformed("Syntax errors in policy.");
  auto has = [statement](std::string_view name) { return statement->contains(name); };
  auto effect = string_or(*statement, "Effect");
  if (effect != "Allow" && effect != "Deny") return malformed("Missing required field Effect");
  if (has("Action") == has("NotAction")) return malformed("Policy statement must contain actions.");
  if (use == PolicyUse::identity) {
    if (has("Principal") || has("NotPrincipal"))
      return malformed("Policy document should not specify a principal.");
    if (has("Resource") == has("NotResource")) return malformed("Policy statement must contain resources.");
  } else {
    if (has("Resource") || has("NotResource")) return malformed("Has prohibited field Resource");
    if (has("Principal") == has("NotPrincipal")) return malformed("AssumeRolepolicy contained no principal");
  }
  return outcome::success();
}

}  // namespace

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
  auto document = parse_json_object(text);
  if (document.has_error()) return malformed("This policy contains invalid Json");
  auto version = string_or(document.value(), "Version", "2008-10-17");
  if (version != "2012-10-17" && version != "2008-10-17")
    return malformed("Policy document must be version 2012-10-17 or greater.");
  auto statements = find(document.value(), "Statement");
  if (!statements) return malformed("Syntax errors in policy.");
  if (auto list = statements->if_array()) {
    if (list->empty()) return malformed("Syntax errors in policy.");
    for (auto& each : *list) {
      LIVE_API_TRY(check_statement(each, use));
    }
  } else {
    LIVE_API_TRY(check_statement(*statements, use));
  }
  return text;
}

}  // namespace live::cloud
