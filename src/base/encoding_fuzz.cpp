// What a decoder takes, its encoder gives back.
#include <cstddef>
#include <cstdint>

#include "base/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view const input(reinterpret_cast<const char*>(data), size);
  if (live::from_base64(live::base64(input)) != input) __builtin_trap();
  if (live::from_hex(live::hex(input)) != input) __builtin_trap();
  if (live::uri_decode(live::uri_encode(input)) != input) __builtin_trap();
  if (live::form_decode(live::uri_encode(input)) != input) __builtin_trap();
  // The last letter's unused bits may be set: what was read is compared, not the text.
  if (auto const bytes = live::from_base64(input);
      bytes && live::from_base64(live::base64(*bytes)) != *bytes) {
    __builtin_trap();
  }
  if (auto const bytes = live::from_hex(input); bytes && bytes->size() * 2 != size) __builtin_trap();
  (void)live::uri_decode(input);
  (void)live::form_decode(input);
  return 0;
}
