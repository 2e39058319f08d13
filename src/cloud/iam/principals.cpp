#include "cloud/iam/principals.h"

#include <algorithm>

#include "cloud/input.h"

namespace live::cloud {

PrincipalWords words(PrincipalKind kind) {
  if (kind == PrincipalKind::role) return {"iam.role", "Role", "role"};
  return {"iam.user", "User", "user"};
}

std::optional<json::object> find_role_by_arn(Store& store, std::string_view arn) {
  auto slash = arn.rfind('/');
  if (slash == arn.npos || arn.find(":role/") == arn.npos) return std::nullopt;
  auto role = store.get("iam.role", "", arn.substr(slash + 1));
  if (!role || string_or(*role, "Arn") != arn) return std::nullopt;
  return role;
}

ApiResult<json::object> load_principal(Store& store, PrincipalKind kind, std::string_view name) {
  auto known = words(kind);
  auto document = store.get(known.document, "", name);
  if (document) return std::move(*document);
  return no_such_entity(fmt::format("The {} with name {} cannot be found.", known.lower, name));
}

ApiResult<json::object> principal_of(Store& store, PrincipalKind kind, const json::object& input) {
  LIVE_API_TRY(auto name, required(input, std::string(words(kind).noun) + "Name", "ValidationError"));
  return load_principal(store, kind, name);
}

void save_principal(Store& store, PrincipalKind kind, const json::object& document) {
  auto known = words(kind);
  store.put(known.document, "", string_or(document, std::string(known.noun) + "Name"), document);
}

ApiError no_such_entity(std::string message) { return api_error(404, "NoSuchEntity", std::move(message)); }
ApiError already_exists(std::string message) {
  return api_error(409, "EntityAlreadyExists", std::move(message));
}
ApiError delete_conflict(std::string message) { return api_error(409, "DeleteConflict", std::move(message)); }

ApiResult<std::string> checked_name(const json::object& input, std::string_view member, size_t longest) {
  LIVE_API_TRY(auto name, required(input, member, "ValidationError"));
  bool good = name.size() <= longest && std::all_of(name.begin(), name.end(), [](unsigned char c) {
                return std::isalnum(c) ||
                       std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
              });
  if (good) return name;
  return api_error(
      400, "ValidationError",
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member "
                  "must have at most {} characters of [\\w+=,.@-]",
                  name, member, longest));
}

ApiResult<std::string> checked_path(const json::object& input) {
  auto path = string_or(input, "Path", "/");
  if (path.empty()) path = "/";
  if (path.starts_with('/') && path.ends_with('/') && path.size() <= 512) return path;
  return api_error(400, "ValidationError",
                   "The specified value for path is invalid. It must begin and end with / and contain only "
                   "alphanumeric characters and/or / characters.");
}

json::object paged(json::array all, const json::object& input, std::string_view list_name) {
  auto page = page_of(all.size(), input, "Marker", "MaxItems", 100);
  json::array shown(all.begin() + static_cast<long>(page.begin), all.begin() + static_cast<long>(page.end));
  json::object answer{{list_name, std::move(shown)}, {"IsTruncated", !page.next.empty()}};
  if (!page.next.empty()) answer["Marker"] = page.next;
  return answer;
}

}  // namespace live::cloud
