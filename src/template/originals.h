// What a swap has replaced, kept in what is deployed: each resource that it altered carries its own former
// values as metadata, so that the template can be read as the developer wrote it (host/src/original.mjs).
// A function's code is not among them: it changes with every save and would have to be deployed each time.
#pragma once

#include <map>
#include <string>

#include "template/assembly.h"

namespace live {

class Originals {
 public:
  explicit Originals(const Assembly& assembly);  // before the swap

  // Into every resource of a swapped template that differs. A text and no object: CloudFormation resolves
  // references in metadata, and these may lead to what is no longer there.
  void write(AssemblyTemplate& one) const;
  static void erase(AssemblyTemplate& one);

 private:
  std::map<std::string, json::object> resources_;  // by template file
};

}  // namespace live
