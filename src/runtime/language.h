// Which language a function is in, by Lambda's runtime identifier.
#pragma once

#include <string>
#include <string_view>

namespace live {

enum class Language {
  node,
  python,
  ruby,
  java,
  dotnet,
  os_only,  // provided.*: a program of its own, as Go, Rust and C++ have it
  other,    // one that Lambda has retired, or has brought since
};

Language language_of(std::string_view runtime);  // "nodejs22.x", "python3.13", "provided.al2023"
// The version in the identifier: "22.x", "3.13", "al2023"; empty when there is none.
std::string version_of(std::string_view runtime);

}  // namespace live
