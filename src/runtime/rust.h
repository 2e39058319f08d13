// Programs in Rust: their client of the Runtime API takes a URL where every other takes an authority.
#pragma once

#include <filesystem>

namespace live {

// By what the compiler leaves in every program that has its standard library. Known once, it is remembered
// for as long as the file is the same one.
bool is_rust(const std::filesystem::path& executable);

}  // namespace live
