#include "runtime/layers.h"

#include <ranges>

#include <fmt/format.h>

#include "runtime/language.h"
#include "runtime/launchers.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOpt = "/opt/";

struct Search {
  const char* variable;
  std::string folder;  // of a layer
};

// Those that Lambda documents for its runtimes, the first before the others.
std::vector<Search> searches_of(std::string_view runtime) {
  std::vector<Search> all{{"PATH", "bin"}, {"LD_LIBRARY_PATH", "lib"}};
  auto const version = version_of(runtime);
  switch (language_of(runtime)) {
    case Language::node:
      all.push_back({"NODE_PATH", fmt::format("nodejs/node{}/node_modules", std::atoi(version.c_str()))});
      all.push_back({"NODE_PATH", "nodejs/node_modules"});
      break;
    case Language::python:
      all.push_back({"PYTHONPATH", fmt::format("python/lib/python{}/site-packages", version)});
      all.push_back({"PYTHONPATH", "python"});
      break;
    case Language::ruby:
      all.push_back({"GEM_PATH", fmt::format("ruby/gems/{}.0", version)});
      all.push_back({"RUBYLIB", "ruby/lib"});
      break;
    default:
      break;
  }
  return all;
}

// As the developer knows it, where a layer only leads there.
fs::path own_path(const fs::path& folder) {
  std::error_code is_no_link;
  auto const target = fs::read_symlink(folder, is_no_link);
  return target.is_absolute() ? target : folder;
}

}  // namespace

void add_layers(const Program& program, Environment& environment) {
  for (auto const& search : searches_of(program.runtime))
    for (auto const& layer : std::views::reverse(program.layers)) {
      std::error_code ignored;
      if (fs::is_directory(layer / search.folder, ignored))
        append(environment, search.variable, own_path(layer / search.folder).string());
    }
}

bool holds(const fs::path& layer, std::string_view handler) {
  if (!handler.starts_with(kOpt) || layer.empty()) return false;
  fs::path const inside = handler.substr(kOpt.size());
  auto const module = inside.filename().string().substr(0, inside.filename().string().find('.')) + ".";
  std::error_code ignored;
  for (auto const& entry : fs::directory_iterator(layer / inside.parent_path(), ignored))
    if (entry.path().filename().string().starts_with(module)) return true;
  return false;
}

std::string handler_in_layers(const Program& program) {
  for (auto const& layer : std::views::reverse(program.layers))
    if (holds(layer, program.handler)) return layer / program.handler.substr(kOpt.size());
  return program.handler;
}

}  // namespace live
