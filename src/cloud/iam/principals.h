// Roles and users as they are kept: one document each, with inline policies and attachments inside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloud/call.h"
#include "cloud/store.h"

namespace live::cloud {

enum class PrincipalKind { role, user };

struct PrincipalWords {       // how AWS's model spells what is the same for roles and users
  std::string_view document;  // kind in the store
  std::string_view noun;      // "Role": prefix of members, part of actions
  std::string_view lower;     // "role"
};
PrincipalWords words(PrincipalKind kind);

// Documents hold AWS's members and, for us, "Inline" {name: document} and "Attached" {arn: name}.
std::optional<json::object> find_role_by_arn(Store& store, std::string_view arn);
ApiResult<json::object> load_principal(Store& store, PrincipalKind kind, std::string_view name);
// Loads the one that the input names (RoleName or UserName).
ApiResult<json::object> principal_of(Store& store, PrincipalKind kind, const json::object& input);
void save_principal(Store& store, PrincipalKind kind, const json::object& document);

ApiError no_such_entity(std::string message);
ApiError already_exists(std::string message);
ApiError delete_conflict(std::string message);

ApiResult<std::string> checked_name(const json::object& input, std::string_view member, size_t longest = 64);
ApiResult<std::string> checked_path(const json::object& input);  // "/" when none is given

// {list_name: the page, IsTruncated, Marker}.
json::object paged(json::array all, const json::object& input, std::string_view list_name);

}  // namespace live::cloud
