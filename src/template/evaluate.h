// Gives a template's values: conditions decided, intrinsics computed. What only a running stack knows (a
// resource's id, another stack's export) comes through a Resolver, so the same code serves a deployment, a
// change set and a live client.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "template/read.h"

namespace live::cfn {

// A value that exists only after the deployment, as a change set shows it. A function of it is it again.
inline constexpr std::string_view known_after_apply = "{{changeSet:KNOWN_AFTER_APPLY}}";

class Resolver {
 public:
  virtual ~Resolver() = default;
  virtual Result<json::value> ref(std::string_view logical_id) = 0;
  virtual Result<json::value> attribute(std::string_view logical_id, std::string_view name) = 0;
  virtual Result<json::value> import(std::string_view export_name) = 0;
};

struct Pseudo {  // what Ref AWS::… gives
  std::string account, region, stack_id, stack_name;
  std::string partition = "aws", url_suffix = "amazonaws.com";
  std::vector<std::string> notification_arns;
  std::vector<std::string> zones;  // empty: region + a, b, c
};

// Parameter values as texts, by name.
using ParameterTexts = std::map<std::string, std::string, std::less<>>;

// Given texts and defaults, checked against each parameter's type and constraints. Faults in CloudFormation's
// words ("Parameters: [X] must have values").
Result<ParameterTexts> complete_parameters(const Template& of, const ParameterTexts& given);
// Parameters whose text names an SSM parameter: name -> SSM name. Their values are what it holds.
std::map<std::string, std::string> ssm_parameters(const Template& of, const ParameterTexts& texts);

class Evaluator {
 public:
  // Borrows the template and the resolver. `values` holds what SSM parameters contain, not their names.
  // Decides all conditions and checks the rules. A fault names the path.
  static Result<Evaluator> create(const Template& of, const ParameterTexts& values, Pseudo pseudo,
                                  Resolver& resolver);

  bool condition(std::string_view name) const;
  bool active(const Resource& resource) const;  // its condition holds
  Result<json::object> properties(const Resource& of) const;
  Result<json::value> value(const json::value& of, std::string path) const;

 private:
  using Value = std::optional<json::value>;  // empty: AWS::NoValue
  Evaluator(const Template& of, const ParameterTexts& values, Pseudo pseudo, Resolver& resolver);
  Result<void> decide_conditions();
  Result<void> check_rules();

  Result<Value> evaluate(const json::value& of, const std::string& path) const;
  Result<Value> evaluate_object(const json::object& of, const std::string& path) const;
  Result<Value> call(std::string_view function, const json::value& argument, const std::string& path) const;
  Result<Value> ref(std::string_view name, const std::string& path) const;
  Result<Value> choose(const json::value& argument, const std::string& path) const;
  Result<json::value> attribute(const json::value& argument, const std::string& path) const;
  Result<json::value> sub(const json::value& argument, const std::string& path) const;
  Result<json::value> find_in_map(const json::value& argument, const std::string& path) const;
  Result<bool> decide(const json::value& of, const std::string& path) const;
  Result<bool> decide_named(std::string_view name, const std::string& path) const;
  Result<bool> decide_function(std::string_view function, const json::value& argument,
                               const std::string& path) const;
  Result<json::array> arguments(const json::value& of, size_t least, size_t most,
                                const std::string& path) const;

  const Template* of_;
  std::map<std::string, json::value, std::less<>> values_;
  Pseudo pseudo_;
  Resolver* resolver_;
  mutable std::map<std::string, std::optional<bool>, std::less<>> conditions_;  // empty: being decided
};

// Dynamic references in evaluated values: "{{resolve:ssm:/name:1}}".
struct DynamicReference {
  std::string text;     // whole, braces included
  std::string service;  // "ssm", "ssm-secure", "secretsmanager"
  std::string key;      // what follows
};
void collect_dynamic(const json::value& in, std::vector<DynamicReference>& into);
void replace_dynamic(json::value& in, const std::map<std::string, std::string>& by_text);

}  // namespace live::cfn
