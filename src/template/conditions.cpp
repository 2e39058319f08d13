// Conditions and rules: values that are true or false.
#include "template/evaluate.h"
#include "template/functions.h"

namespace live::cfn {
namespace {

Fault at(const std::string& path, std::string_view function, const std::string& what) {
  return fault(fmt::format("Template error: {} at {}: {}", function, path, what));
}

bool holds(const json::array& list, const json::value& value) {
  return std::any_of(list.begin(), list.end(), [&](const auto& item) { return same_value(item, value); });
}

}  // namespace

Result<void> Evaluator::decide_conditions() {
  for (const auto& member : of_->conditions) {
    LIVE_TRY(decide_named(member.key(), "/Conditions"));
  }
  return outcome::success();
}

bool Evaluator::condition(std::string_view name) const {
  auto found = conditions_.find(name);
  return found != conditions_.end() && found->second.value_or(false);
}

Result<bool> Evaluator::decide_named(std::string_view name, const std::string& path) const {
  if (auto found = conditions_.find(name); found != conditions_.end()) {
    if (!found->second)
      return fault(fmt::format("Template format error: Circular dependency in conditions: [{}]", name));
    return *found->second;
  }
  auto* condition = of_->conditions.if_contains(name);
  if (!condition) return at(path, "Condition", fmt::format("{} is not in Conditions", name));
  conditions_.emplace(name, std::nullopt);
  LIVE_TRY(bool truth, decide(*condition, fmt::format("/Conditions/{}", name)));
  conditions_.insert_or_assign(std::string(name), truth);
  return truth;
}

Result<bool> Evaluator::decide(const json::value& of, const std::string& path) const {
  if (auto* object = of.if_object(); object && object->size() == 1) {
    const auto& [key, argument] = *object->begin();
    if (std::string_view(key) == "Condition" && argument.is_string())
      return decide_named(argument.get_string(), path);
    static const std::set<std::string, std::less<>> known{
        "Fn::And",         "Fn::Or", "Fn::Not", "Fn::Equals", "Fn::Contains", "Fn::EachMemberEquals",
        "Fn::EachMemberIn"};
    if (known.contains(key)) return decide_function(key, argument, path);
  }
  LIVE_TRY(auto found, evaluate(of, path));
  if (found && found->is_bool()) return found->get_bool();
  if (found && found->is_string() && (found->get_string() == "true" || found->get_string() == "false"))
    return found->get_string() == "true";
  return at(path, "Condition", "is neither true nor false");
}

Result<json::array> Evaluator::arguments(const json::value& of, size_t least, size_t most,
                                         const std::string& path) const {
  auto* list = of.if_array();
  if (!list || list->size() < least || list->size() > most)
    return fault(fmt::format("Template error at {}: needs a list of {} to {} values", path, least, most));
  json::array made;
  for (const auto& item : *list) {
    LIVE_TRY(auto evaluated, value(item, path));
    made.push_back(std::move(evaluated));
  }
  return made;
}

Result<bool> Evaluator::decide_function(std::string_view function, const json::value& argument,
                                        const std::string& path) const {
  std::string here = path + "/" + std::string(function);
  if (function == "Fn::Not" || function == "Fn::And" || function == "Fn::Or") {
    auto* list = argument.if_array();
    size_t least = function == "Fn::Not" ? 1 : 2, most = function == "Fn::Not" ? 1 : 10;
    if (!list || list->size() < least || list->size() > most)
      return at(path, function, fmt::format("needs a list of {} to {} conditions", least, most));
    bool all = true, any = false;
    for (const auto& item : *list) {
      LIVE_TRY(bool truth, decide(item, here));
      all = all && truth;
      any = any || truth;
    }
    return function == "Fn::Not" ? !all : function == "Fn::And" ? all : any;
  }
  LIVE_TRY(auto given, arguments(argument, 2, 2, here));
  if (function == "Fn::Equals") return same_value(given[0], given[1]);
  auto* list = given[0].if_array();
  if (!list) return at(path, function, "needs a list as its first argument");
  if (function == "Fn::Contains") return holds(*list, given[1]);
  if (function == "Fn::EachMemberEquals")
    return std::all_of(list->begin(), list->end(),
                       [&](const auto& item) { return same_value(item, given[1]); });
  auto* among = given[1].if_array();
  if (!among) return at(path, function, "needs a list as its second argument");
  return std::all_of(list->begin(), list->end(), [&](const auto& item) { return holds(*among, item); });
}

Result<void> Evaluator::check_rules() {
  for (const auto& rule : of_->rules) {
    std::string path = fmt::format("/Rules/{}", std::string_view(rule.key()));
    if (!rule.value().is_object()) return fault(path + " must be an object");
    const auto& object = rule.value().get_object();
    if (auto* when = object.if_contains("RuleCondition")) {
      LIVE_TRY(bool applies, decide(*when, path + "/RuleCondition"));
      if (!applies) continue;
    }
    auto* assertions = find_array(object, "Assertions");
    if (!assertions) return fault(path + " needs Assertions");
    for (const auto& assertion : *assertions) {
      auto* assert_that = assertion.is_object() ? assertion.get_object().if_contains("Assert") : nullptr;
      if (!assert_that) return fault(path + " has an assertion without Assert");
      LIVE_TRY(bool truth, decide(*assert_that, path + "/Assert"));
      if (!truth)
        return fault(
            fmt::format("Template validation error: Rule {} failed: {}", std::string_view(rule.key()),
                        string_or(assertion.get_object(), "AssertDescription", "its assertion is false")));
    }
  }
  return outcome::success();
}

}  // namespace live::cfn
