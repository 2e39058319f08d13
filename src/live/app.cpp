#include "live/app.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/file.h"
#include "base/json.h"

namespace live {
namespace {

constexpr size_t kLongestName = 64;
constexpr std::array kSettings{"name", "stage", "region", "profile", "main", "live", "$schema"};
constexpr int64_t kMostWorkers = 1024;

bool is_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

// Letters, digits and single hyphens: what a stack name allows.
std::string plain_name(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (std::isalnum(c) && c < 128)
      out.push_back(char(c));
    else if (!out.empty() && out.back() != '-')
      out.push_back('-');
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

Result<json::object> settings(const std::filesystem::path& file) {
  LIVE_TRY(auto text, read_file(file));
  auto parsed = parse_json_object(text);
  if (parsed.has_error()) return within(file.string(), parsed.error());
  for (auto const& [key, value] : parsed.value()) {
    if (std::find(kSettings.begin(), kSettings.end(), key) == kSettings.end())
      return fault(file.string() + ": \"" + std::string(key) +
                   "\" is no setting; there are name, stage, region, profile, main, live");
    if (key == "live") continue;
    if (!value.is_string()) return fault(file.string() + ": \"" + std::string(key) + "\" must be a text");
  }
  return parsed;
}

// "live": {"workers": 32, "workersPerFunction": 8}
Result<void> take_limits(App& app, const std::string& file, const json::object& settings) {
  auto const* live = settings.if_contains("live");
  if (!live) return outcome::success();
  if (!live->is_object()) return fault(file + ": \"live\" must be an object");
  for (auto const& [key, value] : live->get_object()) {
    size_t* const limit = key == "workers"              ? &app.workers
                          : key == "workersPerFunction" ? &app.workers_per_function
                                                        : nullptr;
    std::string const name = fmt::format("\"live.{}\"", std::string_view(key));
    if (!limit)
      return fault(file + ": " + name + " is no setting; there are live.workers, live.workersPerFunction");
    auto const* number = value.if_int64();
    if (!number || *number < 1 || *number > kMostWorkers)
      return fault(fmt::format("{}: {} must be a whole number from 1 to {}", file, name, kMostWorkers));
    *limit = size_t(*number);
  }
  return outcome::success();
}

std::string name_from_package(const std::filesystem::path& folder) {
  auto const text = read_file(folder / "package.json");
  if (text.has_error()) return "";
  auto const package = parse_json_object(text.value());
  if (package.has_error()) return "";
  std::string const name = string_or(package.value(), "name");
  return plain_name(name.substr(name.rfind('/') + 1));  // without the scope
}

bool names_an_app(const std::filesystem::path& cdk_json) {
  auto const text = read_file(cdk_json);
  if (text.has_error()) return false;
  auto const parsed = parse_json_object(text.value());
  return parsed.has_error() || parsed.value().contains("app");  // a damaged one is ours to complain about
}

}  // namespace

Result<App> find_app(const std::filesystem::path& folder) {
  App app;
  std::error_code error;
  app.folder = std::filesystem::canonical(folder, error);
  if (error) return fault("there is no folder " + folder.string());
  std::string main;
  if (auto const file = app.folder / "live.json"; is_file(file)) {
    LIVE_TRY(auto found, settings(file));
    app.name = plain_name(string_or(found, "name"));
    app.stage = string_or(found, "stage");
    app.region = string_or(found, "region");
    app.profile = string_or(found, "profile");
    main = string_or(found, "main");
    LIVE_TRY(take_limits(app, file.string(), found));
    if (!main.empty() && !is_file(app.folder / main))
      return fault(file.string() + ": main names " + main + ", which is not there");
  }
  if (app.name.empty()) app.name = name_from_package(app.folder);
  if (app.name.empty()) app.name = plain_name(app.folder.filename().string());
  if (main.empty() && names_an_app(app.folder / "cdk.json")) {
    app.form = App::Form::cdk;
    return app;
  }
  std::array const candidates{main.c_str(), "lib/index.ts", "lib/index.js", "lib/index.mjs"};
  for (std::string_view candidate : candidates) {
    if (candidate.empty() || !is_file(app.folder / candidate)) continue;
    app.main = app.folder / candidate;
    return app;
  }
  return fault("no CDK app in " + app.folder.string() +
               ": there is neither lib/index.ts or lib/index.js, which exports main(app), nor a cdk.json "
               "with an \"app\". "
               "Run live in the folder of your app, or name the file with \"main\" in live.json");
}

Result<std::string> stage_name(std::string_view wanted) {
  std::string const name = plain_name(wanted);
  if (name.empty() || !std::isalpha(static_cast<unsigned char>(name.front())))
    return fault("\"" + std::string(wanted) +
                 "\" cannot be a stage: a stage starts with a letter and has letters, digits and hyphens; "
                 "choose one with --stage");
  if (name.size() > kLongestName)
    return fault("the stage " + name + " is too long: at most 64 characters; choose one with --stage");
  return name;
}

Result<void> make_state_folder(const App& app) {
  auto const folder = app.state_folder();
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error)
    return fault(fmt::format("{} cannot be used: {}; live keeps its state of the app there", folder.string(),
                             error.message()));
  auto const ignore = folder / ".gitignore";
  if (std::filesystem::exists(ignore, error)) return outcome::success();
  return write_file(ignore, "*\n");
}

Result<StageChoice> choose_stage(const App& app, std::string_view asked, std::string_view user,
                                 const std::function<std::string(std::string_view)>& ask, Remember what) {
  auto const memory = app.state_folder() / "stage";
  StageChoice choice;
  std::string wanted(asked.empty() ? std::string_view(app.stage) : asked);
  if (wanted.empty()) {
    if (auto const text = read_file(memory); text.has_value()) {
      wanted = text.value().substr(0, text.value().find('\n'));
      choice.remembered = !wanted.empty();
    }
  }
  bool keep = what == Remember::everything && !choice.remembered;
  if (wanted.empty()) {
    keep = true;
    auto const suggestion = stage_name(user);
    wanted = ask(suggestion.has_value() ? suggestion.value() : "dev");
  }
  LIVE_TRY(choice.stage, stage_name(wanted));
  LIVE_TRY(make_state_folder(app));
  if (keep) {
    LIVE_TRY(write_file(memory, choice.stage + "\n"));
  }
  return choice;
}

}  // namespace live
