// What the last synthesis of a stage found, kept in the app's state folder: a command that only has to know
// which functions there are need not synthesise again while nothing that the app read has changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "live/app.h"
#include "live/host_types.h"

namespace live {

struct KnownApp {
  std::vector<std::string> stacks;     // names
  std::vector<AppFunction> functions;  // but for where their code lies
};

KnownApp known_app(const Synthesis& made);
// `began`: when the app was begun to be read.
Result<void> remember_app(const App& app, const std::string& stage, const Synthesis& made,
                          std::filesystem::file_time_type began);
// Nothing: it was never synthesised, or what it is made of has changed since.
std::optional<KnownApp> recall_app(const App& app, const std::string& stage);
// Whatever has changed since: good enough to be suggested.
std::optional<KnownApp> recall_app_as_it_was(const std::filesystem::path& state_folder,
                                             const std::string& stage);
void forget_app(const App& app, const std::string& stage);
std::vector<std::string> stages_worked_on(const std::filesystem::path& state_folder);

}  // namespace live
