// DynamoDB's expression languages as trees. Placeholders are resolved while parsing, so that a tree needs
// nothing but the item it is applied to.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "cloud/call.h"

namespace live::cloud::dynamodb {

using Step = std::variant<std::string, size_t>;  // a member's name or a list's index
using Path = std::vector<Step>;

struct Operand {
  enum class Kind { path, value, size, plus, minus, if_not_exists, list_append };
  Kind kind = Kind::value;
  Path path{};
  json::value value{};
  std::vector<Operand> parts{};
};

struct Condition {
  enum class Kind {
    all,
    any,
    negated,  // of `children`
    equal,
    unequal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    between,
    in,
    exists,
    not_exists,
    type,
    begins_with,
    contains,
  };
  Kind kind;
  std::vector<Operand> operands{};
  std::vector<Condition> children{};
};

struct Update {
  enum class Kind { set, remove, add, erase };
  Kind kind;
  Path path;
  Operand operand{};
};

// #names and :values of one request, and which of them its expressions used.
class Placeholders {
 public:
  // Values are brought to normal form. Faults name the malformed entry.
  static ApiResult<Placeholders> of(const json::object& input);
  const json::value* value(std::string_view name);
  const std::string* name(std::string_view placeholder);
  ApiResult<void> check_all_used() const;  // call when every expression was parsed

 private:
  std::map<std::string, json::value, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> names_;
  std::set<std::string, std::less<>> unused_names_, unused_values_;
};

// `kind` is the parameter's name, for the messages: "FilterExpression".
ApiResult<Condition> parse_condition(std::string_view kind, std::string_view text,
                                     Placeholders& placeholders);
ApiResult<std::vector<Update>> parse_update(std::string_view text, Placeholders& placeholders);
ApiResult<std::vector<Path>> parse_projection(std::string_view text, Placeholders& placeholders);

bool is_reserved(std::string_view word);
std::string to_string(const Path& path);  // [a, b, [0]]: as the messages have it

}  // namespace live::cloud::dynamodb
