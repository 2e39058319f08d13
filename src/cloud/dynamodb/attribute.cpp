#include "cloud/dynamodb/attribute.h"

#include <algorithm>
#include <vector>

#include "base/encoding.h"
#include "cloud/dynamodb/number.h"

namespace live::cloud::dynamodb {
namespace {

constexpr int kMaxDepth = 32;  // DynamoDB quota
constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

ApiResult<json::value> scalar(std::string_view type, const json::value& content) {
  if (!content.is_string())
    return api_error(400, "SerializationException",
                     "The value of " + std::string(type) + " must be a string");
  std::string_view text(content.get_string());
  if (type == "N") {
    LIVE_API_TRY(auto number, Number::parse(text));
    return json::value(json::string(number.text()));
  }
  if (type == "B") {
    auto bytes = from_base64(text);
    if (!bytes) return api_error(400, "SerializationException", "Invalid base64 in a binary attribute value");
    return json::value(json::string(base64(*bytes)));
  }
  return content;
}

std::string listed(const json::array& set) {
  std::string out;
  for (auto& one : set)
    out +=
        (out.empty() ? "" : ", ") + (one.is_string() ? std::string(std::string_view(one.get_string())) : "");
  return out;
}

ApiResult<json::value> normal_set(std::string_view type, const json::value& content) {
  if (!content.is_array())
    return api_error(400, "SerializationException", "The value of " + std::string(type) + " must be a list");
  auto& list = content.get_array();
  auto kind = type == "SS" ? "string" : type == "NS" ? "number" : "binary";
  if (list.empty()) return validation(std::string(kInvalid) + "An " + kind + " set  may not be empty");
  json::array out;
  for (auto& one : list) {
    LIVE_API_TRY(auto member, scalar(type.substr(0, 1), one));
    if (std::find(out.begin(), out.end(), member) != out.end())
      return validation(std::string(kInvalid) + "Input collection [" + listed(list) +
                        "] contains duplicates.");
    out.push_back(std::move(member));
  }
  return json::value(std::move(out));
}

ApiResult<json::value> document(std::string_view type, const json::value& content, int depth) {
  if (depth >= kMaxDepth)
    return validation(
        "Nesting Levels have exceeded supported limits: Attributes can be nested only up to 32 levels");
  if (type == "M" && content.is_object()) {
    json::object out;
    for (auto& [name, member] : content.get_object()) {
      LIVE_API_TRY(out[name], normal_value(member, depth + 1));
    }
    return json::value(std::move(out));
  }
  if (type == "L" && content.is_array()) {
    json::array out;
    for (auto& member : content.get_array()) {
      LIVE_API_TRY(auto value, normal_value(member, depth + 1));
      out.push_back(std::move(value));
    }
    return json::value(std::move(out));
  }
  return api_error(400, "SerializationException", "A map must be an object and a list an array");
}

}  // namespace

ApiError validation(std::string message) { return api_error(400, "ValidationException", std::move(message)); }

ApiResult<json::value> normal_value(const json::value& value, int depth) {
  if (!value.is_object())
    return api_error(400, "SerializationException", "An attribute value must be an object");
  auto& members = value.get_object();
  if (members.empty())
    return validation(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  if (members.size() > 1)
    return validation(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
        "datatypes");
  std::string_view type(members.begin()->key());
  auto& content = members.begin()->value();
  json::object out;
  if (type == "S" || type == "N" || type == "B") {
    LIVE_API_TRY(out[type], scalar(type, content));
  } else if (type == "SS" || type == "NS" || type == "BS") {
    LIVE_API_TRY(out[type], normal_set(type, content));
  } else if (type == "M" || type == "L") {
    LIVE_API_TRY(out[type], document(type, content, depth));
  } else if (type == "BOOL" && content.is_bool()) {
    out[type] = content;
  } else if (type == "NULL" && content.is_bool()) {
    if (!content.get_bool())
      return validation(std::string(kInvalid) + "Null attribute value types must have the value of true");
    out[type] = true;
  } else {
    return validation(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  return json::value(std::move(out));
}

ApiResult<json::object> normal_item(const json::object& item) {
  json::object out;
  for (auto& [name, value] : item) {
    LIVE_API_TRY(out[name], normal_value(value));
  }
  return out;
}

std::string_view type_of(const json::value& value) { return value.get_object().begin()->key(); }
const json::value& content_of(const json::value& value) { return value.get_object().begin()->value(); }
std::string_view text_of(const json::value& value) {
  return std::string_view(content_of(value).get_string());
}
bool is_set(const json::value& value) { return type_of(value).size() == 2 && type_of(value)[1] == 'S'; }

bool same_value(const json::value& a, const json::value& b) {
  auto type = type_of(a);
  if (type != type_of(b)) return false;
  auto &x = content_of(a), &y = content_of(b);
  if (type == "L")
    return std::equal(x.get_array().begin(), x.get_array().end(), y.get_array().begin(), y.get_array().end(),
                      same_value);
  if (type == "M") {
    if (x.get_object().size() != y.get_object().size()) return false;
    return std::all_of(x.get_object().begin(), x.get_object().end(), [&](auto& member) {
      auto* other = y.get_object().if_contains(member.key());
      return other && same_value(member.value(), *other);
    });
  }
  if (is_set(a)) {
    auto &xs = x.get_array(), &ys = y.get_array();
    return xs.size() == ys.size() && std::all_of(xs.begin(), xs.end(), [&](auto& one) {
             return std::find(ys.begin(), ys.end(), one) != ys.end();
           });
  }
  return x == y;
}

std::string sortable(const json::value& value) {
  auto type = type_of(value);
  if (type == "N") return Number::parse(text_of(value)).value().sortable();
  if (type == "B") return from_base64(text_of(value)).value_or("");
  return std::string(text_of(value));
}

std::optional<std::strong_ordering> order_of(const json::value& a, const json::value& b) {
  auto type = type_of(a);
  if (type != type_of(b) || (type != "S" && type != "N" && type != "B")) return std::nullopt;
  return sortable(a).compare(sortable(b)) <=> 0;
}

size_t size_of(const json::value& value) {
  auto type = type_of(value);
  auto& content = content_of(value);
  if (type == "S") return content.get_string().size();
  if (type == "B") return from_base64(text_of(value)).value_or("").size();
  if (type == "N") return (Number::parse(text_of(value)).value().digits() + 1) / 2 + 1;
  if (type == "BOOL" || type == "NULL") return 1;
  size_t size = 0;
  if (type == "M") {
    for (auto& [name, member] : content.get_object()) size += name.size() + size_of(member) + 1;
    return size + 3;
  }
  if (type == "L") {
    for (auto& member : content.get_array()) size += size_of(member) + 1;
    return size + 3;
  }
  for (auto& member : content.get_array()) size += size_of(json::object{{type.substr(0, 1), member}});
  return size;
}

size_t size_of_item(const json::object& item) {
  size_t size = 0;
  for (auto& [name, value] : item) size += name.size() + size_of(value);
  return size;
}

json::value number_value(std::string text) { return json::object{{"N", std::move(text)}}; }

}  // namespace live::cloud::dynamodb
