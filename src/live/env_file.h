// Files of variables, as dotenv made them usual: NAME=value lines with quotes, comments and ${NAME}. They
// reach the CDK app; what the shell has already is not replaced.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "invocation/invocation.h"
#include "live/app.h"

namespace live {

// What the shell has; nothing: it has not.
using Shell = std::function<std::optional<std::string>(const std::string& name)>;

struct EnvFiles {
  std::vector<std::filesystem::path> files;  // the one that counts first; of the usual ones, those too that
                                             // are not there
  Environment variables;                     // without what the shell has
};

// Those that live.json names for the stage, else .env.STAGE.local, .env.STAGE, .env.local and .env where they
// are there. Fault: "FILE:LINE: …", or a named one that is not there.
Result<EnvFiles> read_env_files(const App& app, const std::string& stage, const Shell& shell);
Result<EnvFiles> read_env_files(const App& app, const std::string& stage);  // with our own environment

}  // namespace live
