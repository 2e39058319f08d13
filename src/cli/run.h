// Runs one command's coroutine to its end on a loop of its own.
#pragma once

#include <functional>

#include "base/async.h"
#include "base/result.h"
#include "live/terminal.h"

namespace live::cli {

// The exit code: 0, or 1 with the fault told. Ctrl-C ends it at once with 130, unless the command takes the
// signals itself.
enum class Signals { end_it, its_own };
int run_command(Terminal& terminal, const std::function<Async<Result<void>>()>& start,
                Signals signals = Signals::end_it);

}  // namespace live::cli
