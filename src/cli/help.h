// What `live help` and each --help say, made from the table of commands and options that the parser uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace live::cli {

constexpr const char* kCommonGroup = "Common options";

// Commands of these names are shown together under this heading.
void group_commands(CLI::App& app, const char* heading, const std::vector<std::string>& names);
std::string help_of(const CLI::App& command);
// From now on this is how the app and the commands that are added to it describe themselves.
void use_our_help(CLI::App& app);

// The text of a line that is wrong: which word, the nearest one, how to go on.
std::string unknown_words(const CLI::App& command, const std::vector<std::string>& words);
std::string unknown_command(const CLI::App& app, const std::string& word);

std::vector<CLI::App*> commands_of(const CLI::App& app);                   // without hidden ones
const CLI::App* find_command(const CLI::App& app, std::string_view name);  // null: there is none
std::vector<const CLI::Option*> options_of(const CLI::App& command);       // "--stage"; its own first
std::vector<const CLI::Option*> arguments_of(const CLI::App& command);     // "FUNCTION"
std::string whole_name(const CLI::App& command);                           // "live cloud start"

}  // namespace live::cli
