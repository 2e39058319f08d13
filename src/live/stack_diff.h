// What a deployment would change in a stack, as the Node side tells it.
#pragma once

#include <string>
#include <vector>

namespace live {

struct ResourceChange {
  std::string
      kind;  // "added", "changed", "replaced", "perhaps replaced", "removed", "kept" (no more managed)
  std::string logical_id, construct, type;
  bool loses_data = false;
  struct Property {
    std::string name, from, to;  // shortened
  };
  std::vector<Property> properties;
};

struct PermissionChange {
  std::string sign;  // "+" or "-"
  std::string text;  // "Allow sqs:SendMessage on ${Queue.Arn} to AWS:${Role}"
};

struct OutputChange {
  std::string key, kind;
};

struct StackDiff {
  std::string name;
  bool exists = false;
  std::vector<ResourceChange> resources;  // those of nested stacks too
  std::vector<PermissionChange> permissions;
  std::vector<OutputChange> outputs;
  // Functions that are deployed as stubs, by construct path, else logical id: all is compared with what the
  // app had there, but for their code. Empty too where the deployed template does not say so.
  std::vector<std::string> run_live;
  bool empty() const { return resources.empty() && permissions.empty() && outputs.empty(); }
};

}  // namespace live
