// Boost.JSON with the readers we need: a missing or mistyped member is an empty optional, never a throw.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.h"

namespace live {

namespace json = boost::json;

Result<json::value> parse_json(std::string_view text, size_t max_depth = 256);
Result<json::object> parse_json_object(std::string_view text, size_t max_depth = 256);
std::string pretty_json(const json::value& value);     // two spaces, keys in their order, a final newline
std::string compact_json(const json::value& value);    // one line, keys in their order
std::string canonical_json(const json::value& value);  // no spaces, keys sorted: equal values, equal text

const json::value* find(const json::object& in, std::string_view key);
const json::object* find_object(const json::object& in, std::string_view key);
const json::array* find_array(const json::object& in, std::string_view key);
std::optional<std::string> find_string(const json::object& in, std::string_view key);
std::optional<int64_t> find_int(const json::object& in,
                                std::string_view key);  // a whole number, or one in a string
std::optional<bool> find_bool(const json::object& in, std::string_view key);  // true, or "true"
std::string string_or(const json::object& in, std::string_view key, std::string_view otherwise = "");

}  // namespace live
