// Where a value of a template comes from: follows Ref, Fn::GetAtt, parameters and outputs of nested stacks
// and exports of other stacks, until it stands on a resource of the assembly.
#pragma once

#include <optional>
#include <string>

#include "template/assembly.h"

namespace live {

struct Origin {
  AssemblyTemplate* where = nullptr;
  std::string id;         // logical
  std::string attribute;  // "Arn"; empty: the value is a Ref
};

// Nothing: it is no reference, or leads out of the assembly.
std::optional<Origin> origin_of(Assembly& assembly, AssemblyTemplate& one, const json::value& value);
// The function that a value names, behind a version or an alias where it names one of those.
std::optional<Origin> function_behind(Assembly& assembly, AssemblyTemplate& one, const json::value& name);

json::object* object_in(json::object& in, std::string_view key);
json::object* resource_in(AssemblyTemplate& one, std::string_view id);

}  // namespace live
