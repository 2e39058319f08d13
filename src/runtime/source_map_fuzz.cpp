// The mappings of a source map, which any tool may have written: what they hold can be asked of any place.
#include <cstddef>
#include <cstdint>

#include "runtime/source_map.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto const lines = live::MappedLines::in({reinterpret_cast<const char*>(data), size});
  for (size_t source = 0; source < 4; ++source)
    for (int64_t line = -1; line < 64; ++line) (void)lines.has(source, line);
  return 0;
}
