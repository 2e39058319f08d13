// What a terminal of VS Code says to each process of Node, so that its debugger attaches by itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace live {

// How VS Code's terminals have each process of Node attach itself to them.
struct AutoAttach {
  enum class To {  // the setting "Auto Attach"
    all,
    some,        // "smart": the bootloader decides by the script's path
    with_a_flag  // `node --inspect`
  };
  std::string bootloader;  // a module that the process loads first
  std::string options;     // VSCODE_INSPECTOR_OPTIONS
  To to = To::all;

  // Of our own environment: NODE_OPTIONS and VSCODE_INSPECTOR_OPTIONS. Nothing: no such terminal.
  static std::optional<AutoAttach> in(std::string_view node_options, std::string_view inspector_options);
};
// NODE_OPTIONS without what such a terminal has put there.
std::string without_auto_attach(std::string_view node_options);

}  // namespace live
