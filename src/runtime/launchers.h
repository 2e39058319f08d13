// What launch() is made of: one launcher a language, and what they share.
#pragma once

#include <string>
#include <string_view>

#include "runtime/launch.h"

namespace live {

using Launcher = Result<Launch>(const Program& program, std::string_view runtime_api);
Launcher launch_node, launch_python, launch_ruby, launch_bootstrap, launch_java, launch_dotnet;

void set(Environment& environment, std::string_view name, std::string value);
void set_missing(Environment& environment, std::string_view name, std::string value);
// What its client of the Runtime API logs at once ends where it ends, and not where a line does. On Lambda
// there is a descriptor for that, of which clients are told by a variable.
void take_frames(Command& command);
// Last: what the function brings itself comes first.
void append(Environment& environment, std::string_view name, const std::string& folders);
// First: before what layers bring.
void prepend(Environment& environment, std::string_view name, const std::string& folders);
// Where a program lies in folders with colons between them; empty: in none.
std::string on_path(const std::string& program, std::string_view path);
std::string ours(const char* name, const char* otherwise);  // of our own environment

bool is_isolated(const Program& program);  // it finds a folder of its own at /tmp,
bool has_own_opt(const Program& program);  // and at /opt

// The function's own variables and what Lambda sets beside them.
Environment environment_of(const Program& program, std::string_view runtime_api,
                           const std::filesystem::path& runtime_dir);
// Of a process that waits to become a function: nothing of the developer's shell but where things lie.
Environment spare_environment();

}  // namespace live
