#include "cloud/apigateway/casing.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace live::cloud::apigateway {
namespace {

// Members whose keys are the user's own. Of those in `structured` the values are structures again.
constexpr std::array maps = {
    "RequestParameters", "RequestTemplates", "ResponseParameters", "ResponseTemplates",
    "RequestModels",     "ResponseModels",   "StageVariables",     "Tags",
    "RouteSettings"};
constexpr std::array structured = {"RouteSettings", "RequestParameters"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

using Case = int (*)(int);

json::value convert(const json::value& value, Case change);

json::object convert_values(const json::object& map, Case change) {
  json::object out;
  for (const auto& [key, value] : map) out[key] = convert(value, change);
  return out;
}

json::object convert_object(const json::object& object, Case change) {
  json::object out;
  for (const auto& [key, value] : object) {
    std::string name(key), model(key);
    if (!name.empty()) {
      name[0] = static_cast<char>(change(static_cast<unsigned char>(name[0])));
      model[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(model[0])));
    }
    if (contains(maps, model) && value.is_object())
      out[name] =
          contains(structured, model) ? json::value(convert_values(value.as_object(), change)) : value;
    else
      out[name] = convert(value, change);
  }
  return out;
}

json::value convert(const json::value& value, Case change) {
  if (const auto* object = value.if_object()) return convert_object(*object, change);
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& element : *array) out.push_back(convert(element, change));
    return out;
  }
  return value;
}

}  // namespace

json::object to_model(const json::object& wire) {
  return convert_object(wire, [](int c) { return std::toupper(c); });
}
json::object to_wire(const json::object& model) {
  return convert_object(model, [](int c) { return std::tolower(c); });
}

}  // namespace live::cloud::apigateway
