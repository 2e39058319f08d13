// live init: what an app needs to be started with `live start`: live.json, scripts, an entry in .gitignore;
// and an app, in a folder that has none.
#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "base/json_edit.h"
#include "cli/command.h"
#include "cli/example_app.h"
#include "cli/launch_files.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/app.h"

namespace live::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = "node_modules/live-lambda/schema/live.schema.json";
constexpr std::string_view kName = "@NAME@";  // in the example's files
constexpr std::pair<const char*, const char*> kScripts[] = {
    {"start", "live start"}, {"deploy", "live deploy"}, {"remove", "live remove"}};

struct Options : CommonOptions {
  bool example = false;
  std::string ide;
};

class Init {
 public:
  Init(const Options& options, Terminal& terminal, fs::path folder)
      : options_(options), terminal_(terminal), folder_(std::move(folder)) {}

  Result<void> run() {
    bool const wanted =
        options_.example || (is_empty() && ask(options_, "There is no app here. Make a small one?"));
    if (wanted) {
      LIVE_TRY(make_example());
    }
    auto const app = find_app(folder_);
    if (app.has_error()) return fault(app.error().message + ", or make an app here: `live init --example`");
    LIVE_TRY(write_config(app.value()));
    LIVE_TRY(add_scripts());
    LIVE_TRY(add_to_gitignore());
    LIVE_TRY(add_launch_files());
    tell_next();
    return outcome::success();
  }

 private:
  bool has(const fs::path& file) const {
    std::error_code ignored;
    return fs::exists(folder_ / file, ignored);
  }

  bool is_empty() const {
    std::error_code ignored;
    return std::ranges::all_of(fs::directory_iterator(folder_, ignored), [](auto const& entry) {
      return entry.path().filename().string().starts_with('.');
    });
  }

  void tell(std::string_view file, std::string_view status, const std::string& said) {
    terminal_.good(said, {{"type", "init"}, {"file", file}, {"status", status}});
  }

  Result<void> make_example() {
    auto name = plain_name(folder_.filename().string());
    if (name.empty()) name = "hello";
    std::vector<std::string_view> there;
    for (auto const& one : example_app())
      if (has(one.path)) there.push_back(one.path);
    if (!there.empty() && !ask(options_,
                               fmt::format("{} {} there already. Overwrite?", fmt::join(there, ", "),
                                           there.size() == 1 ? "is" : "are"),
                               Enter::means_no))
      return fault(fmt::format(
          "{} {} there already and {} left alone: `live init --example` in an empty folder, or "
          "with --yes to overwrite",
          fmt::join(there, ", "), there.size() == 1 ? "is" : "are", there.size() == 1 ? "is" : "are"));
    for (auto const& one : example_app()) {
      std::string text(one.text);
      if (auto const at = text.find(kName); at != std::string::npos) text.replace(at, kName.size(), name);
      LIVE_TRY(write_file(folder_ / one.path, text));
      tell(one.path, "written", std::string(one.path));
    }
    return outcome::success();
  }

  Result<void> write_config(const App& app) {
    if (has("live.json")) {
      tell("live.json", "unchanged", "live.json is there");
      return outcome::success();
    }
    LIVE_TRY(write_file(folder_ / "live.json", pretty_json({{"$schema", kSchema}, {"name", app.name}})));
    tell("live.json", "written", fmt::format("live.json: the app is called {}", app.name));
    return outcome::success();
  }

  // A script of the developer's own is replaced only where they say so.
  Result<bool> add_script(std::string& text, const std::string& name, const std::string& wanted) {
    auto const parsed = parse_json_object(text);
    if (parsed.has_error()) return within("package.json", parsed.error());
    auto const* scripts = find_object(parsed.value(), "scripts");
    auto const there = scripts ? find_string(*scripts, name) : std::nullopt;
    if (there && there->starts_with(wanted)) return false;  // "live start --stage $(whoami)" too
    if (there &&
        !ask(options_, fmt::format("package.json has \"{}\": \"{}\". Make it \"{}\"?", name, *there, wanted),
             Enter::means_no)) {
      terminal_.warn(fmt::format("package.json keeps its script \"{}\": {}", name, *there));
      return false;
    }
    auto changed = with_member(text, "scripts", name, json::value(wanted));
    if (changed.has_error()) return within("package.json", changed.error());
    text = std::move(changed.value());
    return true;
  }

