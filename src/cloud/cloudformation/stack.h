// What CloudFormation remembers: stacks, their resources, their change sets. Plain values, and their form on
// disk.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cloud/call.h"
#include "template/evaluate.h"

namespace live::cloud::cloudformation {

struct StackResource {
  std::string id;  // logical
  std::string type, physical_id, status, reason, updated;
  json::object properties;  // evaluated, as last applied, stack tags included
  json::object attributes;  // what Fn::GetAtt gives
  json::object metadata;
  std::string deletion_policy, update_replace_policy;
  std::vector<std::string> depends_on;  // logical ids that must outlive this one
  // During an update: the resource as it was before (null when it is new), until success or rollback.
  std::optional<json::value> before{};

  bool exists() const { return !physical_id.empty(); }
};

// What a stack is made from: one for now, one for what a rollback returns to.
struct Source {
  std::string text;            // the template
  cfn::ParameterTexts given;   // complete; SSM parameters by their names
  cfn::ParameterTexts values;  // SSM parameters by their contents
  std::map<std::string, std::string> tags;
  std::vector<std::string> capabilities, notification_arns;
  std::string role_arn;
};

struct StackExport {
  std::string key, value, description, export_name;
};

struct Stack {
  std::string id, name, region, status, reason, created, updated, deleted;
  Caller caller;  // for whom resources are made
  Source source;
  std::optional<Source> previous;  // during an update
  std::vector<StackExport> outputs;
  std::vector<std::string> imports;  // export names in use
  std::string on_failure = "ROLLBACK";
  bool termination_protection = false;
  std::string policy, parent_id, root_id, change_set_id, client_token;
  std::vector<std::string> retain_on_delete;
  std::map<std::string, StackResource, std::less<>> resources;
  std::vector<StackResource> retired;  // replaced or removed, still to be deleted

  bool gone() const { return status == "DELETE_COMPLETE"; }
  bool busy() const { return status.ends_with("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS"; }
};

struct ChangeSet {
  std::string id, name, stack_id, type, status, reason, execution, created, description, on_failure;
  Source source;
  json::array changes;  // as DescribeChangeSet shows them
  bool include_nested = false, import_existing = false;
  json::object deployment_config;
};

json::object to_json(const StackResource& resource);
StackResource resource_from(const json::object& document);
json::object to_json(const Stack& stack);  // without its resources
Stack stack_from(const json::object& document);
json::object to_json(const ChangeSet& change_set);
ChangeSet change_set_from(const json::object& document);

}  // namespace live::cloud::cloudformation
