// What a removal leaves because the app says so: named, with the command that deletes it.
#pragma once

#include <string>
#include <vector>

namespace live {

class Terminal;

struct RetainedResource {
  std::string stack, logical_id, type, physical_id;
  std::string why;  // "policy" of the template, "not empty": a bucket
};

void tell_retained(const std::vector<RetainedResource>& retained, Terminal& terminal);
std::string how_to_delete(const RetainedResource& resource);  // a command of the AWS CLI

}  // namespace live
