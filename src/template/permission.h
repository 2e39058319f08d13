// What the stub's role may do, and where that is written: the role's own template, wherever it stands.
#pragma once

#include <string>

#include "template/assembly.h"
#include "template/swap.h"

namespace live {

// Exactly: connect, post to connections, read the table, use payloads/*.
json::object stub_policy(const DebugStackArns& arns);

// Follows the function's Role through Ref, Fn::GetAtt, nested stacks' parameters and outputs and
// Fn::ImportValue to an AWS::IAM::Role of the assembly and adds an inline policy to it, once. A role from
// outside the assembly gets an AWS::IAM::RolePolicy beside the function.
void allow_stub(Assembly& assembly, AssemblyTemplate& one, const std::string& function,
                const DebugStackArns& arns);

}  // namespace live
