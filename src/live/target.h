// Where the app goes, and as whom.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "live/app.h"
#include "live/choice.h"
#include "live/host_types.h"
#include "runtime/limits.h"

namespace live {

struct Target {
  App app;
  std::string stage;
  std::string region;
  std::string account;
  std::string endpoint;  // of the embedded AWS; empty: AWS
  Identity identity;
  Choice choice;                         // which functions run live
  std::optional<Choice> inspected{};     // into which of them a debugger may look; nothing: into none
  std::optional<int> timeout_seconds{};  // of those that `longer` names; nothing: their own
  Choice longer{};
  Limits limits = Limits::enforced;    // on this machine
  std::filesystem::path outputs_file;  // where the stacks' outputs are written to; empty: nowhere
};

// Deployed with the session's own keys, to its own region.
inline bool is_at_home(const AppStack& stack, const Target& target) {
  auto const is = [](const std::string& has, const std::string& wants) {
    return has == wants || has.starts_with("unknown-");
  };
  return is(stack.account, target.account) && is(stack.region, target.region);
}

}  // namespace live
