// Reading an action's input: what is missing or mistyped is the caller's error, in AWS's words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "cloud/call.h"

namespace live::cloud {

// Query services say ValidationError, JSON services ValidationException.
inline ApiResult<std::string> required(const json::object& input, std::string_view name,
                                       std::string_view code = "ValidationException") {
  auto value = find_string(input, name);
  if (value && !value->empty()) return std::move(*value);
  return api_error(
      400, std::string(code),
      fmt::format("1 validation error detected: Value null at '{}' failed to satisfy constraint: Member "
                  "must not be null",
                  name));
}

std::vector<std::string> strings(const json::object& input, std::string_view name);  // of a list; else none

// One page of `all`: from the token's place on, `limit` elements. The token is the next element's index.
struct Page {
  size_t begin = 0, end = 0;
  std::string next;  // empty: the last page
};
Page page_of(size_t count, const json::object& input, std::string_view token_name,
             std::string_view limit_name, size_t default_limit);

// Tags as most services have them: [{Key, Value}], merged by key.
void merge_tags(json::array& tags, const json::array& more, std::string_view key_name = "Key");
void remove_tags(json::array& tags, const std::vector<std::string>& keys, std::string_view key_name = "Key");

double epoch_seconds(TimePoint at);

}  // namespace live::cloud
