// What the stub's role may do, and where that is written: the role's own template, wherever it stands.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "template/assembly.h"
#include "template/swap.h"

namespace live {

// Exactly: connect, post to connections, read the table, use payloads/*.
json::object stub_policy(const DebugStackArns& arns);

class StubPermission {
 public:
  StubPermission(Assembly& assembly, const DebugStackArns& arns) : assembly_(assembly), arns_(arns) {}

  // Follows the function's Role through Ref, Fn::GetAtt, nested stacks' parameters and outputs and
  // Fn::ImportValue to an AWS::IAM::Role of the assembly and adds an inline policy to it, once. A role from
  // outside the assembly gets an AWS::IAM::RolePolicy beside the function, under a name of this template
  // alone: other stacks and stages may use the same role.
  void allow(AssemblyTemplate& one, const std::string& function);
  // What the developer should know of the roles: those of others, and those with a permissions boundary.
  void tell(std::vector<std::string>& notices) const;

 private:
  void add_beside(AssemblyTemplate& one, const std::string& function, const json::value& role);

  Assembly& assembly_;
  const DebugStackArns& arns_;
  std::map<std::string, std::set<std::string>> imported_;  // role → functions
  std::map<std::string, std::set<std::string>> bounded_;   // boundary → functions
};

}  // namespace live
