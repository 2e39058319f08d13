// A function's code as its language's own tool takes it, and what that tool makes of it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace live {

struct ToolSource {
  std::string function;    // its construct path: for people, and it names what is made
  std::string logical_id;  // a Makefile's target is "build-LOGICALID", as SAM calls it
  std::string runtime, handler;
  std::filesystem::path path;  // a folder, or an archive that some tool has made of one
  // What the construct was told that bundles it when it is deployed: "entry", "flags", "binary",
  // "environment".
  json::object options;
  bool is_debugged = false;             // by line and variable: it is not optimised, nor stripped
  bool is_attached_by_process = false;  // of .NET: its process tells of a debugger
};

struct ToolProduct {
  std::filesystem::path task_root;
  std::filesystem::path executable;               // of all languages but Java; of .NET an assembly
  std::vector<std::filesystem::path> class_path;  // of Java and .NET
  std::filesystem::path debugger{};               // what its process tells of one by; empty: nothing
  std::vector<std::filesystem::path> folders;     // where whatever it is made of lies
};

// Another text: it was made anew, and is another one.
std::string identity_of(const ToolProduct& product);

enum class Tool {
  go,
  cargo,
  cmake,
  make,
  maven,
  gradle,
  jar,  // built already: it only needs Lambda's side of it
  dotnet,
  assembly,  // of .NET: likewise
};

struct Project {
  Tool tool;
  std::filesystem::path folder;  // with the tool's own file: go.mod, Cargo.toml, pom.xml, …
  std::filesystem::path root;    // of all that belongs to it: a workspace, a parent project
};

// Nothing: it runs as it lies.
std::optional<Project> find_project(const ToolSource& source);

bool is_executable(const std::filesystem::path& file);

// Globs of what tools make beside the sources: never a reason to build again.
const std::vector<std::string>& made_names();

}  // namespace live
