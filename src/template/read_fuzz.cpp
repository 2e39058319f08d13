// A template's text, as a user writes it: JSON or YAML. What was read can be walked.
#include <cstddef>
#include <cstdint>

#include "template/read.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view const text(reinterpret_cast<const char*>(data), size);
  (void)live::cfn::split_sub(text);
  auto const read = live::cfn::read_template(text);
  if (!read) return 0;
  for (auto const& resource : read.value().resources) {
    live::cfn::References found;
    live::cfn::collect_references(resource.properties, found);
  }
  (void)live::cfn::creation_order(live::cfn::dependencies(read.value()));
  return 0;
}
