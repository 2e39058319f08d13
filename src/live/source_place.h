// A place in somebody's source: read from the frames of Node, Python and Ruby, and shown with its line of
// code.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live {

struct SourcePlace {
  std::filesystem::path file;
  int line = 0, column = 0;  // from 1; 0: not known
};

struct StackFrame {
  std::string function;                // "handler", "async Promise.all", or empty
  std::optional<SourcePlace> place{};  // none in Node itself or native code
  std::string where;                   // as the runtime wrote it
  std::string_view runtime = "Node.js";
};

// "    at handler (/app/src/api.ts:12:9)", "  File "/app/api.py", line 12, in handler", "/app/api.rb:12:in
// `handler'". Nothing: no frame.
std::optional<StackFrame> stack_frame(std::string_view line);

// Not of a package, of Node, or of one of these folders.
bool is_own(const StackFrame& frame, const std::vector<std::filesystem::path>& others);

// "src/api.ts:12:9", when it lies below the folder.
std::string describe(const SourcePlace& place, const std::filesystem::path& folder);

// "12 │ return event.user.name;" and a line with a caret below its column. Empty: the file is not there, or
// its line is too long to be read.
std::vector<std::string> code_at(const SourcePlace& place);

}  // namespace live
