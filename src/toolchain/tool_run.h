// One build: the commands of a tool, one after the other, each to its end.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/result.h"
#include "process/process.h"
#include "toolchain/project.h"

namespace live {

class ToolRun {
 public:
  // `made`: a folder for what this function's build makes.
  ToolRun(Executor executor, std::filesystem::path made)
      : executor_(std::move(executor)), made_(std::move(made)) {}

  enum class Prints { words, data };  // on its standard output; data is no part of a fault
  using Variables = std::vector<std::pair<std::string, std::string>>;
  struct Output {
    std::string out;
  };
  // Its output. Fault: the tool is not installed, or what it printed when it failed, the end of it.
  Async<Result<Output>> run(std::vector<std::string> arguments, std::filesystem::path folder,
                            Variables variables = {}, Prints prints = Prints::words);

  const std::filesystem::path& made() const { return made_; }

 private:
  Executor executor_;
  std::filesystem::path made_;
};

// The build of each tool. Fault: what the developer should read.
using ToolBuild = Async<Result<ToolProduct>>(ToolRun& run, ToolSource source, Project project);
ToolBuild build_with_go, build_with_cargo, build_with_cmake, build_with_make, build_with_maven,
    build_with_gradle, build_with_jar, build_with_dotnet, build_with_assembly;

// Of options: texts of an array, and the members of an object.
std::vector<std::string> texts_of(const json::object& options, std::string_view name);
ToolRun::Variables variables_of(const json::object& options);

}  // namespace live
