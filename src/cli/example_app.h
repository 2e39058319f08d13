// The app that `live init` makes in an empty folder: one function behind one API.
#pragma once

#include <span>
#include <string_view>

namespace live::cli {

struct ExampleFile {
  std::string_view path, text;  // "@NAME@": the app's
};
std::span<const ExampleFile> example_app();

}  // namespace live::cli
