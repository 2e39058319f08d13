// live completion: scripts that have a shell ask `live` itself what may follow, so that they are as true as
// the `live` that is there.
#include "cli/completion.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/help.h"
#include "live/app.h"
#include "live/known_app.h"
#include "live/local_source.h"
#include "live/sample_event.h"

namespace live::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBash = R"sh(# Completion of live for bash: eval "$(live completion bash)" in ~/.bashrc
_live() {
  local word about
  COMPREPLY=()
  while IFS=$'\t' read -r word about; do
    if [[ $word == :files ]]; then compopt -o default; else COMPREPLY+=("$word"); fi
  done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _live live
)sh";

constexpr const char* kZsh = R"sh(#compdef live
# Completion of live for zsh: eval "$(live completion zsh)" in ~/.zshrc, behind compinit
_live() {
  local line word
  local -a candidates
  while IFS= read -r line; do
    word=${line%%$'\t'*}
    if [[ $word == :files ]]; then _files; else candidates+=("${word//:/\\:}:${line#*$'\t'}"); fi
  done < <("${words[1]/#\~/$HOME}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#candidates )) && _describe live candidates
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _live "$@"; else compdef _live live; fi
)sh";

constexpr const char* kFish =
    R"sh(# Completion of live for fish: live completion fish > ~/.config/fish/completions/live.fish
function __live_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c live -f -a '(__live_complete)'
)sh";

const std::map<std::string, const char*> kScripts{{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}};

// The app around, as far as it is known without a look at anything but its own folder.
struct Here {
  fs::path state_folder;
  std::string stage;
  std::set<std::string> stages;
};

Here look_around(const std::string& config, const std::string& stage) {
  Here here;
  auto const app = config.empty() ? find_app(fs::current_path()) : find_app_of(config);
  if (app.has_error()) return here;
  here.state_folder = app.value().state_folder();
  for (auto& one : stages_worked_on(here.state_folder)) here.stages.insert(std::move(one));
  for (auto const& [name, account] : app.value().config.accounts) here.stages.insert(name);
  auto const remembered = read_file(here.state_folder / "stage");
  auto const last = remembered.has_value() ? remembered.value().substr(0, remembered.value().find('\n')) : "";
  for (auto const& one : {app.value().config.stage, last})
    if (!one.empty()) here.stages.insert(one);
  here.stage = !stage.empty() ? stage : !app.value().config.stage.empty() ? app.value().config.stage : last;
  return here;
}

std::vector<Candidate> functions_of(const Here& here) {
  std::vector<Candidate> found;
  auto const known = recall_app_as_it_was(here.state_folder, here.stage);
  if (!known) return found;
  std::map<std::string, size_t> short_names;
  auto const short_name = [](const AppFunction& one) {
    return one.construct_path.substr(one.construct_path.rfind('/') + 1);
  };
  for (auto const& one : known->functions) ++short_names[short_name(one)];
  for (auto const& one : known->functions) {
    if (belongs_to_cdk(one) || one.construct_path.empty()) continue;
    auto const name = short_name(one);
    found.push_back({short_names[name] == 1 ? name : one.construct_path, one.construct_path});
  }
  return found;
}

std::vector<Candidate> stacks_of(const Here& here) {
  std::vector<Candidate> found;
  if (auto const known = recall_app_as_it_was(here.state_folder, here.stage))
    for (auto const& one : known->stacks) found.push_back({one, "stack"});
  return found;
}

// The names in "[profile dev]" and "[dev]".
std::vector<Candidate> profiles() {
  std::set<std::string> names;
  auto const* home = std::getenv("HOME");
  for (auto const* file : {"config", "credentials"}) {
    auto const text = read_file(fs::path(home ? home : "") / ".aws" / file);
    std::istringstream lines(text.has_value() ? text.value() : "");
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('[') || line.starts_with("[sso-session")) continue;
      auto const name = line.substr(1, line.find(']') - 1);
      names.insert(name.starts_with("profile ") ? name.substr(8) : name);
    }
  }
  std::vector<Candidate> found;
  found.reserve(names.size());
  for (auto const& name : names) found.push_back({name, "profile"});
  return found;
}

std::vector<Candidate> plain(const std::vector<std::string>& words) {
  std::vector<Candidate> found;
  found.reserve(words.size());
  for (auto const& word : words) found.push_back({word, ""});
  return found;
}

// By what the help calls the value.
Completion values(const CLI::App& app, const std::string& kind, const Here& here) {
  if (kind == "FILE" || kind == "FOLDER") return {{}, true};
  if (kind == "FUNCTION" || kind == "GLOB") return {functions_of(here)};
  if (kind == "STACK") return {stacks_of(here)};
  if (kind == "STAGE") return {plain({here.stages.begin(), here.stages.end()})};
  if (kind == "PROFILE") return {profiles()};
  if (kind == "SAMPLE") return {plain(sample_kinds())};
  if (kind == "IDE") return {plain({"jetbrains", "vscode"})};
  if (kind == "SHELL") return {plain({"bash", "fish", "zsh"})};
  Completion completion;
  if (kind == "COMMAND")
    for (auto const* one : commands_of(app))
      completion.candidates.push_back({one->get_name(), one->get_description()});
  return completion;
}

