#include "cloud/query.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "cloud/xml.h"

namespace live::cloud {

namespace {

constexpr size_t max_depth = 40;
constexpr size_t max_index = 10'000;

struct Node {
  std::optional<std::string> text;
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> children;  // in the order they came

  Node& child(std::string_view name) {
    for (auto& [known, node] : children) {
      if (known == name) return *node;
    }
    children.emplace_back(name, std::make_unique<Node>());
    return *children.back().second;
  }
};

std::optional<size_t> index_of(std::string_view name) {
  size_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

bool all_numbered(const Node& node) {
  return !node.children.empty() && std::all_of(node.children.begin(), node.children.end(),
                                               [](auto& child) { return index_of(child.first).has_value(); });
}

json::value to_json(const Node& node);

// The numbered children in the order of their numbers: "2" before "10".
std::vector<const Node*> numbered(const Node& node) {
  std::map<size_t, const Node*> sorted;
  for (auto& [name, child] : node.children) sorted[*index_of(name)] = child.get();
  std::vector<const Node*> result;
  result.reserve(sorted.size());
  for (auto& [number, child] : sorted) result.push_back(child);
  return result;
}

json::value list_of(const Node& node) {
  json::array list;
  for (auto each : numbered(node)) list.push_back(to_json(*each));
  return list;
}

const Node* only_child(const Node& node, std::string_view name) {
  if (node.children.size() != 1 || node.children[0].first != name) return nullptr;
  return node.children[0].second.get();
}

std::optional<json::value> map_of(const Node& entries) {
  json::object map;
  for (auto each : numbered(entries)) {
    const Node *key = nullptr, *value = nullptr;
    for (auto& [name, child] : each->children) {
      if (name == "key" || name == "Name")
        key = child.get();
      else if (name == "value" || name == "Value")
        value = child.get();
    }
    if (!key || !key->text || !value) return std::nullopt;
    map[*key->text] = to_json(*value);
  }
  return map;
}

json::value to_json(const Node& node) {
  if (node.text) return json::string(*node.text);
  if (auto member = only_child(node, "member"); member && all_numbered(*member)) return list_of(*member);
  if (auto entry = only_child(node, "entry"); entry && all_numbered(*entry)) {
    if (auto map = map_of(*entry)) return std::move(*map);
  }
  if (all_numbered(node)) return list_of(node);
  json::object object;
  for (auto& [name, child] : node.children) object[name] = to_json(*child);
  return object;
}

bool consistent(const Node& node) {
  if (node.text) return node.children.empty();
  return std::all_of(node.children.begin(), node.children.end(),
                     [](auto& child) { return consistent(*child.second); });
}

void put(Node& root, std::string_view name, const std::string& value) {
  Node* at = &root;
  for (size_t start = 0; start <= name.size();) {
    auto end = std::min(name.find('.', start), name.size());
    at = &at->child(name.substr(start, end - start));
    start = end + 1;
  }
  at->text = value;
}

struct Rendering {
  const std::vector<std::string>& maps;
  std::string_view list_item = "member";
  std::string out{};

  void element(std::string_view name, const json::value& value) {
    out.append("<").append(name).append(">");
    if (auto map = value.if_object(); map && std::find(maps.begin(), maps.end(), name) != maps.end()) {
      entries(*map);
    } else {
      content(value);
    }
    out.append("</").append(name).append(">");
  }

  void entries(const json::object& map) {
    for (auto& member : map) {
      out.append("<entry><key>").append(xml_escape(member.key())).append("</key>");
      element("value", member.value());
      out.append("</entry>");
    }
  }

  void content(const json::value& value) {
    switch (value.kind()) {
      case json::kind::object:
        for (auto& member : value.get_object()) {
          if (!member.value().is_null()) element(member.key(), member.value());
        }
        break;
      case json::kind::array:
        for (auto& each : value.get_array()) element(list_item, each);
        break;
      case json::kind::string:
        out += xml_escape(value.get_string());
        break;
      case json::kind::bool_:
        out += value.get_bool() ? "true" : "false";
        break;
      case json::kind::double_:
        out += fmt::format("{}", value.get_double());
        break;
      case json::kind::null:
        break;
      default:
        out += json::serialize(value);
    }
  }
};

}  // namespace

Result<json::object> decode_form(const Form& form) {
  if (form.size() > max_index) return fault(fmt::format("more than {} parameters", max_index));
  Node root;
  for (auto& [name, value] : form) {
    if (static_cast<size_t>(std::count(name.begin(), name.end(), '.')) > max_depth) {
      return fault("the parameter " + name.substr(0, 80) + "… nests too deep");
    }
    put(root, name, value);
  }
  if (!consistent(root)) return fault("a parameter is given both as a value and as a structure");
  auto whole = to_json(root);
  return whole.is_object() ? std::move(whole.get_object()) : json::object();
}

std::string render_query(std::string_view action, std::string_view xml_namespace, const Output& output,
                         std::string_view request_id, QueryForm form) {
  Rendering rendering{output.maps};
  if (form == QueryForm::ec2) {
    rendering.list_item = "item";
    rendering.out =
        fmt::format(R"(<{}Response xmlns="{}"><requestId>{}</requestId>)", action, xml_namespace, request_id);
    rendering.content(json::value(output.value));
    rendering.out += fmt::format("</{}Response>", action);
    return std::move(rendering.out);
  }
  rendering.out = fmt::format(R"(<{}Response xmlns="{}"><{}Result>)", action, xml_namespace, action);
  rendering.content(json::value(output.value));
  rendering.out +=
      fmt::format("</{}Result><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{}Response>",
                  action, request_id, action);
  return std::move(rendering.out);
}

std::string render_query_error(std::string_view xml_namespace, const ApiError& error,
                               std::string_view request_id, QueryForm form) {
  if (form == QueryForm::ec2)
    return fmt::format(
        "<Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors><RequestID>{}</"
        "RequestID>"
        "</Response>",
        xml_escape(error.code), xml_escape(error.message), request_id);
  return fmt::format(
      R"(<ErrorResponse xmlns="{}"><Error><Type>{}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>)",
      xml_namespace, error.status >= 500 ? "Receiver" : "Sender", xml_escape(error.code),
      xml_escape(error.message), request_id);
}

}  // namespace live::cloud
