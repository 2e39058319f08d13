#include "runtime/language.h"

#include <algorithm>

namespace live {
namespace {

struct Family {
  std::string_view name;
  Language language;
};

constexpr Family kFamilies[] = {{"nodejs", Language::node},   {"python", Language::python},
                                {"ruby", Language::ruby},     {"java", Language::java},
                                {"dotnet", Language::dotnet}, {"provided", Language::os_only}};

const Family* family_of(std::string_view runtime) {
  auto const* found = std::ranges::find_if(
      kFamilies, [runtime](const Family& family) { return runtime.starts_with(family.name); });
  return found == std::end(kFamilies) ? nullptr : found;
}

}  // namespace

Language language_of(std::string_view runtime) {
  auto const* family = family_of(runtime);
  return family ? family->language : Language::other;
}

std::string version_of(std::string_view runtime) {
  auto const* family = family_of(runtime);
  if (!family) return "";
  auto version = runtime.substr(family->name.size());
  if (version.starts_with('.')) version.remove_prefix(1);
  return std::string(version);
}

}  // namespace live
