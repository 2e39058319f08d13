// What differs between two templates, or between two values of one resource. Order counts only where it does
// for CloudFormation: not between an object's keys, in DependsOn, nor among tags.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "template/read.h"

namespace live::cfn {

enum class Difference { added, removed, modified };

struct PropertyChange {
  std::string path;  // "Properties.Tags.0.Value"; dots between keys and indices
  Difference kind = Difference::modified;
  std::optional<json::value> before, after;
};

// `path` is put in front. Scalars compare by their text: 1 and "1" are the same to CloudFormation.
std::vector<PropertyChange> compare_values(const json::value& before, const json::value& after,
                                           std::string_view path);

struct ResourceChange {
  std::string id, type;  // the type of the newer one
  Difference kind = Difference::modified;
  std::vector<PropertyChange>
      changes;  // for modified: "Type", "Properties.…", "Metadata.…", "DeletionPolicy", …
};

// By logical id, in the order of ids. Values are compared as written, before evaluation.
std::vector<ResourceChange> compare_resources(const Template& before, const Template& after);

}  // namespace live::cfn
