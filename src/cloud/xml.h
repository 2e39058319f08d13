// Text for XML: escaped, and without the control characters that XML 1.0 has no way to say.
#pragma once

#include <string>
#include <string_view>

namespace live::cloud {

std::string xml_escape(std::string_view text);

}  // namespace live::cloud
