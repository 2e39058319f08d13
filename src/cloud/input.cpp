#include "cloud/input.h"

#include <algorithm>

namespace live::cloud {

std::vector<std::string> strings(const json::object& input, std::string_view name) {
  std::vector<std::string> result;
  auto list = find_array(input, name);
  if (!list) return result;
  for (auto& each : *list) {
    if (auto text = each.if_string()) result.emplace_back(*text);
  }
  return result;
}

Page page_of(size_t count, const json::object& input, std::string_view token_name,
             std::string_view limit_name, size_t default_limit) {
  auto start = find_int(input, token_name).value_or(0);
  auto limit = find_int(input, limit_name).value_or(static_cast<int64_t>(default_limit));
  Page page;
  page.begin = std::min(count, static_cast<size_t>(std::max<int64_t>(start, 0)));
  page.end = std::min(count, page.begin + static_cast<size_t>(std::max<int64_t>(limit, 1)));
  if (page.end < count) page.next = std::to_string(page.end);
  return page;
}

void merge_tags(json::array& tags, const json::array& more, std::string_view key_name) {
  for (auto& tag : more) {
    auto given = tag.if_object();
    if (!given) continue;
    auto key = find_string(*given, key_name);
    auto same = std::find_if(tags.begin(), tags.end(), [&](auto& known) {
      return known.is_object() && find_string(known.get_object(), key_name) == key;
    });
    if (same != tags.end())
      *same = tag;
    else
      tags.push_back(tag);
  }
}

void remove_tags(json::array& tags, const std::vector<std::string>& keys, std::string_view key_name) {
  json::array kept;
  for (auto& tag : tags) {
    auto key = string_or(tag.as_object(), key_name);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) kept.push_back(tag);
  }
  tags = std::move(kept);
}

double epoch_seconds(TimePoint at) { return static_cast<double>(to_millis(at)) / 1000.0; }

}  // namespace live::cloud
