// What every command of `live` shares: where things lie on this machine, and how a fault is told.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace CLI {
class App;
}

namespace live::cli {

// Each command has one file and one such function; the command's callback sets `exit_code`.
void add_start(CLI::App& app, int& exit_code);
void add_deploy(CLI::App& app, int& exit_code);
void add_remove(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_diff(CLI::App& app, int& exit_code);
void add_build(CLI::App& app, int& exit_code);
void add_invoke(CLI::App& app, int& exit_code);
void add_logs(CLI::App& app, int& exit_code);
void add_cloud(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);
void add_init(CLI::App& app, int& exit_code);
void add_completion(CLI::App& app, int& exit_code);
void add_version(CLI::App& app, int& exit_code);

std::filesystem::path live_home();    // $LIVE_HOME, or ~/.live
std::filesystem::path own_program();  // this executable
// A folder that is shipped with the executable, beside or above it: "runtimes", "host". Empty: not found.
std::filesystem::path shipped_folder(std::string_view name);
std::filesystem::path runtimes_folder();  // with the Runtime API clients
int report(const Fault& fault);           // on standard error; gives the exit code, 1

}  // namespace live::cli
