#include "base/json.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace live {
namespace {

std::string number_text(double number) { return fmt::format("{}", number); }  // 1.5, where Boost writes 1.5E0

void pretty(const json::value& value, std::string& out, int depth) {
  auto const indent = [&out](int by) { out.append(size_t(by) * 2, ' '); };
  if (auto const* object = value.if_object(); object && !object->empty()) {
    out += "{\n";
    size_t left = object->size();
    for (auto const& [key, member] : *object) {
      indent(depth + 1);
      out += json::serialize(key);
      out += ": ";
      pretty(member, out, depth + 1);
      out += --left ? ",\n" : "\n";
    }
    indent(depth);
    out += "}";
  } else if (auto const* array = value.if_array(); array && !array->empty()) {
    out += "[\n";
    size_t left = array->size();
    for (auto const& element : *array) {
      indent(depth + 1);
      pretty(element, out, depth + 1);
      out += --left ? ",\n" : "\n";
    }
    indent(depth);
    out += "]";
  } else if (auto const* number = value.if_double()) {
    out += number_text(*number);
  } else {
    out += json::serialize(value);
  }
}

enum class Order { kept, sorted };

void compact(const json::value& value, std::string& out, Order order) {
  if (auto const* object = value.if_object()) {
    std::vector<const json::key_value_pair*> members;
    for (auto const& member : *object) members.push_back(&member);
    if (order == Order::sorted)
      std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->key() < b->key(); });
    out += '{';
    for (auto const* member : members) {
      if (out.back() != '{') out += ',';
      out += json::serialize(member->key());
      out += ':';
      compact(member->value(), out, order);
    }
    out += '}';
  } else if (auto const* array = value.if_array()) {
    out += '[';
    for (size_t i = 0; i < array->size(); ++i) {
      if (i) out += ',';
      compact((*array)[i], out, order);
    }
    out += ']';
  } else if (auto const* number = value.if_double(); number && order == Order::kept) {
    out += number_text(*number);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

Result<json::value> parse_json(std::string_view text, size_t max_depth) {
  json::parse_options options;
  options.max_depth = max_depth;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return fault("not JSON: " + error.message());
  return value;
}

Result<json::object> parse_json_object(std::string_view text, size_t max_depth) {
  LIVE_TRY(auto value, parse_json(text, max_depth));
  if (!value.is_object()) return fault("not a JSON object");
  return std::move(value.as_object());
}

std::string pretty_json(const json::value& value) {
  std::string out;
  pretty(value, out, 0);
  out += '\n';
  return out;
}

std::string canonical_json(const json::value& value) {
  std::string out;
  compact(value, out, Order::sorted);
  return out;
}

std::string compact_json(const json::value& value) {
  std::string out;
  compact(value, out, Order::kept);
  return out;
}

const json::value* find(const json::object& in, std::string_view key) { return in.if_contains(key); }

const json::object* find_object(const json::object& in, std::string_view key) {
  auto const* value = in.if_contains(key);
  return value ? value->if_object() : nullptr;
}

const json::array* find_array(const json::object& in, std::string_view key) {
  auto const* value = in.if_contains(key);
  return value ? value->if_array() : nullptr;
}

std::optional<std::string> find_string(const json::object& in, std::string_view key) {
  auto const* value = in.if_contains(key);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<int64_t> find_int(const json::object& in, std::string_view key) {
  auto const* value = in.if_contains(key);
  if (!value) return std::nullopt;
  if (auto const* number = value->if_int64()) return *number;
  if (auto const* number = value->if_uint64(); number && *number <= INT64_MAX) return int64_t(*number);
  if (auto const* number = value->if_double();
      number && *number > -9e15 && *number < 9e15 && *number == double(int64_t(*number)))
    return int64_t(*number);
  if (auto const* text = value->if_string()) {
    int64_t number = 0;
    auto const* end = text->data() + text->size();
    auto const parsed = std::from_chars(text->data(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end) return number;
  }
  return std::nullopt;
}

std::optional<bool> find_bool(const json::object& in, std::string_view key) {
  auto const* value = in.if_contains(key);
  if (!value) return std::nullopt;
  if (auto const* flag = value->if_bool()) return *flag;
  if (auto const* text = value->if_string()) {
    if (*text == "true") return true;
    if (*text == "false") return false;
  }
  return std::nullopt;
}

std::string string_or(const json::object& in, std::string_view key, std::string_view otherwise) {
  auto text = find_string(in, key);
  return text ? std::move(*text) : std::string(otherwise);
}

}  // namespace live
