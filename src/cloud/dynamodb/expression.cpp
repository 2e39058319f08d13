#include "cloud/dynamodb/expression.h"

#include <algorithm>
#include <charconv>

#include "cloud/dynamodb/attribute.h"
#include "cloud/dynamodb/tokens.h"

namespace live::cloud::dynamodb {
namespace {

constexpr size_t kMaxExpression = 4096;  // DynamoDB quota, bytes
constexpr int kMaxDepth = 150;           // ours: a recursive parser must end somewhere

bool same_word(std::string_view a, std::string_view upper) {
  return std::equal(a.begin(), a.end(), upper.begin(), upper.end(),
                    [](char x, char y) { return std::toupper(static_cast<unsigned char>(x)) == y; });
}

class Parser {
 public:
  Parser(std::string_view kind, std::string_view text, Placeholders& placeholders)
      : kind_(kind), text_(text), placeholders_(placeholders), tokens_(tokenize(text)) {}

  ApiResult<Condition> condition() {
    LIVE_API_TRY(begin());
    LIVE_API_TRY(auto out, any(0));
    LIVE_API_TRY(finish());
    return out;
  }

  ApiResult<std::vector<Path>> projection() {
    LIVE_API_TRY(begin());
    std::vector<Path> out;
    do {
      LIVE_API_TRY(auto one, path());
      out.push_back(std::move(one));
    } while (take_sign(","));
    LIVE_API_TRY(finish());
    return out;
  }

  ApiResult<std::vector<Update>> update() {
    LIVE_API_TRY(begin());
    std::vector<Update> out;
    std::set<std::string> seen;
    while (next().kind != Token::Kind::end) {
      std::string section;
      for (auto name : {"SET", "REMOVE", "ADD", "DELETE"})
        if (next().kind == Token::Kind::word && same_word(next().text, name)) section = name;
      if (section.empty()) return syntax_error();
      if (!seen.insert(section).second)
        return fail("The \"" + section + "\" section can only be used once in an update expression;");
      ++at_;
      do {
        LIVE_API_TRY(auto one, clause(section));
        out.push_back(std::move(one));
      } while (take_sign(","));
    }
    return out;
  }

