#include "cloud/dynamodb/evaluate.h"

#include <algorithm>

#include "base/encoding.h"
#include "cloud/dynamodb/attribute.h"
#include "cloud/dynamodb/number.h"

namespace live::cloud::dynamodb {
namespace {

using Kind = Condition::Kind;

const json::value* step_into(const json::value& value, const Step& step) {
  auto& content = content_of(value);
  if (auto* index = std::get_if<size_t>(&step)) {
    if (type_of(value) != "L" || *index >= content.get_array().size()) return nullptr;
    return &content.get_array()[*index];
  }
  return type_of(value) == "M" ? content.get_object().if_contains(std::get<std::string>(step)) : nullptr;
}

std::optional<json::value> measured(const json::value& value) {
  auto type = type_of(value);
  auto& content = content_of(value);
  int64_t size = 0;
  if (type == "S")
    size = std::count_if(content.get_string().begin(), content.get_string().end(),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  else if (type == "B")
    size = int64_t(from_base64(text_of(value)).value_or("").size());
  else if (content.is_array())
    size = int64_t(content.get_array().size());
  else if (type == "M")
    size = int64_t(content.get_object().size());
  else
    return std::nullopt;
  return number_value(std::to_string(size));
}

// Nothing where the path leads nowhere.
std::optional<json::value> operand_value(const Operand& operand, const json::object& item) {
  if (operand.kind == Operand::Kind::value) return operand.value;
  if (operand.kind == Operand::Kind::size) {
    auto inner = operand_value(operand.parts[0], item);
    return inner ? measured(*inner) : std::nullopt;
  }
  auto* found = at_path(item, operand.path);
  return found ? std::optional(*found) : std::nullopt;
}

bool begins_with(const json::value& whole, const json::value& start) {
  auto type = type_of(whole);
  if (type != type_of(start) || (type != "S" && type != "B")) return false;
  return sortable(whole).starts_with(sortable(start));
}

bool contains(const json::value& whole, const json::value& part) {
  auto type = type_of(whole);
  if (type == "S" || type == "B")
    return type == type_of(part) && sortable(whole).find(sortable(part)) != std::string::npos;
  auto& content = content_of(whole);
  if (type == "L")
    return std::any_of(content.get_array().begin(), content.get_array().end(),
                       [&](auto& one) { return same_value(one, part); });
  if (!is_set(whole) || type_of(part) != type.substr(0, 1)) return false;
  auto& set = content.get_array();
  return std::find(set.begin(), set.end(), content_of(part)) != set.end();
}

bool ordered(Kind kind, std::strong_ordering order) {
  switch (kind) {
    case Kind::less:
      return order < 0;
    case Kind::less_or_equal:
      return order <= 0;
    case Kind::greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool compares(Kind kind, const json::value& a, const json::value& b) {
  if (kind == Kind::equal) return same_value(a, b);
  if (kind == Kind::unequal) return !same_value(a, b);
  auto order = order_of(a, b);
  return order && ordered(kind, *order);
}

bool test(const Condition& condition, const json::object& item) {
  std::vector<std::optional<json::value>> values;
  for (auto& operand : condition.operands) values.push_back(operand_value(operand, item));
  switch (condition.kind) {
    case Kind::exists:
      return values[0].has_value();
    case Kind::not_exists:
      return !values[0].has_value();
    case Kind::in:
      return values[0] && std::any_of(values.begin() + 1, values.end(),
                                      [&](auto& one) { return one && same_value(*values[0], *one); });
    case Kind::between:
      return values[0] && values[1] && values[2] &&
             compares(Kind::greater_or_equal, *values[0], *values[1]) &&
             compares(Kind::less_or_equal, *values[0], *values[2]);
    default:
      break;
  }
  if (!values[0] || !values[1]) return condition.kind == Kind::unequal;
  if (condition.kind == Kind::type)
    return type_of(*values[1]) == "S" && type_of(*values[0]) == text_of(*values[1]);
  if (condition.kind == Kind::begins_with) return begins_with(*values[0], *values[1]);
  if (condition.kind == Kind::contains) return contains(*values[0], *values[1]);
  return compares(condition.kind, *values[0], *values[1]);
}

struct Tree {  // of the paths that a projection wants
  bool whole = false;
  std::map<Step, Tree> children;
};

std::optional<json::value> cut(const json::value& value, const Tree& tree) {
  if (tree.whole) return value;
  auto type = type_of(value);
  if (type == "L") {
    json::array out;
    for (auto& [step, child] : tree.children)
      if (auto* inner = step_into(value, step))
        if (auto kept = cut(*inner, child)) out.push_back(std::move(*kept));
    return out.empty() ? std::nullopt : std::optional<json::value>(json::object{{"L", std::move(out)}});
  }
  json::object out;
  for (auto& [step, child] : tree.children)
    if (auto* inner = step_into(value, step))
      if (auto kept = cut(*inner, child)) out[std::get<std::string>(step)] = std::move(*kept);
  return out.empty() ? std::nullopt : std::optional<json::value>(json::object{{"M", std::move(out)}});
}

}  // namespace

const json::value* at_path(const json::object& item, const Path& path) {
  auto* at = item.if_contains(std::get<std::string>(path[0]));
  for (size_t i = 1; at && i < path.size(); ++i) at = step_into(*at, path[i]);
  return at;
}

bool holds(const Condition& condition, const json::object& item) {
  auto each = [&](auto& child) { return holds(child, item); };
  auto& children = condition.children;
  switch (condition.kind) {
    case Kind::all:
      return std::all_of(children.begin(), children.end(), each);
    case Kind::any:
      return std::any_of(children.begin(), children.end(), each);
    case Kind::negated:
      return !holds(children[0], item);
    default:
      return test(condition, item);
  }
}

json::object project(const json::object& item, const std::vector<Path>& paths) {
  Tree tree;
  for (auto& path : paths) {
    auto* at = &tree;
    for (auto& step : path) at = &at->children[step];
    at->whole = true;
  }
  json::object out;
  for (auto& [step, child] : tree.children)
    if (auto* value = item.if_contains(std::get<std::string>(step)))
      if (auto kept = cut(*value, child)) out[std::get<std::string>(step)] = std::move(*kept);
  return out;
}

ApiResult<void> check_overlap(std::string_view kind, const std::vector<Path>& paths) {
  for (size_t i = 0; i < paths.size(); ++i)
    for (size_t j = i + 1; j < paths.size(); ++j) {
      auto &a = paths[i], &b = paths[j];
      auto common = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
      if (common.first == a.end() || common.second == b.end())
        return validation(
            "Invalid " + std::string(kind) +
            ": Two document paths overlap with each other; must remove or rewrite one of these paths; "
            "path one: " +
            to_string(a) + ", path two: " + to_string(b));
      if (common.first->index() != common.second->index())
        return validation(
            "Invalid " + std::string(kind) +
            ": Two document paths conflict with each other; must remove or rewrite one of these paths; "
            "path one: " +
            to_string(a) + ", path two: " + to_string(b));
    }
  return outcome::success();
}

}  // namespace live::cloud::dynamodb