// The command line before the cursor, read as the parser will.
struct Line {
  const CLI::App* command;
  const CLI::Option* awaits = nullptr;  // the option whose value comes next
  std::set<std::string> given;          // names of options
  std::map<std::string, std::string> said;
  size_t arguments = 0;
};

const CLI::Option* option_named(const CLI::App& command, const std::string& word) {
  for (auto const* one : options_of(command)) {
    for (auto const& name : one->get_lnames())
      if (word == "--" + name) return one;
    for (auto const& name : one->get_snames())
      if (word == "-" + name) return one;
  }
  return nullptr;
}

Line read(const CLI::App& app, const std::vector<std::string>& words) {
  Line line{.command = &app};
  for (auto const& word : words) {
    if (const auto* awaiting = std::exchange(line.awaits, nullptr)) {
      line.said[awaiting->get_lnames().front()] = word;
      continue;
    }
    if (!word.starts_with('-')) {
      auto const* next = line.arguments == 0 ? find_command(*line.command, word) : nullptr;
      if (next) line.command = next;
      if (!next) ++line.arguments;
      continue;
    }
    auto const equals = word.find('=');
    auto const* option = option_named(*line.command, word.substr(0, equals));
    if (!option || option->get_lnames().empty()) continue;
    line.given.insert(option->get_lnames().front());
    if (equals != std::string::npos) line.said[option->get_lnames().front()] = word.substr(equals + 1);
    if (equals == std::string::npos && option->get_expected_max() > 0) line.awaits = option;
  }
  return line;
}

Completion options(const Line& line) {
  Completion completion;
  for (auto const* one : options_of(*line.command)) {
    auto const& names = one->get_lnames();
    bool const again = one->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    if (names.empty() || (line.given.contains(names.front()) && !again)) continue;
    completion.candidates.push_back({"--" + names.front(), one->get_description()});
  }
  return completion;
}

Completion arguments(const CLI::App& app, const Line& line, const Here& here) {
  Completion completion;
  if (line.arguments == 0)
    for (auto const* one : commands_of(*line.command))
      completion.candidates.push_back({one->get_name(), one->get_description()});
  auto const all = arguments_of(*line.command);
  if (all.empty()) return completion;
  auto const* argument = all[std::min(line.arguments, all.size() - 1)];
  if (line.arguments >= all.size() && argument->get_expected_max() <= 1) return completion;
  auto more = values(app, argument->get_single_name(), here);
  std::ranges::move(more.candidates, std::back_inserter(completion.candidates));
  completion.files = more.files;
  return completion;
}

std::string said(const Line& line, const char* option) {
  auto const found = line.said.find(option);
  return found == line.said.end() ? "" : found->second;
}

// bash takes "--stage=dev" for three words.
std::vector<std::string> joined(const std::vector<std::string>& words) {
  std::vector<std::string> made;
  for (size_t i = 0; i < words.size(); ++i) {
    bool const behind_option = !made.empty() && made.back().starts_with("--");
    if (words[i] == "=" && behind_option) {
      if (i + 1 == words.size()) made.emplace_back();  // its value is about to be written
    } else {
      made.push_back(words[i]);
    }
  }
  return made;
}

}  // namespace

Completion complete(const CLI::App& app, std::vector<std::string> words) {
  words = joined(words);
  std::string written = words.empty() ? "" : words.back(), before;
  if (!words.empty()) words.pop_back();
  auto line = read(app, words);
  auto const here = look_around(said(line, "config"), said(line, "stage"));
  Completion completion;
  auto const equals = written.find('=');
  if (!line.awaits && written.starts_with("--") && equals != std::string::npos) {
    before = written.substr(0, equals + 1);
    line.awaits = option_named(*line.command, written.substr(0, equals));
    written.erase(0, equals + 1);
    if (!line.awaits) return completion;
  }
  if (line.awaits) {
    completion = values(app, line.awaits->get_type_name(), here);
  } else if (written.starts_with('-')) {
    completion = options(line);
  } else {
    completion = arguments(app, line, here);
  }
  std::erase_if(completion.candidates, [&](auto const& one) { return !one.word.starts_with(written); });
  for (auto& one : completion.candidates) one.word.insert(0, before);
  return completion;
}

void print_completion(const CLI::App& app, std::vector<std::string> words) {
  auto const completion = complete(app, std::move(words));
  for (auto const& [word, about] : completion.candidates) fmt::print("{}\t{}\n", word, about);
  if (completion.files) fmt::print(":files\n");
}

void add_completion(CLI::App& app, int&) {
  auto shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand("completion", "Print the completion script of a shell");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"bash", "zsh", "fish"}));
  command->footer(
      "bash: eval \"$(live completion bash)\" in ~/.bashrc\n"
      "zsh:  eval \"$(live completion zsh)\" in ~/.zshrc, behind compinit\n"
      "fish: live completion fish > ~/.config/fish/completions/live.fish");
  command->callback([shell] { fmt::print("{}", kScripts.at(*shell)); });
}

}  // namespace live::cli
