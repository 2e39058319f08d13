#include "runtime/dotnet_package.h"

#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "base/json.h"

namespace live {
namespace {

namespace fs = std::filesystem;

Result<fs::path> described(const fs::path& package, std::string_view handler, std::string_view ending) {
  std::error_code ignored;
  auto const named = package / fmt::format("{}{}", assembly_of(handler), ending);
  if (fs::exists(named, ignored)) return named;
  std::vector<fs::path> found;
  for (auto const& entry : fs::directory_iterator(package, ignored))
    if (entry.path().filename().string().ends_with(ending)) found.push_back(entry.path());
  if (found.size() == 1) return found.front();
  return fault(
      Fault::Kind::not_found,
      fmt::format(
          "{} is not there: a class library has it with "
          "<GenerateRuntimeConfigurationFiles>true</GenerateRuntimeConfigurationFiles> in its project",
          named.string()));
}

}  // namespace

bool is_class_library(std::string_view handler) { return handler.find("::") != std::string_view::npos; }

std::string assembly_of(std::string_view handler) {
  auto const name = handler.substr(0, handler.find("::"));
  return std::string(name.ends_with(".dll") ? name.substr(0, name.size() - 4) : name);
}

Result<fs::path> runtime_config(const fs::path& package, std::string_view handler) {
  return described(package, handler, ".runtimeconfig.json");
}

Result<fs::path> dependencies_file(const fs::path& package, std::string_view handler) {
  return described(package, handler, ".deps.json");
}

Result<std::string> framework_of(const fs::path& package, std::string_view handler) {
  LIVE_TRY(auto const file, runtime_config(package, handler));
  LIVE_TRY(auto const text, read_file(file));
  LIVE_TRY(auto const config, parse_json_object(text));
  auto const* options = find_object(config, "runtimeOptions");
  auto framework = options ? string_or(*options, "tfm") : "";
  if (framework.empty())
    return fault(file.string() + " does not say for which .NET it is (tfm): publish it again");
  return framework;
}

}  // namespace live
