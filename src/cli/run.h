// Runs one command's coroutine to its end on a loop of its own.
#pragma once

#include <functional>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "live/terminal.h"

namespace live::cli {

constexpr int kUsage = 2, kInterrupted = 130;  // exit codes, beside 0 and 1

// What Ctrl-C (or SIGTERM, or the terminal that closes) does at this moment. By default the command ends at
// once with 130. A second one always does.
struct Interruption {
  enum class By { hand, signal };        // Ctrl-C, or whoever ends processes
  std::function<Async<int>()> then;      // ends in an orderly way instead; gives the exit code
  std::function<std::string()> at_once;  // what is so when a second one ends it; told
  By by = By::hand;                      // once it came
};

// The exit code: 0, 1 with the fault told, or what the interruption says.
int run_command(Terminal& terminal, const std::function<Async<Result<void>>(Interruption&)>& start);

}  // namespace live::cli
