#include "live/schema.h"

#include <algorithm>
#include <regex>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"

namespace live {
namespace {

constexpr const char* kLiveSchema =
#include "live/schema.inc"
    ;

struct At {
  std::string pointer;  // "/live/workers"
  std::string name;     // "live.workers"

  At member(std::string_view key) const {
    return {pointer_to(pointer, key), (name.empty() ? "" : name + ".") + std::string(key)};
  }
  At element(size_t index) const {
    return {fmt::format("{}/{}", pointer, index), fmt::format("{}[{}]", name, index)};
  }
};

// What a value has to be: "a whole number from 1 to 1024".
std::string words_for(const json::object& schema) {
  if (auto const title = find_string(schema, "title")) return *title;
  if (auto const* choices = find_array(schema, "enum")) {
    std::vector<std::string> each;
    for (auto const& one : *choices) each.push_back(json::serialize(one));
    return fmt::format("{}", fmt::join(each, " or "));
  }
  auto const type = string_or(schema, "type");
  if (type == "integer")
    return fmt::format("a whole number from {} to {}", find_int(schema, "minimum").value_or(0),
                       find_int(schema, "maximum").value_or(INT32_MAX));
  if (type == "array") return "a list";
  if (type == "boolean") return "true or false";
  if (type == "object") return "an object";
  return find_int(schema, "minLength") ? "a text that is not empty" : "a text";
}

bool has_type(const json::value& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  return value.is_string();
}

bool fits_pattern(std::string_view text, const json::object& schema) {
  auto const pattern = find_string(schema, "pattern");
  return !pattern || std::regex_search(text.begin(), text.end(), std::regex(*pattern));
}

// Whether the value by itself, without its members, is what the schema says.
bool fits(const json::value& value, const json::object& schema) {
  if (auto const* choices = find_array(schema, "enum"))
    return std::find(choices->begin(), choices->end(), value) != choices->end();
  if (auto const* kinds = find_array(schema, "anyOf"))
    return std::ranges::any_of(*kinds,
                               [&](const json::value& kind) { return fits(value, kind.get_object()); });
  if (!has_type(value, string_or(schema, "type"))) return false;
  if (auto const* number = value.if_int64())
    return *number >= find_int(schema, "minimum").value_or(INT64_MIN) &&
           *number <= find_int(schema, "maximum").value_or(INT64_MAX);
  if (auto const* text = value.if_string())
    return int64_t(text->size()) >= find_int(schema, "minLength").value_or(0) && fits_pattern(*text, schema);
  return !value.is_uint64();  // above every maximum
}

void collect_settings(const json::object& schema, const std::string& prefix, std::vector<std::string>& into) {
  auto const* properties = find_object(schema, "properties");
  if (!properties) return;
  for (auto const& [key, value] : *properties) {
    if (key.starts_with('$')) continue;
    std::string const name = prefix + std::string(key);
    auto const& member = value.get_object();
    if (member.contains("properties")) {
      collect_settings(member, name + ".", into);
    } else {
      into.push_back(name);
    }
  }
}

class Check {
 public:
  Check(const JsonText& text, const json::object& root) : text_(text), root_(root) {}

  Result<void> value(const json::value& value, const json::object& schema, const At& at) const {
    if (!fits(value, schema))
      return fault(text_.place(at.pointer) +
                   (at.name.empty() ? ": the whole must be an object"
                                    : fmt::format(": \"{}\" must be {}", at.name, words_for(schema))));
    if (auto const* kinds = find_array(schema, "anyOf")) {
      for (auto const& kind : *kinds)
        if (fits(value, kind.get_object())) return members(value, kind.get_object(), at);
    }
    return members(value, schema, at);
  }

 private:
  Result<void> members(const json::value& value, const json::object& schema, const At& at) const {
    if (auto const* items = find_object(schema, "items")) {
      for (size_t i = 0; i < value.get_array().size(); ++i) {
        LIVE_TRY(this->value(value.get_array()[i], *items, at.element(i)));
      }
    }
    if (!value.is_object()) return outcome::success();
    auto const* properties = find_object(schema, "properties");
    auto const* names = find_object(schema, "propertyNames");
    for (auto const& [key, member] : value.get_object()) {
      auto const* known = properties ? find_object(*properties, key) : nullptr;
      if (!known) known = find_object(schema, "additionalProperties");
      if (!known) return unknown(schema, at, key);
      if (names && !fits_pattern(key, *names))
        return fault(fmt::format("{}: \"{}\" in \"{}\" is not {}", text_.place(at.member(key).pointer),
                                 std::string_view(key), at.name, words_for(*names)));
      LIVE_TRY(this->value(member, *known, at.member(key)));
    }
    return outcome::success();
  }

  Fault unknown(const json::object& schema, const At& at, std::string_view key) const {
    std::vector<std::string> siblings;
    for (auto const& [name, ignored] : *find_object(schema, "properties"))
      if (!name.starts_with('$')) siblings.push_back(at.member(name).name);
    auto const advice = meant(siblings, at, key);
    return fault(fmt::format("{}: \"{}\" is no setting{}; there are {}", text_.place(at.member(key).pointer),
                             at.member(key).name, advice ? " (did you mean \"" + *advice + "\"?)" : "",
                             fmt::join(siblings, ", ")));
  }

  // A sibling, or a setting of the same name somewhere else.
  std::optional<std::string> meant(const std::vector<std::string>& siblings, const At& at,
                                   std::string_view key) const {
    if (auto close = nearest(at.member(key).name, siblings)) return close;
    std::vector<std::string> all;
    collect_settings(root_, "", all);
    for (auto const& one : all) {
      auto const name = one.substr(one.rfind('.') + 1);
      if (nearest(key, {name})) return one;
    }
    return std::nullopt;
  }

  const JsonText& text_;
  const json::object& root_;
};

}  // namespace

const Schema& Schema::of_live_json() {
  static const Schema schema(json::parse(kLiveSchema).get_object());
  return schema;
}

Result<void> Schema::check(const JsonText& text) const {
  return Check(text, schema_).value(text.value(), schema_, {});
}

std::vector<std::string> Schema::settings() const {
  std::vector<std::string> all;
  collect_settings(schema_, "", all);
  return all;
}

}  // namespace live
