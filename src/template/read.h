// A CloudFormation template as a value: JSON or YAML text in, sections out. Short intrinsics (`!Sub`) are
// read into their long form, so that everything behind this header sees one notation.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace live::cfn {

struct Parameter {
  std::string name;
  std::string type;
  std::optional<std::string> default_value;
  bool no_echo = false;
  std::vector<std::string> allowed_values;
  std::string allowed_pattern;
  std::optional<double> min_length, max_length, min_value, max_value;
  std::string description, constraint_description;
};

struct Resource {
  std::string id;  // logical
  std::string type;
  json::object properties;
  json::object metadata;
  std::string condition;  // empty: always there
  std::vector<std::string> depends_on;
  std::string deletion_policy, update_replace_policy;  // as written; empty: Delete
  json::object attributes;                             // CreationPolicy, UpdatePolicy
};

struct StackOutput {
  std::string name;
  json::value value;
  std::optional<json::value> export_name;
  std::string condition, description;
};

struct Template {
  std::string description;
  std::vector<Parameter> parameters;
  json::object mappings, conditions, rules, metadata;
  std::vector<Resource> resources;
  std::vector<StackOutput> outputs;
  std::vector<std::string> transforms;

  const Resource* resource(std::string_view id) const;
  const Parameter* parameter(std::string_view name) const;
};

// The document alone, intrinsics in long form. Faults in CloudFormation's words ("Template format error: …").
Result<json::object> read_document(std::string_view text);
// The sections, with every reference checked. Macros are refused by name.
Result<Template> read_template(std::string_view text);
Result<Template> read_template(const json::object& document);

// What a value refers to: logical ids and parameter names of Ref, Fn::GetAtt and Fn::Sub.
struct References {
  std::set<std::string, std::less<>> refs;
  std::set<std::pair<std::string, std::string>> attributes;  // id, attribute
  std::set<std::string, std::less<>> conditions;             // of Fn::If and Condition
};
void collect_references(const json::value& value, References& into);
// The pieces of a Sub's text: literal text, or the name inside ${…}.
struct SubPiece {
  std::string text;
  bool is_variable = false;
};
std::vector<SubPiece> split_sub(std::string_view text);

// For each resource the resources it needs first, by Ref, GetAtt, Sub and DependsOn.
using Graph = std::map<std::string, std::set<std::string>, std::less<>>;
Graph dependencies(const Template& of);
// Every id after those it needs; among equals in the order of their names. Fault: a cycle, naming its ids.
Result<std::vector<std::string>> creation_order(const Graph& graph);

}  // namespace live::cfn
