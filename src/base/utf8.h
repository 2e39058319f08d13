// Text that came from somewhere else, made fit for JSON.
#pragma once

#include <string>
#include <string_view>

namespace live {

// The same text with U+FFFD for each byte that is no part of well-formed UTF-8.
std::string valid_utf8(std::string_view text);

}  // namespace live
