#include "template/evaluate.h"

#include "template/functions.h"

namespace live::cfn {
namespace {

Fault at(const std::string& path, std::string_view function, const std::string& what) {
  return fault(fmt::format("Template error: {} at {}: {}", function, path, what));
}

bool is_list_type(std::string_view type) {
  return type == "CommaDelimitedList" || type.starts_with("List<") || type.find("<List<") != type.npos ||
         type.find("<CommaDelimitedList>") != type.npos;
}

json::value typed(const Parameter& parameter, const std::string& text) {
  if (!is_list_type(parameter.type)) return json::string(text);
  json::array list;
  for (std::string_view rest = text;;) {
    size_t comma = rest.find(',');
    std::string_view item = rest.substr(0, comma);
    size_t first = item.find_first_not_of(' ');
    size_t last = item.find_last_not_of(' ');
    list.emplace_back(json::string(first == item.npos ? "" : item.substr(first, last - first + 1)));
    if (comma == rest.npos) break;
    rest.remove_prefix(comma + 1);
  }
  return list;
}

}  // namespace

Evaluator::Evaluator(const Template& of, const ParameterTexts& values, Pseudo pseudo, Resolver& resolver)
    : of_(&of), pseudo_(std::move(pseudo)), resolver_(&resolver) {
  for (const auto& [name, text] : values)
    if (auto* parameter = of.parameter(name)) values_[name] = typed(*parameter, text);
}

Result<Evaluator> Evaluator::create(const Template& of, const ParameterTexts& values, Pseudo pseudo,
                                    Resolver& resolver) {
  Evaluator made(of, values, std::move(pseudo), resolver);
  LIVE_TRY(made.decide_conditions());
  LIVE_TRY(made.check_rules());
  return made;
}

bool Evaluator::active(const Resource& resource) const {
  return resource.condition.empty() || condition(resource.condition);
}

Result<json::object> Evaluator::properties(const Resource& of) const {
  LIVE_TRY(auto found, evaluate(of.properties, "/Resources/" + of.id + "/Properties"));
  if (!found) return json::object{};
  if (!found->is_object()) return fault(fmt::format("Properties of resource {} are not an object", of.id));
  return std::move(found->get_object());
}

Result<json::value> Evaluator::value(const json::value& of, std::string path) const {
  LIVE_TRY(auto found, evaluate(of, path));
  return found ? std::move(*found) : json::value(nullptr);
}

Result<Evaluator::Value> Evaluator::evaluate(const json::value& of, const std::string& path) const {
  if (auto* object = of.if_object()) return evaluate_object(*object, path);
  auto* list = of.if_array();
  if (!list) return Value(of);
  json::array made;
  for (size_t i = 0; i < list->size(); ++i) {
    LIVE_TRY(auto item, evaluate((*list)[i], fmt::format("{}/{}", path, i)));
    if (item) made.push_back(std::move(*item));
  }
  return Value(std::move(made));
}

Result<Evaluator::Value> Evaluator::evaluate_object(const json::object& of, const std::string& path) const {
  if (of.size() == 1) {
    const auto& [key, argument] = *of.begin();
    std::string_view name = key;
    if (name == "Ref" && argument.is_string()) return ref(argument.get_string(), path);
    if (name.starts_with("Fn::")) return call(name, argument, path);
    // {"Condition": "Name"} is a function only where a truth value is due: decide() reads it there.
  }
  json::object made;
  for (const auto& member : of) {
    LIVE_TRY(auto item, evaluate(member.value(), fmt::format("{}/{}", path, std::string_view(member.key()))));
    if (item) made.emplace(member.key(), std::move(*item));
  }
  return Value(std::move(made));
}

Result<Evaluator::Value> Evaluator::call(std::string_view function, const json::value& argument,
                                         const std::string& path) const {
  if (function == "Fn::If") return choose(argument, path);
  if (function == "Fn::GetAtt") {
    LIVE_TRY(auto found, attribute(argument, path));
    return Value(std::move(found));
  }
  if (function == "Fn::Sub") {
    LIVE_TRY(auto text, sub(argument, path));
    return Value(std::move(text));
  }
  if (function == "Fn::FindInMap") {
    LIVE_TRY(auto found, find_in_map(argument, path));
    return Value(std::move(found));
  }
  LIVE_TRY(auto given, evaluate(argument, path + "/" + std::string(function)));
  if (!given) return at(path, function, "its argument is AWS::NoValue");
  if (function == "Fn::ImportValue") {
    auto name = text_of(*given);
    if (!name) return at(path, function, name.error().message);
    LIVE_TRY(auto found, resolver_->import(name.value()));
    return Value(std::move(found));
  }
  if (function == "Fn::GetAZs") {
    std::string region = given->is_string() && !given->get_string().empty() ? std::string(given->get_string())
                                                                            : pseudo_.region;
    json::array zones;
    for (const auto& zone : pseudo_.zones) zones.emplace_back(json::string(zone));
    if (zones.empty() || region != pseudo_.region) {
      zones.clear();
      for (char letter : {'a', 'b', 'c'}) zones.emplace_back(json::string(region + letter));
    }
    return Value(std::move(zones));
  }
  if (auto result = compute(function, *given)) {
    if (!*result) return at(path, function, result->error().message);
    return Value(std::move(result->value()));
  }
  if (function == "Fn::Not" || function == "Fn::And" || function == "Fn::Or" || function == "Fn::Equals") {
    LIVE_TRY(bool truth, decide_function(function, argument, path));
    return Value(truth);
  }
  return at(path, function, "this function is not supported");
}

Result<Evaluator::Value> Evaluator::ref(std::string_view name, const std::string& path) const {
  auto text = [](const std::string& value) { return Value(json::string(value)); };
  if (name == "AWS::NoValue") return Value();
  if (name == "AWS::AccountId") return text(pseudo_.account);
  if (name == "AWS::Region") return text(pseudo_.region);
  if (name == "AWS::Partition") return text(pseudo_.partition);
  if (name == "AWS::URLSuffix") return text(pseudo_.url_suffix);
  if (name == "AWS::StackId") return text(pseudo_.stack_id);
  if (name == "AWS::StackName") return text(pseudo_.stack_name);
  if (name == "AWS::NotificationARNs") {
    json::array arns;
    for (const auto& arn : pseudo_.notification_arns) arns.emplace_back(json::string(arn));
    return Value(std::move(arns));
  }
  if (name.starts_with("AWS::")) return at(path, "Ref", fmt::format("unknown pseudo parameter {}", name));
  if (auto found = values_.find(name); found != values_.end()) return Value(found->second);
  const Resource* resource = of_->resource(name);
  if (!resource) return at(path, "Ref", fmt::format("{} is neither a parameter nor a resource", name));
  if (!active(*resource))
    return at(path, "Ref",
              fmt::format("Unresolved resource dependencies [{}]: its condition {} is false", name,
                          resource->condition));
  LIVE_TRY(auto found, resolver_->ref(name));
  return Value(std::move(found));
}

Result<Evaluator::Value> Evaluator::choose(const json::value& argument, const std::string& path) const {
  auto* list = argument.if_array();
  if (!list || list->size() != 3 || !(*list)[0].is_string())
    return at(path, "Fn::If", "needs a condition's name and two values");
  LIVE_TRY(bool truth, decide_named((*list)[0].get_string(), path));
  size_t branch = truth ? 1 : 2;
  return evaluate((*list)[branch], fmt::format("{}/Fn::If/{}", path, branch));
}

Result<json::value> Evaluator::attribute(const json::value& argument, const std::string& path) const {
  std::string id, name;
  if (argument.is_string()) {
    std::string_view text = argument.get_string();
    size_t dot = text.find('.');
    if (dot == text.npos) return at(path, "Fn::GetAtt", "needs the form resource.attribute");
    id = text.substr(0, dot);
    name = text.substr(dot + 1);
  } else {
    auto* list = argument.if_array();
    if (!list || list->size() < 2 || !(*list)[0].is_string())
      return at(path, "Fn::GetAtt", "needs a resource and an attribute");
    id = (*list)[0].get_string();
    for (size_t i = 1; i < list->size(); ++i) {
      LIVE_TRY(auto part, evaluate((*list)[i], path + "/Fn::GetAtt"));
      if (!part || !part->is_string()) return at(path, "Fn::GetAtt", "the attribute's name must be text");
      if (i > 1) name += '.';
      name += std::string_view(part->get_string());
    }
  }
  const Resource* resource = of_->resource(id);
  if (!resource) return at(path, "Fn::GetAtt", fmt::format("{} is not a resource", id));
  if (!active(*resource))
    return at(path, "Fn::GetAtt",
              fmt::format("Unresolved resource dependencies [{}]: its condition {} is false", id,
                          resource->condition));
  auto found = resolver_->attribute(id, name);
  if (!found) return within(fmt::format("Template error at {}", path), found.error());
  return found;
}

Result<json::value> Evaluator::sub(const json::value& argument, const std::string& path) const {
  const json::value* text = &argument;
  const json::object* variables = nullptr;
  if (auto* list = argument.if_array(); list && list->size() == 2) {
    text = &(*list)[0];
    variables = (*list)[1].if_object();
    if (!variables) return at(path, "Fn::Sub", "the second argument must be an object of variables");
  }
  if (!text->is_string()) return at(path, "Fn::Sub", "needs text, or text and an object of variables");
  std::string made;
  for (const auto& piece : split_sub(text->get_string())) {
    if (!piece.is_variable) {
      made += piece.text;
      continue;
    }
    const json::value* given = variables ? variables->if_contains(piece.text) : nullptr;
    json::value reference;
    if (given)
      reference = *given;
    else if (piece.text.find('.') != std::string::npos)
      reference = {{"Fn::GetAtt", json::string(piece.text)}};
    else
      reference = {{"Ref", json::string(piece.text)}};
    LIVE_TRY(auto value, evaluate(reference, fmt::format("{}/Fn::Sub/{}", path, piece.text)));
    if (!value) return at(path, "Fn::Sub", fmt::format("${{{}}} is AWS::NoValue", piece.text));
    auto part = text_of(*value);
    if (!part) return at(path, "Fn::Sub", fmt::format("${{{}}} {}", piece.text, part.error().message));
    made += part.value();
  }
  return json::value(json::string(made));
}

Result<json::value> Evaluator::find_in_map(const json::value& argument, const std::string& path) const {
  auto* list = argument.if_array();
  if (!list || list->size() < 3 || list->size() > 4)
    return at(path, "Fn::FindInMap", "needs a map and two keys");
  std::string keys[3];
  for (size_t i = 0; i < 3; ++i) {
    LIVE_TRY(auto key, evaluate((*list)[i], path + "/Fn::FindInMap"));
    auto text = key ? text_of(*key) : Result<std::string>(fault("is AWS::NoValue"));
    if (!text) return at(path, "Fn::FindInMap", fmt::format("key {} {}", i, text.error().message));
    keys[i] = text.value();
  }
  auto* map = of_->mappings.if_contains(keys[0]);
  auto* top = map && map->is_object() ? map->get_object().if_contains(keys[1]) : nullptr;
  auto* found = top && top->is_object() ? top->get_object().if_contains(keys[2]) : nullptr;
  if (found) return *found;
  if (list->size() == 4 && (*list)[3].is_object())
    if (auto* otherwise = (*list)[3].get_object().if_contains("DefaultValue"))
      return value(*otherwise, path + "/Fn::FindInMap/DefaultValue");
  return at(path, "Fn::FindInMap",
            fmt::format("Unable to get mapping for {}::{}::{}", keys[0], keys[1], keys[2]));
}

}  // namespace live::cfn
