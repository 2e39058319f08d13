// Which Python or Ruby of this machine runs a function: the project's own environment where there is one,
// else the runtime's version, else whichever is installed.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/result.h"

namespace live {

struct Interpreter {
  std::filesystem::path program;
  std::string version;  // "3.11.7"
};

// What to try, the best first. Environments of the project are looked for in `source` and the folders above
// it, up to `project`; where that is not above it, in `source` alone.
std::vector<std::filesystem::path> interpreters_to_try(std::string_view runtime,
                                                       const std::filesystem::path& source,
                                                       const std::filesystem::path& project,
                                                       std::string_view path,
                                                       const std::filesystem::path& active_environment);

// One is there, and what to say when none is.
bool has_interpreter(std::string_view runtime, const std::filesystem::path& source,
                     const std::filesystem::path& project);
std::string no_interpreter(std::string_view runtime);

bool is_interpreted(std::string_view runtime);  // by a program that Interpreters looks for

class Interpreters {
 public:
  explicit Interpreters(Executor executor) : executor_(std::move(executor)) {}

  // Of `runtime`, "python3.13"; asked once what version it is, and remembered. Fault: there is none.
  Async<Result<Interpreter>> find(std::string runtime, std::filesystem::path source,
                                  std::filesystem::path project);

 private:
  Async<std::optional<Interpreter>> ask(std::string runtime, std::filesystem::path program);

  Executor executor_;
  std::map<std::filesystem::path, std::optional<Interpreter>> known_;
};

}  // namespace live
