// What .NET has published: assemblies, and the files that say what one of them needs to run.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace live {

// "Assembly::Namespace.Type::Method"; a program's handler is the assembly's name alone.
bool is_class_library(std::string_view handler);
std::string assembly_of(std::string_view handler);  // without ".dll"

// Of the handler's assembly, or of the only one that has such a file. Fault: there is none, and what makes
// it.
Result<std::filesystem::path> runtime_config(const std::filesystem::path& package, std::string_view handler);
Result<std::filesystem::path> dependencies_file(const std::filesystem::path& package,
                                                std::string_view handler);

// "net8.0": what it was built for.
Result<std::string> framework_of(const std::filesystem::path& package, std::string_view handler);

}  // namespace live
