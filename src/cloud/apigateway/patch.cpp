#include <fmt/format.h>

#include "cloud/apigateway/rest_actions.h"

namespace live::cloud::apigateway::rest {
namespace {

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> parts;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    std::string part(path.substr(0, end));
    for (size_t at = 0; (at = part.find('~', at)) != part.npos; ++at)
      if (part.compare(at, 2, "~1") == 0)
        part.replace(at, 2, "/");
      else if (part.compare(at, 2, "~0") == 0)
        part.replace(at, 2, "~");
    parts.push_back(std::move(part));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_allowed(std::string_view path, std::initializer_list<std::string_view> allowed) {
  return std::any_of(allowed.begin(), allowed.end(), [path](std::string_view known) {
    return known.ends_with('/') ? path.starts_with(known) : path == known;
  });
}

json::value typed(const json::value* before, const std::string& text) {
  if (before && before->is_bool()) return text == "true";
  if (before && before->is_number()) {
    const auto parsed = parse_json(text);
    if (parsed.has_value() && parsed.value().is_number()) return parsed.value();
  }
  return json::value(text);
}

void apply_to_list(json::array& list, std::string_view op, const std::string& element) {
  const auto found = std::find(list.begin(), list.end(), json::value(element));
  if (op == "remove" && found != list.end()) list.erase(found);
  if (op == "add" && found == list.end()) list.push_back(json::string(element));
}

}  // namespace

ApiResult<void> patch(json::object& resource, const json::object& input,
                      std::initializer_list<std::string_view> allowed) {
  const auto* operations = find_array(input, "patchOperations");
  if (!operations) return outcome::success();
  for (const auto& entry : *operations) {
    const auto& operation = entry.as_object();
    const auto op = string_or(operation, "op"), path = string_or(operation, "path");
    const auto value = string_or(operation, "value");
    if (op != "add" && op != "replace" && op != "remove")
      return bad_request(fmt::format("Patch operation {} is not supported by the embedded AWS yet", op));
    const auto parts = segments(path);
    if (parts.empty() || !is_allowed(path, allowed))
      return bad_request(fmt::format("Invalid patch path '{}' specified for op '{}'", path, op));
    auto* object = &resource;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      auto& next = (*object)[parts[i]];
      if (auto* list = next.if_array()) {  // "/binaryMediaTypes/image~1png"
        apply_to_list(*list, op, parts.back());
        object = nullptr;
        break;
      }
      if (!next.is_object()) next = json::object();
      object = &next.as_object();
    }
    if (!object) continue;
    if (op == "remove")
      object->erase(parts.back());
    else
      (*object)[parts.back()] = typed(object->if_contains(parts.back()), value);
  }
  return outcome::success();
}

}  // namespace live::cloud::apigateway::rest
