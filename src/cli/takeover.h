// Whether a session may take a stage that somebody else is connected to.
#pragma once

#include "cli/relay.h"
#include "cli/target.h"

namespace live::cli {

// Where live.json says "takeover": "ask", asks before. Fault: the answer is no, or nobody can be asked.
Async<Result<void>> agree_to_take(Relay& relay, const CommonOptions& options, const Target& target);

}  // namespace live::cli
