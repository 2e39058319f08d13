// UpdateExpression: what each clause makes of an item.
#include <algorithm>

#include "cloud/dynamodb/attribute.h"
#include "cloud/dynamodb/evaluate.h"
#include "cloud/dynamodb/number.h"

namespace live::cloud::dynamodb {
namespace {

ApiError wrong_type() { return validation("An operand in the update expression has an incorrect data type"); }
ApiError no_such_path() {
  return validation("The document path provided in the update expression is invalid for update");
}

ApiResult<json::value> sum_of(const json::value& a, const json::value& b, bool negate) {
  if (type_of(a) != "N" || type_of(b) != "N") return wrong_type();
  LIVE_API_TRY(auto left, Number::parse(text_of(a)));
  LIVE_API_TRY(auto right, Number::parse(text_of(b)));
  LIVE_API_TRY(auto sum, add(left, negate ? -right : right));
  return number_value(sum.text());
}

ApiResult<json::value> evaluate(const Operand& operand, const json::object& item) {
  using Kind = Operand::Kind;
  if (operand.kind == Kind::value) return operand.value;
  if (operand.kind == Kind::path) {
    if (auto* found = at_path(item, operand.path)) return *found;
    return validation("The provided expression refers to an attribute that does not exist in the item");
  }
  if (operand.kind == Kind::if_not_exists) {
    if (auto* found = at_path(item, operand.parts[0].path)) return *found;
    return evaluate(operand.parts[1], item);
  }
  LIVE_API_TRY(auto left, evaluate(operand.parts[0], item));
  LIVE_API_TRY(auto right, evaluate(operand.parts[1], item));
  if (operand.kind != Kind::list_append) return sum_of(left, right, operand.kind == Kind::minus);
  if (type_of(left) != "L" || type_of(right) != "L") return wrong_type();
  auto list = content_of(left).get_array();
  for (auto& one : content_of(right).get_array()) list.push_back(one);
  return json::value(json::object{{"L", std::move(list)}});
}

ApiResult<json::value> added(const json::value* current, const json::value& operand) {
  if (!current) return operand;
  if (type_of(*current) != type_of(operand)) return wrong_type();
  if (type_of(operand) == "N") return sum_of(*current, operand, false);
  auto set = content_of(*current).get_array();
  for (auto& one : content_of(operand).get_array())
    if (std::find(set.begin(), set.end(), one) == set.end()) set.push_back(one);
  return json::value(json::object{{type_of(operand), std::move(set)}});
}

// Nothing: the set would be empty, so the attribute goes.
ApiResult<std::optional<json::value>> without(const json::value& current, const json::value& operand) {
  if (type_of(current) != type_of(operand)) return wrong_type();
  auto& removed = content_of(operand).get_array();
  json::array kept;
  for (auto& one : content_of(current).get_array())
    if (std::find(removed.begin(), removed.end(), one) == removed.end()) kept.push_back(one);
  if (kept.empty()) return std::optional<json::value>();
  return std::optional<json::value>(json::object{{type_of(operand), std::move(kept)}});
}

json::value* parent_of(json::value& root, const Path& path) {
  auto* at = &root;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    auto& content = at->get_object().begin()->value();
    if (auto* index = std::get_if<size_t>(&path[i])) {
      if (type_of(*at) != "L" || *index >= content.get_array().size()) return nullptr;
      at = &content.get_array()[*index];
    } else {
      if (type_of(*at) != "M") return nullptr;
      at = content.get_object().if_contains(std::get<std::string>(path[i]));
      if (!at) return nullptr;
    }
  }
  return at;
}

ApiResult<void> put_at(json::value& root, const Path& path, json::value value) {
  auto* parent = parent_of(root, path);
  if (!parent) return no_such_path();
  auto& content = parent->get_object().begin()->value();
  if (auto* index = std::get_if<size_t>(&path.back())) {
    if (type_of(*parent) != "L") return no_such_path();
    auto& list = content.get_array();
    if (*index < list.size())
      list[*index] = std::move(value);
    else
      list.push_back(std::move(value));
    return outcome::success();
  }
  if (type_of(*parent) != "M") return no_such_path();
  content.get_object()[std::get<std::string>(path.back())] = std::move(value);
  return outcome::success();
}

ApiResult<void> remove_at(json::value& root, const Path& path) {
  auto* parent = parent_of(root, path);
  if (!parent) return no_such_path();
  auto& content = parent->get_object().begin()->value();
  if (auto* index = std::get_if<size_t>(&path.back())) {
    if (type_of(*parent) != "L") return no_such_path();
    auto& list = content.get_array();
    if (*index < list.size()) list.erase(list.begin() + ptrdiff_t(*index));
    return outcome::success();
  }
  if (type_of(*parent) != "M") return no_such_path();
  content.get_object().erase(std::get<std::string>(path.back()));
  return outcome::success();
}

struct Write {
  Path path;
  std::optional<json::value> value;  // nothing: removed
};

ApiResult<std::optional<Write>> write_of(const Update& update, const json::object& item) {
  auto* current = at_path(item, update.path);
  switch (update.kind) {
    case Update::Kind::remove:
      return std::optional(Write{update.path, std::nullopt});
    case Update::Kind::set: {
      LIVE_API_TRY(auto value, evaluate(update.operand, item));
      return std::optional(Write{update.path, std::move(value)});
    }
    case Update::Kind::add: {
      LIVE_API_TRY(auto value, added(current, update.operand.value));
      return std::optional(Write{update.path, std::move(value)});
    }
    case Update::Kind::erase:
      break;
  }
  if (!current) return std::optional<Write>();
  LIVE_API_TRY(auto value, without(*current, update.operand.value));
  return std::optional(Write{update.path, std::move(value)});
}

}  // namespace

ApiResult<json::object> apply_updates(const std::vector<Update>& updates, const json::object& item) {
  std::vector<Write> puts, removals;
  for (auto& update : updates) {
    LIVE_API_TRY(auto write, write_of(update, item));
    if (write) (write->value ? puts : removals).push_back(std::move(*write));
  }
  // List elements go from the back, so that every index means the list as it was; those past a list's end
  // are appended in the order of their indexes.
  std::sort(removals.begin(), removals.end(), [](auto& a, auto& b) { return a.path > b.path; });
  std::sort(puts.begin(), puts.end(), [](auto& a, auto& b) { return a.path < b.path; });
  json::value root = json::object{{"M", item}};
  for (auto& put : puts) {
    LIVE_API_TRY(put_at(root, put.path, std::move(*put.value)));
  }
  for (auto& removal : removals) {
    LIVE_API_TRY(remove_at(root, removal.path));
  }
  return std::move(root.get_object()["M"].get_object());
}

}  // namespace live::cloud::dynamodb
