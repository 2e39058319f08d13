// How the process of each language is started under its debugger. A language is one row: a new one says how
// its process opens itself, and how we learn where.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/launch.h"

namespace live {

// How VS Code's terminals have each process of Node attach itself to them.
struct AutoAttach {
  std::string bootloader;  // a module that the process loads first
  std::string options;     // VSCODE_INSPECTOR_OPTIONS

  // Of our own environment: NODE_OPTIONS and VSCODE_INSPECTOR_OPTIONS. Nothing: no such terminal.
  static std::optional<AutoAttach> in(std::string_view node_options, std::string_view inspector_options);
};
// NODE_OPTIONS without what such a terminal has put there.
std::string without_auto_attach(std::string_view node_options);

struct DebugStart {
  std::string url;  // what a debugger is told
  bool waits = false;
  std::optional<AutoAttach> auto_attach;
};

struct Debugging {
  // Changes a launch so that its process opens itself to a debugger before the user's code is there.
  void (*open)(Launch& launch, const Program& program, const DebugStart& start);
  // Where it listens, when a line of its output says so.
  std::optional<std::string> (*listens)(std::string_view line);
  bool (*goes_on)(std::string_view line);           // a debugger has let its init go on
  bool (*is_its_own)(std::string_view line);        // the debugger's, not the user's
  bool (*waits_to_be_left)(std::string_view line);  // the process ends once its debuggers have left
};

const Debugging* debugging_of(std::string_view runtime);  // null: none yet

}  // namespace live
