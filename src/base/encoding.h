// Hex, base64 and percent encoding. Decoders refuse what is not well formed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace live {

std::string hex(std::string_view bytes);  // lower case
std::optional<std::string> from_hex(std::string_view text);

std::string base64(std::string_view bytes);  // with padding
std::optional<std::string> from_base64(std::string_view text);

// Percent encoding as SigV4 defines it: all but A-Z a-z 0-9 - . _ ~ ; `keep` names further bytes left alone.
std::string uri_encode(std::string_view text, std::string_view keep = "");
std::optional<std::string> uri_decode(std::string_view text);
// A query string's value: '+' is a space there.
std::optional<std::string> form_decode(std::string_view text);

}  // namespace live
