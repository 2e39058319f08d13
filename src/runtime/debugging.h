// How the process of each language is started under its debugger. A language is one row: a new one says how
// its process opens itself, how we learn where, and what its debuggers speak.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/auto_attach.h"
#include "runtime/debug_port.h"
#include "runtime/launch.h"

namespace live {

struct DebugStart {
  std::string url;  // what a debugger is told
  std::string title;
  bool waits = false;
  std::optional<AutoAttach> auto_attach;
};

struct Debugging {
  std::string_view language;  // "python"; what IDEs are told goes by it
  DebugPort::Speaks speaks;
  // Changes a launch so that its process opens itself to a debugger before the user's code is there.
  void (*open)(Launch& launch, const Program& program, const DebugStart& start);
  // Where it listens, when a line of its output says so; null: its debugger attaches by its process id.
  std::optional<std::string> (*listens)(std::string_view line) = nullptr;
  bool (*is_its_own)(std::string_view line) = nullptr;        // the debugger's, not the user's
  bool (*goes_on)(std::string_view line) = nullptr;           // a debugger has let its init go on
  bool (*waits_to_be_left)(std::string_view line) = nullptr;  // it ends once its debuggers have left
};

// What has to be done before there are breakpoints in this language; nothing: nothing.
std::optional<std::string> missing_debugger(const Debugging& debugging);

const Debugging* debugging_of(std::string_view runtime);  // null: none yet
const Debugging* debugging_in(std::string_view language);

}  // namespace live
