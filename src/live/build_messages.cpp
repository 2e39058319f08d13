#include "live/build_messages.h"

#include <fmt/format.h>

namespace live {

std::string describe_errors(const std::vector<BuildMessage>& errors) {
  std::string text;
  for (auto const& error : errors) {
    if (!text.empty()) text += '\n';
    if (!error.file.empty() && error.line > 0)
      text += fmt::format("{}:{}:{}: ", error.file, error.line, error.column + 1);
    text += error.text;
    if (!error.line_text.empty()) text += fmt::format("\n    {} | {}", error.line, error.line_text);
  }
  return text;
}

}  // namespace live
