// Changes a member of a JSON text that a person wrote, and leaves every other byte as it is: indentation,
// order and line ends are the text's own.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace live {

// The text with `value` as the member `key` of the object `parent`, a member of the whole; empty:
// of the whole itself. What is there already is replaced; what is not there is added as the last one,
// `parent` too. Fault: not JSON, or not an object where one has to be.
Result<std::string> with_member(std::string_view text, std::string_view parent, std::string_view key,
                                const json::value& value);

// The text, which may have comments and trailing commas as editors' own files do, with `element` as the last
// one of the array `array`, a member of the whole; what is not there is added. Fault: not JSON, or not an
// array.
Result<std::string> with_element(std::string_view text, std::string_view array, const json::value& element);
// Of such a text.
Result<json::object> parse_commented_json(std::string_view text);

}  // namespace live