 private:
  const Token& next(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool take_sign(std::string_view sign) {
    if (next().kind != Token::Kind::sign || next().text != sign) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view upper) {
    if (next().kind != Token::Kind::word || !same_word(next().text, upper)) return false;
    ++at_;
    return true;
  }
  ApiError fail(std::string message) const {
    return validation("Invalid " + std::string(kind_) + ": " + std::move(message));
  }
  ApiError syntax_error() const {
    size_t first = at_ > 0 ? at_ - 1 : 0;
    auto& last = next(1);
    auto from = tokens_[first].at;
    auto to =
        std::min(last.kind == Token::Kind::end ? text_.size() : last.at + last.text.size(), text_.size());
    return fail("Syntax error; token: \"" + next().text + "\", near: \"" +
                std::string(text_.substr(from, to - from)) + "\"");
  }
  ApiResult<void> begin() {
    if (text_.size() > kMaxExpression)
      return fail("Expression size has exceeded the maximum allowed size; expression size: " +
                  std::to_string(text_.size()));
    if (tokens_.size() == 1) return fail("The expression can not be empty;");
    return outcome::success();
  }
  ApiResult<void> finish() {
    if (next().kind != Token::Kind::end) return syntax_error();
    return outcome::success();
  }
  ApiResult<void> expect(std::string_view sign) {
    if (!take_sign(sign)) return syntax_error();
    return outcome::success();
  }

  ApiResult<std::string> attribute_name() {
    auto& token = next();
    if (token.kind == Token::Kind::name) {
      auto* name = placeholders_.name(token.text);
      if (!name)
        return fail(
            "An expression attribute name used in the document path is not defined; attribute name: " +
            token.text);
      ++at_;
      return *name;
    }
    if (token.kind != Token::Kind::word) return syntax_error();
    if (is_reserved(token.text))
      return fail("Attribute name is a reserved keyword; reserved keyword: " + token.text);
    ++at_;
    return token.text;
  }

  ApiResult<Path> path() {
    Path out;
    LIVE_API_TRY(auto first, attribute_name());
    out.emplace_back(std::move(first));
    for (;;) {
      if (take_sign(".")) {
        LIVE_API_TRY(auto name, attribute_name());
        out.emplace_back(std::move(name));
      } else if (take_sign("[")) {
        if (next().kind != Token::Kind::number) return syntax_error();
        size_t index = 0;
        auto& digits = next().text;
        if (std::from_chars(digits.data(), digits.data() + digits.size(), index).ec != std::errc())
          return syntax_error();
        ++at_;
        LIVE_API_TRY(expect("]"));
        out.emplace_back(index);
      } else {
        return out;
      }
    }
  }

  ApiResult<Operand> value() {
    auto* known = placeholders_.value(next().text);
    if (!known)
      return fail("An expression attribute value used in expression is not defined; attribute value: " +
                  next().text);
    ++at_;
    return Operand{.kind = Operand::Kind::value, .value = *known};
  }

  ApiResult<Operand> path_operand() {
    LIVE_API_TRY(auto where, path());
    return Operand{.kind = Operand::Kind::path, .path = std::move(where)};
  }

  bool at_function() const {
    return next().kind == Token::Kind::word && next(1).kind == Token::Kind::sign && next(1).text == "(";
  }

  // Of conditions: a path, a value or size(path).
  ApiResult<Operand> operand() {
    if (next().kind == Token::Kind::value) return value();
    if (!at_function()) return path_operand();
    if (next().text != "size") return bad_function();
    at_ += 2;
    LIVE_API_TRY(auto measured, next().kind == Token::Kind::value ? value() : path_operand());
    LIVE_API_TRY(expect(")"));
    return Operand{.kind = Operand::Kind::size, .parts = {std::move(measured)}};
  }

  ApiError bad_function() const {
    constexpr std::array<std::string_view, 8> kKnown{
        "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size",
        "if_not_exists",    "list_append"};
    bool known = std::find(kKnown.begin(), kKnown.end(), next().text) != kKnown.end();
    return fail(known ? "The function is not allowed to be used this way in an expression; function: " +
                            next().text
                      : "Invalid function name; function: " + next().text);
  }

  ApiResult<Condition> any(int depth) {
    LIVE_API_TRY(auto first, all(depth));
    if (!take_word("OR")) return first;
    Condition out{.kind = Condition::Kind::any, .children = {std::move(first)}};
    do {
      LIVE_API_TRY(auto one, all(depth));
      out.children.push_back(std::move(one));
    } while (take_word("OR"));
    return out;
  }

  ApiResult<Condition> all(int depth) {
    LIVE_API_TRY(auto first, negation(depth));
    if (!take_word("AND")) return first;
    Condition out{.kind = Condition::Kind::all, .children = {std::move(first)}};
    do {
      LIVE_API_TRY(auto one, negation(depth));
      out.children.push_back(std::move(one));
    } while (take_word("AND"));
    return out;
  }

  ApiResult<Condition> negation(int depth) {
    if (depth > kMaxDepth) return fail("The expression is nested too deeply");
    if (take_word("NOT")) {
      LIVE_API_TRY(auto inner, negation(depth + 1));
      return Condition{.kind = Condition::Kind::negated, .children = {std::move(inner)}};
    }
    if (take_sign("(")) {
      LIVE_API_TRY(auto inner, any(depth + 1));
      LIVE_API_TRY(expect(")"));
      return inner;
    }
    if (at_function() && next().text != "size") return predicate();
    return comparison();
  }

  ApiResult<Condition> predicate() {
    using Kind = Condition::Kind;
    struct Function {
      std::string_view name;
      Kind kind;
      size_t operands;
    };
    constexpr std::array<Function, 5> kFunctions{{{"attribute_exists", Kind::exists, 1},
                                                  {"attribute_not_exists", Kind::not_exists, 1},
                                                  {"attribute_type", Kind::type, 2},
                                                  {"begins_with", Kind::begins_with, 2},
                                                  {"contains", Kind::contains, 2}}};
    auto function =
        std::find_if(kFunctions.begin(), kFunctions.end(), [&](auto& f) { return f.name == next().text; });
    if (function == kFunctions.end()) return bad_function();
    at_ += 2;
    Condition out{.kind = function->kind};
    do {
      LIVE_API_TRY(auto one, operand());
      out.operands.push_back(std::move(one));
    } while (take_sign(","));
    LIVE_API_TRY(expect(")"));
    if (out.operands.size() != function->operands)
      return fail("Incorrect number of operands for operator or function; operator or function: " +
                  std::string(function->name) +
                  ", number of operands: " + std::to_string(out.operands.size()));
    if (function->operands == 1 && out.operands[0].kind != Operand::Kind::path)
      return fail("Operator or function requires a document path; operator or function: " +
                  std::string(function->name));
    LIVE_API_TRY(check_predicate(function->name, out));
    return out;
  }

  ApiResult<void> check_predicate(std::string_view name, const Condition& condition) const {
    if (condition.operands.size() < 2 || condition.operands[1].kind != Operand::Kind::value)
      return outcome::success();
    auto type = type_of(condition.operands[1].value);
    bool wrong =
        (name == "begins_with" && type != "S" && type != "B") || (name == "attribute_type" && type != "S");
    if (wrong)
      return fail("Incorrect operand type for operator or function; operator or function: " +
                  std::string(name) + ", operand type: " + std::string(type));
    return outcome::success();
  }

  ApiResult<Condition> comparison() {
    using Kind = Condition::Kind;
    LIVE_API_TRY(auto left, operand());
    if (take_word("BETWEEN")) {
      LIVE_API_TRY(auto low, operand());
      if (!take_word("AND")) return syntax_error();
      LIVE_API_TRY(auto high, operand());
      return checked_between(
          {.kind = Kind::between, .operands = {std::move(left), std::move(low), std::move(high)}});
    }
    if (take_word("IN")) {
      LIVE_API_TRY(expect("("));
      Condition out{.kind = Kind::in, .operands = {std::move(left)}};
      do {
        LIVE_API_TRY(auto one, operand());
        out.operands.push_back(std::move(one));
      } while (take_sign(","));
      LIVE_API_TRY(expect(")"));
      return out;
    }
    constexpr std::array<std::pair<std::string_view, Kind>, 6> kSigns{{{"=", Kind::equal},
                                                                       {"<>", Kind::unequal},
                                                                       {"<", Kind::less},
                                                                       {"<=", Kind::less_or_equal},
                                                                       {">", Kind::greater},
                                                                       {">=", Kind::greater_or_equal}}};
    for (auto& [sign, kind] : kSigns) {
      if (!take_sign(sign)) continue;
      LIVE_API_TRY(auto right, operand());
      if (kind != Kind::equal && kind != Kind::unequal) {
        LIVE_API_TRY(check_ordered(sign, left));
        LIVE_API_TRY(check_ordered(sign, right));
      }
      return Condition{.kind = kind, .operands = {std::move(left), std::move(right)}};
    }
    return syntax_error();
  }

  ApiResult<void> check_ordered(std::string_view sign, const Operand& operand) const {
    if (operand.kind != Operand::Kind::value) return outcome::success();
    auto type = type_of(operand.value);
    if (type == "S" || type == "N" || type == "B") return outcome::success();
    return fail("Incorrect operand type for operator or function; operator or function: " +
                std::string(sign) + ", operand type: " + std::string(type));
  }

  ApiResult<Condition> checked_between(Condition between) const {
    auto &low = between.operands[1], &high = between.operands[2];
    LIVE_API_TRY(check_ordered("BETWEEN", low));
    LIVE_API_TRY(check_ordered("BETWEEN", high));
    if (low.kind != Operand::Kind::value || high.kind != Operand::Kind::value) return between;
    auto order = order_of(low.value, high.value);
    if (!order)
      return fail(
          "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
          "AttributeValue: " +
          json::serialize(low.value) +
          ", upper bound operand: AttributeValue: " + json::serialize(high.value));
    if (*order > 0)
      return fail(
          "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
          "operand: AttributeValue: " +
          json::serialize(low.value) +
          ", upper bound operand: AttributeValue: " + json::serialize(high.value));
    return between;
  }

  ApiResult<Update> clause(std::string_view section) {
    LIVE_API_TRY(auto where, path());
    if (section == "REMOVE") return Update{Update::Kind::remove, std::move(where)};
    if (section == "SET") {
      LIVE_API_TRY(expect("="));
      LIVE_API_TRY(auto what, sum());
      return Update{Update::Kind::set, std::move(where), std::move(what)};
    }
    if (next().kind != Token::Kind::value) return syntax_error();
    LIVE_API_TRY(auto what, value());
    auto type = type_of(what.value);
    bool fits = is_set(what.value) || (section == "ADD" && type == "N");
    if (!fits)
      return fail("Incorrect operand type for operator or function; operator: " + std::string(section) +
                  ", operand type: " + std::string(type));
    return Update{section == "ADD" ? Update::Kind::add : Update::Kind::erase, std::move(where),
                  std::move(what)};
  }

  ApiResult<Operand> sum() {
    LIVE_API_TRY(auto left, assigned());
    for (auto [sign, kind] : {std::pair{"+", Operand::Kind::plus}, std::pair{"-", Operand::Kind::minus}}) {
      if (!take_sign(sign)) continue;
      LIVE_API_TRY(auto right, assigned());
      for (auto* one : {&left, &right})
        if (one->kind == Operand::Kind::value && type_of(one->value) != "N")
          return fail("Incorrect operand type for operator or function; operator or function: " +
                      std::string(sign) + ", operand type: " + std::string(type_of(one->value)));
      return Operand{.kind = kind, .parts = {std::move(left), std::move(right)}};
    }
    return left;
  }

  ApiResult<Operand> assigned() {
    if (next().kind == Token::Kind::value) return value();
    if (take_sign("(")) {
      LIVE_API_TRY(auto inner, sum());
      LIVE_API_TRY(expect(")"));
      return inner;
    }
    if (!at_function()) return path_operand();
    bool otherwise = next().text == "if_not_exists";
    if (!otherwise && next().text != "list_append") return bad_function();
    auto name = next().text;
    at_ += 2;
    LIVE_API_TRY(auto first, assigned());
    LIVE_API_TRY(expect(","));
    LIVE_API_TRY(auto second, assigned());
    LIVE_API_TRY(expect(")"));
    if (otherwise && first.kind != Operand::Kind::path)
      return fail("Operator or function requires a document path; operator or function: if_not_exists");
    for (auto* one : {&first, &second})
      if (!otherwise && one->kind == Operand::Kind::value && type_of(one->value) != "L")
        return fail(
            "Incorrect operand type for operator or function; operator or function: list_append, operand "
            "type: " +
            std::string(type_of(one->value)));
    return Operand{.kind = otherwise ? Operand::Kind::if_not_exists : Operand::Kind::list_append,
                   .parts = {std::move(first), std::move(second)}};
  }

  std::string_view kind_, text_;
  Placeholders& placeholders_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

ApiResult<Placeholders> Placeholders::of(const json::object& input) {
  Placeholders out;
  if (auto* names = find_object(input, "ExpressionAttributeNames"))
    for (auto& [name, meaning] : *names) {
      if (!name.starts_with('#') || name.size() < 2)
        return validation("ExpressionAttributeNames contains invalid key: Syntax error; key: \"" +
                          std::string(name) + "\"");
      out.names_[std::string(name)] =
          meaning.is_string() ? std::string(std::string_view(meaning.get_string())) : "";
      out.unused_names_.insert(std::string(name));
    }
  if (auto* values = find_object(input, "ExpressionAttributeValues"))
    for (auto& [name, value] : *values) {
      if (!name.starts_with(':') || name.size() < 2)
        return validation("ExpressionAttributeValues contains invalid key: Syntax error; key: \"" +
                          std::string(name) + "\"");
      auto normal = normal_value(value);
      if (!normal) {
        auto error = normal.error();
        error.message = "ExpressionAttributeValues contains invalid value: " + error.message + " for key " +
                        std::string(name);
        return error;
      }
      out.values_[std::string(name)] = std::move(normal.value());
      out.unused_values_.insert(std::string(name));
    }
  return out;
}

const json::value* Placeholders::value(std::string_view name) {
  auto known = values_.find(name);
  if (known == values_.end()) return nullptr;
  unused_values_.erase(known->first);
  return &known->second;
}

const std::string* Placeholders::name(std::string_view placeholder) {
  auto known = names_.find(placeholder);
  if (known == names_.end()) return nullptr;
  unused_names_.erase(known->first);
  return &known->second;
}

ApiResult<void> Placeholders::check_all_used() const {
  auto listed = [](const std::set<std::string, std::less<>>& names) {
    std::string out;
    for (auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
  };
  if (!unused_names_.empty())
    return validation("Value provided in ExpressionAttributeNames unused in expressions: keys: {" +
                      listed(unused_names_) + "}");
  if (!unused_values_.empty())
    return validation("Value provided in ExpressionAttributeValues unused in expressions: keys: {" +
                      listed(unused_values_) + "}");
  return outcome::success();
}

ApiResult<Condition> parse_condition(std::string_view kind, std::string_view text,
                                     Placeholders& placeholders) {
  return Parser(kind, text, placeholders).condition();
}

ApiResult<std::vector<Update>> parse_update(std::string_view text, Placeholders& placeholders) {
  return Parser("UpdateExpression", text, placeholders).update();
}

ApiResult<std::vector<Path>> parse_projection(std::string_view text, Placeholders& placeholders) {
  return Parser("ProjectionExpression", text, placeholders).projection();
}

std::string to_string(const Path& path) {
  std::string out;
  for (auto& step : path) {
    if (!out.empty()) out += ", ";
    if (auto* index = std::get_if<size_t>(&step))
      out += "[" + std::to_string(*index) + "]";
    else
      out += std::get<std::string>(step);
  }
  return "[" + out + "]";
}

}  // namespace live::cloud::dynamodb
