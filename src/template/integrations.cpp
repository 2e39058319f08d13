#include "template/integrations.h"

#include <algorithm>

namespace live {
namespace {

// The function that a URI names somewhere: "arn:…:lambda:path/…/functions/" + its ARN + "/invocations".
std::optional<Origin> function_in(Assembly& assembly, AssemblyTemplate& one, const json::value& uri) {
  if (auto found = function_behind(assembly, one, uri)) return found;
  if (auto const* object = uri.if_object())
    for (auto const& [key, value] : *object)
      if (auto found = function_in(assembly, one, value)) return found;
  if (auto const* array = uri.if_array())
    for (auto const& value : *array)
      if (auto found = function_in(assembly, one, value)) return found;
  return std::nullopt;
}

}  // namespace

Integrations::Integrations(Assembly& assembly) {
  for (auto& [file, one] : assembly.templates()) {
    auto const* resources = find_object(one.body, "Resources");
    if (!resources) continue;
    for (auto const& [id, value] : *resources) {
      auto const* resource = value.if_object();
      auto const* properties = resource ? find_object(*resource, "Properties") : nullptr;
      if (!properties) continue;
      auto const type = string_or(*resource, "Type");
      bool const is_http = type == "AWS::ApiGatewayV2::Integration";
      auto const* integration = is_http                             ? properties
                                : type == "AWS::ApiGateway::Method" ? find_object(*properties, "Integration")
                                                                    : nullptr;
      auto const* uri = integration ? find(*integration, is_http ? "IntegrationUri" : "Uri") : nullptr;
      if (uri) read(assembly, one, *uri, find_int(*integration, "TimeoutInMillis"));
    }
  }
}

void Integrations::read(Assembly& assembly, AssemblyTemplate& one, const json::value& uri,
                        std::optional<int64_t> timeout) {
  auto const function = function_in(assembly, one, uri);
  if (!function) return;
  auto const said = timeout ? std::optional(int(*timeout)) : std::nullopt;
  auto const [known, is_new] = timeouts_.try_emplace({function->where->file, function->id}, said);
  if (is_new) return;
  known->second = known->second && said ? std::optional(std::max(*known->second, *said)) : std::nullopt;
}

std::optional<int> Integrations::timeout_ms(const AssemblyTemplate& one, const std::string& id) const {
  auto const found = timeouts_.find({one.file, id});
  return found == timeouts_.end() ? std::nullopt : found->second;
}

}  // namespace live
