// Where the app goes, and as whom.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "live/app.h"
#include "live/choice.h"
#include "live/host_types.h"

namespace live {

struct Target {
  App app;
  std::string stage;
  std::string region;
  std::string account;
  std::string endpoint;  // of the embedded AWS; empty: AWS
  Identity identity;
  Choice choice;                         // which functions run live
  std::optional<int> timeout_seconds{};  // of those; nothing: their own
  std::filesystem::path outputs_file;    // where the stacks' outputs are written to; empty: nowhere
};

}  // namespace live
