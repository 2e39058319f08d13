// References inside values and the order they ask for.
#include "template/read.h"

namespace live::cfn {
namespace {

void collect_attribute(const json::value& argument, References& into) {
  if (argument.is_string()) {
    std::string_view text = argument.get_string();
    size_t dot = text.find('.');
    if (dot != text.npos) into.attributes.emplace(text.substr(0, dot), text.substr(dot + 1));
    return;
  }
  if (!argument.is_array() || argument.get_array().size() < 2) return;
  const auto& list = argument.get_array();
  if (!list[0].is_string()) return;
  std::string name = list[1].is_string() ? std::string(list[1].get_string()) : std::string();
  into.attributes.emplace(std::string(list[0].get_string()), name);
  if (!list[1].is_string()) collect_references(list[1], into);
}

void collect_sub(const json::value& argument, References& into) {
  const json::value* text = &argument;
  const json::object* variables = nullptr;
  if (argument.is_array() && !argument.get_array().empty()) {
    text = &argument.get_array()[0];
    if (argument.get_array().size() > 1) {
      collect_references(argument.get_array()[1], into);
      variables = argument.get_array()[1].if_object();
    }
  }
  if (!text->is_string()) return;
  for (const auto& piece : split_sub(text->get_string())) {
    if (!piece.is_variable || (variables && variables->contains(piece.text))) continue;
    size_t dot = piece.text.find('.');
    if (dot == std::string::npos)
      into.refs.insert(piece.text);
    else
      into.attributes.emplace(piece.text.substr(0, dot), piece.text.substr(dot + 1));
  }
}

}  // namespace

std::vector<SubPiece> split_sub(std::string_view text) {
  std::vector<SubPiece> pieces;
  std::string literal;
  while (!text.empty()) {
    size_t open = text.find("${");
    size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    literal += text.substr(0, open);
    std::string_view name = text.substr(open + 2, close - open - 2);
    text.remove_prefix(close + 1);
    if (name.starts_with('!')) {
      literal += fmt::format("${{{}}}", name.substr(1));
      continue;
    }
    if (!literal.empty()) pieces.push_back({std::exchange(literal, {}), false});
    size_t first = name.find_first_not_of(' ');
    size_t last = name.find_last_not_of(' ');
    pieces.push_back({first == name.npos ? "" : std::string(name.substr(first, last - first + 1)), true});
  }
  literal += text;
  if (!literal.empty()) pieces.push_back({std::move(literal), false});
  return pieces;
}

void collect_references(const json::value& value, References& into) {
  if (value.is_array()) {
    for (const auto& item : value.get_array()) collect_references(item, into);
    return;
  }
  if (!value.is_object()) return;
  const auto& object = value.get_object();
  if (object.size() == 1) {
    const auto& [name, argument] = *object.begin();
    if (name == "Ref" && argument.is_string()) {
      into.refs.insert(std::string(argument.get_string()));
      return;
    }
    if (name == "Fn::GetAtt") return collect_attribute(argument, into);
    if (name == "Fn::Sub") return collect_sub(argument, into);
    if (name == "Fn::If" && argument.is_array() && !argument.get_array().empty() &&
        argument.get_array()[0].is_string())
      into.conditions.insert(std::string(argument.get_array()[0].get_string()));
  }
  for (const auto& member : object) collect_references(member.value(), into);
}

Graph dependencies(const Template& of) {
  Graph graph;
  for (const auto& resource : of.resources) {
    References found;
    collect_references(resource.properties, found);
    collect_references(resource.attributes, found);
    auto& needs = graph[resource.id];
    auto need = [&](const std::string& id) {
      if (of.resource(id)) needs.insert(id);
    };
    for (const auto& id : found.refs) need(id);
    for (const auto& [id, attribute] : found.attributes) need(id);
    for (const auto& id : resource.depends_on) need(id);
  }
  return graph;
}

Result<std::vector<std::string>> creation_order(const Graph& graph) {
  std::vector<std::string> order;
  std::set<std::string, std::less<>> done;
  while (done.size() < graph.size()) {
    size_t before = done.size();
    std::vector<std::string> ready;
    for (const auto& [id, needs] : graph) {
      if (done.contains(id)) continue;
      bool free = std::all_of(needs.begin(), needs.end(), [&](const auto& other) {
        return done.contains(other) || !graph.contains(other);
      });
      if (free) ready.push_back(id);
    }
    for (auto& id : ready) {
      done.insert(id);
      order.push_back(std::move(id));
    }
    if (done.size() == before) break;
  }
  if (done.size() == graph.size()) return order;
  // What merely waits for a cycle is not part of it: drop, again and again, what nobody left needs.
  std::set<std::string> left;
  for (const auto& [id, needs] : graph)
    if (!done.contains(id)) left.insert(id);
  for (bool dropped = true; dropped;) {
    dropped = false;
    for (const auto& id : std::set<std::string>(left)) {
      bool needed = std::any_of(left.begin(), left.end(),
                                [&](const auto& other) { return graph.find(other)->second.contains(id); });
      if (!needed) dropped = left.erase(id) > 0;
    }
  }
  return fault(fmt::format("Circular dependency between resources: [{}]", fmt::join(left, ", ")));
}

}  // namespace live::cfn
