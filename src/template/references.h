// What a value of a template refers to, wherever in the assembly that stands.
#pragma once

#include <vector>

#include "template/origin.h"

namespace live {

// The resources that the value names by Ref, Fn::GetAtt, Fn::ImportValue or inside Fn::Sub, at any depth.
// What leads out of the assembly is left out.
std::vector<Origin> references(Assembly& assembly, AssemblyTemplate& one, const json::value& value);

}  // namespace live
