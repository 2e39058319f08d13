#include "cli/help.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/nearest.h"

namespace live::cli {
namespace {

constexpr size_t kWidth = 80, kColumn = 24;

// "  --stage NAME          The stage …", the text's further lines under its first.
std::string row(const std::string& name, const std::string& text) {
  std::string made = "  " + name;
  if (made.size() + 2 > kColumn) made += "\n" + std::string(kColumn, ' ');
  if (made.size() < kColumn) made.resize(kColumn, ' ');
  size_t column = kColumn;
  for (size_t at = 0; at < text.size();) {
    size_t const end = std::min(text.find(' ', at), text.size());
    bool const fits = column == kColumn || column + 1 + (end - at) <= kWidth;
    if (!fits) made += "\n" + std::string(kColumn, ' ');
    if (!fits) column = kColumn;
    if (column > kColumn) made += ' ';
    made += text.substr(at, end - at);
    column += end - at + (column > kColumn ? 1 : 0);
    at = end + 1;
  }
  return made + "\n";
}

std::string shown(const CLI::Option& option) {
  std::string name;
  for (auto const& one : option.get_snames()) name += (name.empty() ? "-" : ", -") + one;
  for (auto const& one : option.get_lnames()) name += (name.empty() ? "--" : ", --") + one;
  if (option.get_expected_max() == 0) return name;
  auto const& value = option.get_type_name();
  return name + " " +
         (value.empty() || value == "TEXT" ? std::string("VALUE") : value.substr(0, value.find(':')));
}

std::string optional_argument(const CLI::Option& argument) {
  bool const many = argument.get_expected_max() > 1;
  auto const name = argument.get_single_name() + (many ? "…" : "");
  return argument.get_required() ? " " + name : " [" + name + "]";
}

std::string usage(const CLI::App& command) {
  auto text = "Usage: " + whole_name(command);
  auto const commands = commands_of(command);
  if (!commands.empty()) text += command.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
  for (auto const* one : arguments_of(command)) text += optional_argument(*one);
  return text + " [OPTIONS]\n";
}

std::string commands_text(const CLI::App& app) {
  std::string text;
  std::vector<std::string> headings;
  for (auto const* one : commands_of(app))
    if (std::ranges::find(headings, one->get_group()) == headings.end()) headings.push_back(one->get_group());
  for (auto const& heading : headings) {
    text += fmt::format("\n{}:\n", heading == "Subcommands" ? "Commands" : heading);
    for (auto const* one : commands_of(app))
      if (one->get_group() == heading) text += row(one->get_name(), one->get_description());
  }
  return text;
}

std::string options_text(const CLI::App& command, bool common) {
  std::string text;
  for (auto const* one : options_of(command))
    if ((one->get_group() == kCommonGroup) == common) text += row(shown(*one), one->get_description());
  return text;
}

}  // namespace

std::string help_of(const CLI::App& command) {
  std::string text = command.get_description() + "\n" + usage(command) + commands_text(command);
  auto const arguments = arguments_of(command);
  if (!arguments.empty()) text += "\nArguments:\n";
  for (auto const* one : arguments) text += row(one->get_single_name(), one->get_description());
  if (auto const own = options_text(command, false); !own.empty()) text += "\nOptions:\n" + own;
  if (auto const common = options_text(command, true); !common.empty())
    text += fmt::format("\n{}:\n{}", kCommonGroup, common);
  if (!command.get_footer().empty()) text += "\n" + command.get_footer() + "\n";
  return text;
}

namespace {

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  auto const close = nearest(word, known);
  return close ? " (did you mean \"" + *close + "\"?)" : "";
}

std::vector<std::string> names_of_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (auto const* option : options_of(command))
    for (auto const& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

}  // namespace

void group_commands(CLI::App& app, const char* heading, const std::vector<std::string>& names) {
  for (auto const& name : names) app.get_subcommand(name)->group(heading);
}

void use_our_help(CLI::App& app) {
  app.formatter_fn([](const CLI::App* one, const std::string&, CLI::AppFormatMode) { return help_of(*one); });
}

std::vector<CLI::App*> commands_of(const CLI::App& app) {
  auto all = app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
  std::vector<CLI::App*> commands;
  commands.reserve(all.size());
  for (auto const* one : all) commands.push_back(const_cast<CLI::App*>(one));
  return commands;
}

const CLI::App* find_command(const CLI::App& app, std::string_view name) {
  for (auto const* one : commands_of(app))
    if (one->get_name() == name) return one;
  return nullptr;
}

std::vector<const CLI::Option*> options_of(const CLI::App& command) {
  auto all = command.get_options(
      [](const CLI::Option* one) { return one->nonpositional() && !one->get_group().empty(); });
  std::ranges::stable_partition(all, [](const CLI::Option* one) { return one->get_group() != kCommonGroup; });
  return all;
}

std::vector<const CLI::Option*> arguments_of(const CLI::App& command) {
  return command.get_options(
      [](const CLI::Option* one) { return !one->nonpositional() && !one->get_group().empty(); });
}

std::string whole_name(const CLI::App& command) {
  auto const* parent = command.get_parent();
  return parent ? whole_name(*parent) + " " + command.get_name() : command.get_name();
}

std::string unknown_words(const CLI::App& command, const std::vector<std::string>& words) {
  auto const option_like = [](const std::string& one) { return one.starts_with('-'); };
  auto const first = std::ranges::find_if(words, option_like);  // behind it its value may stand
  auto const& word = first == words.end() ? words.front() : *first;
  auto const name = word.substr(0, word.find('='));
  bool const option = option_like(word);
  return fmt::format("{} {} \"{}\"{}", whole_name(command), option ? "has no option" : "takes no", name,
                     option ? did_you_mean(name, names_of_options(command)) : "");
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (auto const* one : commands_of(app)) names.push_back(one->get_name());
  return fmt::format("{} has no command \"{}\"{}", whole_name(app), word, did_you_mean(word, names));
}

}  // namespace live::cli