  Result<void> add_scripts() {
    if (!has("package.json")) return outcome::success();  // an app in another language
    LIVE_TRY(auto text, read_file(folder_ / "package.json"));
    std::vector<std::string> added;
    for (auto const& [name, wanted] : kScripts) {
      LIVE_TRY(bool const changed, add_script(text, name, wanted));
      if (changed) added.emplace_back(name);
    }
    if (added.empty()) {
      tell("package.json", "unchanged", "package.json has its scripts");
      return outcome::success();
    }
    LIVE_TRY(write_file(folder_ / "package.json", text));
    tell("package.json", "changed", fmt::format("package.json: scripts {}", fmt::join(added, ", ")));
    return outcome::success();
  }

  Result<void> add_to_gitignore() {
    auto const file = folder_ / ".gitignore";
    auto text = has(".gitignore") ? read_file(file) : Result<std::string>(std::string());
    if (text.has_error()) return text.error();
    std::vector<std::string> wanted{".live"};
    if (has("package.json")) wanted.emplace_back("node_modules");
    std::erase_if(wanted, [&](auto const& one) { return ignores(text.value(), one); });
    if (wanted.empty()) {
      tell(".gitignore", "unchanged", ".gitignore has .live/");
      return outcome::success();
    }
    if (!text.value().empty() && !text.value().ends_with('\n')) text.value() += '\n';
    for (auto const& one : wanted) text.value() += one + "/\n";
    LIVE_TRY(write_file(file, text.value()));
    tell(".gitignore", "changed", fmt::format(".gitignore: {}/", fmt::join(wanted, "/, ")));
    return outcome::success();
  }

  Result<void> add_launch_files() {
    if (options_.ide.empty()) return outcome::success();
    auto const told = [this](std::string_view file, std::string_view status, const std::string& said) {
      tell(file, status, said);
    };
    LIVE_TRY(bool const any,
             write_launch_files(options_.ide == "vscode" ? Ide::vscode : Ide::jetbrains, folder_, told));
    if (!any)
      terminal_.warn(fmt::format(
          "No function has a debug port yet: `live start --inspect` gives each one, then `live init "
          "--ide {}` again",
          options_.ide));
    return outcome::success();
  }

  static bool ignores(const std::string& gitignore, const std::string& folder) {
    std::istringstream lines(gitignore);
    for (std::string line; std::getline(lines, line);) {
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '/'))
        line.pop_back();
      if (line == folder || line == "/" + folder || line == "**/" + folder) return true;
    }
    return false;
  }

  void tell_next() {
    std::vector<std::string> next;
    if (has("package.json") && !has("node_modules")) next.emplace_back("npm install");
    next.emplace_back("live start --local");
    terminal_.result(
        fmt::format("Next: {}    (on the embedded AWS, without an account; `live start`: on yours)",
                    fmt::join(next, " && ")),
        {{"type", "initialised"}, {"next", json::value_from(next)}});
  }

  const Options& options_;
  Terminal& terminal_;
  fs::path folder_;
};

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("init", "Prepare an app for live, or make a small one");
  command->add_flag("--example", options->example, "Make a small app here: one function behind one API");
  command
      ->add_option("--ide", options->ide, "Write what this IDE needs to debug functions: vscode, jetbrains")
      ->type_name("IDE")
      ->check(CLI::IsMember({"vscode", "jetbrains"}));
  add_output_options(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    exit_code = run_command(*terminal, [&](Interruption&) -> Async<Result<void>> {
      co_return Init(*options, *terminal, std::filesystem::current_path()).run();
    });
  });
}

}  // namespace live::cli
