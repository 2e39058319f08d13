#include "live/app.h"

#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/file.h"
#include "base/json.h"

namespace live {
namespace {

bool is_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
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

Result<App> app_in(App app) {
  std::string const& main = app.config.main;
  app.name = plain_name(app.config.name);
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

}  // namespace

Result<App> find_app(const std::filesystem::path& folder) {
  if (auto const file = folder / "live.json"; is_file(file)) return find_app_of(file);
  App app;
  std::error_code error;
  app.folder = std::filesystem::canonical(folder, error);
  if (error) return fault("there is no folder " + folder.string());
  return app_in(std::move(app));
}

Result<App> find_app_of(const std::filesystem::path& config_file) {
  if (!is_file(config_file))
    return fault("there is no file " + config_file.string() + ", which has to be the app's live.json");
  App app;
  std::error_code error;
  auto const file = std::filesystem::canonical(std::filesystem::absolute(config_file).parent_path(), error) /
                    config_file.filename();
  app.folder = file.parent_path();
  LIVE_TRY(app.config, read_config(file));
  if (auto const& main = app.config.main; !main.empty() && !is_file(app.folder / main))
    return fault(file.string() + ": main names " + main + ", which is not there");
  return app_in(std::move(app));
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
  std::string wanted(asked.empty() ? std::string_view(app.config.stage) : asked);
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
