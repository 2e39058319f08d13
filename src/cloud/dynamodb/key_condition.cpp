#include "cloud/dynamodb/key_condition.h"

#include "cloud/dynamodb/attribute.h"

namespace live::cloud::dynamodb {
namespace {

using Kind = Condition::Kind;

ApiError unsupported() { return validation("Query key condition not supported"); }

ApiResult<void> collect(const Condition& condition, std::vector<const Condition*>& out) {
  if (condition.kind == Kind::all) {
    for (auto& child : condition.children) {
      LIVE_API_TRY(collect(child, out));
    }
    return outcome::success();
  }
  if (condition.kind == Kind::any) return validation("Invalid operator used in KeyConditionExpression: OR");
  if (condition.kind == Kind::negated)
    return validation("Invalid operator used in KeyConditionExpression: NOT");
  if (condition.kind == Kind::unequal)
    return validation("Invalid operator used in KeyConditionExpression: <>");
  if (condition.kind == Kind::in) return validation("Invalid operator used in KeyConditionExpression: IN");
  out.push_back(&condition);
  return outcome::success();
}

Kind mirrored(Kind kind) {
  switch (kind) {
    case Kind::less:
      return Kind::greater;
    case Kind::less_or_equal:
      return Kind::greater_or_equal;
    case Kind::greater:
      return Kind::less;
    case Kind::greater_or_equal:
      return Kind::less_or_equal;
    default:
      return kind;
  }
}

struct Bounded {
  std::string name;
  Kind kind;
  std::vector<json::value> values;
};

// "attribute OP value", or with the sides exchanged.
ApiResult<Bounded> bounded(const Condition& condition) {
  auto operands = condition.operands;
  auto kind = condition.kind;
  if (operands.size() == 2 && operands[0].kind == Operand::Kind::value &&
      operands[1].kind == Operand::Kind::path && kind != Kind::begins_with) {
    std::swap(operands[0], operands[1]);
    kind = mirrored(kind);
  }
  if (operands[0].kind != Operand::Kind::path || operands[0].path.size() != 1) return unsupported();
  Bounded out{std::get<std::string>(operands[0].path[0]), kind, {}};
  for (size_t i = 1; i < operands.size(); ++i) {
    if (operands[i].kind != Operand::Kind::value) return unsupported();
    out.values.push_back(operands[i].value);
  }
  return out;
}

ApiResult<void> check_type(const KeyAttribute& key, const Bounded& bound) {
  for (auto& value : bound.values)
    if (type_of(value) != key.type)
      return validation(
          "One or more parameter values were invalid: Condition parameter type does not match schema type");
  return outcome::success();
}

std::string after_all_of(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = char(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

ApiResult<void> bound_range(Reading& reading, const Bounded& bound) {
  auto at = sortable(bound.values[0]);
  switch (bound.kind) {
    case Kind::equal:
      reading.low = reading.high = Bound{at, true};
      break;
    case Kind::less:
      reading.high = Bound{at, false};
      break;
    case Kind::less_or_equal:
      reading.high = Bound{at, true};
      break;
    case Kind::greater:
      reading.low = Bound{at, false};
      break;
    case Kind::greater_or_equal:
      reading.low = Bound{at, true};
      break;
    case Kind::between:
      reading.low = Bound{at, true};
      reading.high = Bound{sortable(bound.values[1]), true};
      break;
    case Kind::begins_with:
      reading.low = Bound{at, true};
      if (auto end = after_all_of(at); !end.empty()) reading.high = Bound{end, false};
      break;
    default:
      return unsupported();
  }
  return outcome::success();
}

}  // namespace

ApiResult<void> narrow(Reading& reading, const Keys& keys, const Condition& condition) {
  std::vector<const Condition*> parts;
  LIVE_API_TRY(collect(condition, parts));
  bool ranged = false;
  for (auto* part : parts) {
    LIVE_API_TRY(auto bound, bounded(*part));
    if (bound.name == keys.hash.name) {
      if (bound.kind != Kind::equal) return unsupported();
      if (reading.hash) return validation("KeyConditionExpressions must only contain one condition per key");
      LIVE_API_TRY(check_type(keys.hash, bound));
      reading.hash = sortable(bound.values[0]);
    } else if (keys.range && bound.name == keys.range->name) {
      if (ranged) return validation("KeyConditionExpressions must only contain one condition per key");
      ranged = true;
      LIVE_API_TRY(check_type(*keys.range, bound));
      LIVE_API_TRY(bound_range(reading, bound));
    } else {
      auto& missed = reading.hash && keys.range ? keys.range->name : keys.hash.name;
      return validation("Query condition missed key schema element: " + missed);
    }
  }
  if (!reading.hash) return validation("Query condition missed key schema element: " + keys.hash.name);
  return outcome::success();
}

}  // namespace live::cloud::dynamodb
