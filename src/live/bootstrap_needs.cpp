#include "live/bootstrap_needs.h"

#include <algorithm>

#include "base/file.h"
#include "base/json.h"

namespace live {
namespace {

void add_needs(const std::filesystem::path& assembly, std::map<std::string, int>& needs) {
  auto const text = read_file(assembly / "manifest.json");
  auto const manifest = text ? parse_json_object(text.value()) : Result<json::object>(text.error());
  auto const* artifacts = manifest ? find_object(manifest.value(), "artifacts") : nullptr;
  if (!artifacts) return;
  for (auto const& [id, artifact] : *artifacts) {
    auto const* properties =
        artifact.is_object() ? find_object(artifact.get_object(), "properties") : nullptr;
    if (!properties) continue;
    if (auto const folder = find_string(*properties, "directoryName")) add_needs(assembly / *folder, needs);
    auto const version = find_int(*properties, "requiresBootstrapStackVersion");
    if (!version) continue;
    auto& most = needs[string_or(*properties, "bootstrapStackVersionSsmParameter", kBootstrapParameter)];
    most = std::max(most, int(*version));
  }
}

}  // namespace

std::map<std::string, int> bootstrap_needs(const std::filesystem::path& assembly) {
  std::map<std::string, int> needs;
  add_needs(assembly, needs);
  return needs;
}

}  // namespace live
