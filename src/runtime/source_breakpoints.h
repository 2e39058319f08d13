// A debugger of Node that has a breakpoint in a source finds its place in the script by the script's source
// map, which it reads when it is told of the script: in the meantime that runs. What the debugger says to the
// process, and what that says to it, show whether it has yet to do so.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace live {

class SourceBreakpoints {
 public:
  // True: it has set a breakpoint.
  bool debugger_says(std::string_view message);
  void process_says(std::string_view message);
  // A script has none, though one of its sources has. Reads source maps.
  bool are_to_be_placed();

 private:
  struct Script {
    std::string url, map;
    std::vector<std::string> sources{};
    bool is_read = false;
  };
  bool has_breakpoint(const std::string& url) const;

  std::set<std::string> urls_, patterns_;  // of files with breakpoints
  std::vector<Script> scripts_;            // that have a source map
};

// The files that a script was made of, by its source map beside it. None: it cannot be read.
std::vector<std::string> sources_of(std::string_view script_url, std::string_view map_url);

}  // namespace live
