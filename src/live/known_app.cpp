#include "live/known_app.h"

#include <algorithm>

#include "base/file.h"
#include "base/json.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "app-", kSuffix = ".json";

// Beside the files that the app's process read.
constexpr const char* kSettings[] = {"cdk.json", "cdk.context.json", "live.json", "package.json"};

fs::path file_of(const fs::path& state_folder, const std::string& stage) {
  return state_folder / (std::string(kPrefix) + stage + std::string(kSuffix));
}

json::object in_json(const AppFunction& one) {
  return {{"construct", one.construct_path}, {"stack", one.stack},     {"nested_in", one.nested_in},
          {"logical_id", one.logical_id},    {"runtime", one.runtime}, {"skip", one.skip}};
}

AppFunction function_from(const json::object& in) {
  AppFunction one;
  one.construct_path = string_or(in, "construct");
  one.stack = string_or(in, "stack");
  one.nested_in = string_or(in, "nested_in");
  one.logical_id = string_or(in, "logical_id");
  one.runtime = string_or(in, "runtime");
  one.skip = string_or(in, "skip");
  return one;
}

std::vector<std::string> texts(const json::object& in, std::string_view key) {
  std::vector<std::string> all;
  if (auto const* array = find_array(in, key))
    for (auto const& one : *array)
      if (auto const* text = one.if_string()) all.emplace_back(*text);
  return all;
}

std::optional<json::object> read(const fs::path& file) {
  auto const text = read_file(file);
  if (text.has_error()) return std::nullopt;
  auto parsed = parse_json_object(text.value());
  if (parsed.has_error()) return std::nullopt;
  return std::move(parsed.value());
}

KnownApp known_from(const json::object& in) {
  KnownApp known{texts(in, "stacks"), {}};
  if (auto const* functions = find_array(in, "functions"))
    for (auto const& one : *functions)
      if (auto const* object = one.if_object()) known.functions.push_back(function_from(*object));
  return known;
}

bool is_newer(const fs::path& file, fs::file_time_type than) {
  std::error_code absent;
  auto const at = fs::last_write_time(file, absent);
  return !absent && at >= than;
}

bool is_gone(const fs::path& file) {
  std::error_code ignored;
  return !fs::exists(file, ignored);
}

}  // namespace

KnownApp known_app(const Synthesis& made) {
  KnownApp known;
  for (auto const& stack : made.stacks) known.stacks.push_back(stack.name);
  known.functions = made.functions;
  return known;
}

Result<void> remember_app(const App& app, const std::string& stage, const Synthesis& made,
                          fs::file_time_type began) {
  json::array functions, inputs, stacks;
  for (auto const& one : made.functions) functions.push_back(in_json(one));
  // Where the app's language does not tell its files, a new one may change it: none are known.
  if (!made.inputs.sources)
    for (auto const& one : made.inputs.files) inputs.emplace_back(one.string());
  for (auto const& one : made.stacks) stacks.emplace_back(one.name);
  json::object const whole{
      {"stacks", std::move(stacks)}, {"functions", std::move(functions)}, {"inputs", std::move(inputs)}};
  auto const file = file_of(app.state_folder(), stage);
  LIVE_TRY(write_file(file, pretty_json(whole), 0600));
  std::error_code ignored;
  fs::last_write_time(file, began, ignored);
  return outcome::success();
}

std::optional<KnownApp> recall_app(const App& app, const std::string& stage) {
  auto const file = file_of(app.state_folder(), stage);
  std::error_code absent;
  auto const written = fs::last_write_time(file, absent);
  auto const kept = read(file);
  if (absent || !kept) return std::nullopt;
  auto const inputs = texts(*kept, "inputs");
  bool const changed =
      std::ranges::any_of(inputs, [&](auto const& one) { return is_gone(one) || is_newer(one, written); }) ||
      std::ranges::any_of(kSettings, [&](auto const* one) { return is_newer(app.folder / one, written); });
  if (inputs.empty() || changed) return std::nullopt;
  return known_from(*kept);
}

std::optional<KnownApp> recall_app_as_it_was(const fs::path& state_folder, const std::string& stage) {
  auto const kept = read(file_of(state_folder, stage));
  return kept ? std::optional(known_from(*kept)) : std::nullopt;
}

void forget_app(const App& app, const std::string& stage) {
  std::error_code absent;
  fs::remove(file_of(app.state_folder(), stage), absent);
  fs::remove_all(app.loaded_folder(stage), absent);
}

std::vector<std::string> stages_worked_on(const fs::path& state_folder) {
  std::vector<std::string> stages;
  std::error_code absent;
  for (auto const& entry : fs::directory_iterator(state_folder, absent)) {
    auto const name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kSuffix))
      stages.push_back(name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size()));
  }
  std::ranges::sort(stages);
  return stages;
}

}  // namespace live
