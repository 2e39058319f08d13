// What the project's own type checker or linter has found.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace live {

struct Remark {
  std::string file, severity, text, rule;  // severity "error" or "warning"; the file may be empty
  int line = 0, column = 0;                // from 1; 0: not known
};

struct Checked {
  bool configured = false;  // false: the project has no such tool, or no settings for it
  std::vector<Remark> findings;
  std::vector<std::filesystem::path> files;  // that it has looked at
};

}  // namespace live
