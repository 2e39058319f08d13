// A debugger of Node that has a breakpoint in a source finds its place in the script by the script's source
// map, which it reads when it is told of the script: in the meantime that runs. What the debugger says to the
// process, and what that says to it, show whether it has yet to do so.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/source_map.h"

namespace live {

struct SourceBreakpoint {
  std::string url;  // of a file, or a pattern for it
  bool is_pattern = false;
  int64_t line = 0;  // from 0
  auto operator<=>(const SourceBreakpoint&) const = default;
};

class SourceBreakpoints {
 public:
  // Which of them this debugger does not place, whatever the code: it does without source maps. Shared by the
  // processes that it debugs one after the other.
  using Unplaced = std::set<SourceBreakpoint>;
  explicit SourceBreakpoints(std::shared_ptr<Unplaced> unplaced) : unplaced_(std::move(unplaced)) {}

  // True: it has set a breakpoint.
  bool debugger_says(std::string_view message);
  void process_says(std::string_view message);
  // A script has none, though one of its sources has, at a line that has code there. Reads source maps.
  bool are_to_be_placed();
  // It has had its time. Those that it has left are not waited for again, until it places one of them.
  void give_up();

 private:
  struct Script {
    std::string url, map_url;
    std::optional<SourceMap> map{};      // read
    std::optional<MappedLines> lines{};  // likewise
  };
  bool has_breakpoint(const std::string& url) const;
  std::vector<SourceBreakpoint> of_sources(Script& script) const;
  std::vector<SourceBreakpoint> to_be_placed();

  std::set<SourceBreakpoint> breakpoints_;
  std::vector<Script> scripts_;  // that have a source map
  std::shared_ptr<Unplaced> unplaced_;
};

}  // namespace live
