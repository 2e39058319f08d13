#include "cloud/cloudformation/resources/inline_code.h"

#include <cstdint>

#include "base/hash.h"

namespace live::cloud::cloudformation {
namespace {

void little(std::string& out, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += char((number >> (8 * i)) & 255);
}

// What a local header and the central directory have in common (APPNOTE 4.3.7, from "version needed").
void entry(std::string& out, std::string_view name, std::string_view content) {
  little(out, 20, 2);            // version needed
  little(out, 0, 2);             // flags
  little(out, 0, 2);             // stored
  little(out, 0, 2);             // time: fixed, so that equal code gives equal bytes
  little(out, (1 << 5) | 1, 2);  // 1980-01-01
  little(out, crc32(content), 4);
  little(out, content.size(), 4);
  little(out, content.size(), 4);
  little(out, name.size(), 2);
  little(out, 0, 2);  // extra field
}

}  // namespace

std::string zip_of_one(std::string_view name, std::string_view content) {
  std::string zip = "PK\x03\x04";
  entry(zip, name, content);
  zip += name;
  zip += content;
  size_t directory = zip.size();
  zip += "PK\x01\x02";
  little(zip, (3 << 8) | 20, 2);  // made on Unix: the mode below counts
  entry(zip, name, content);
  little(zip, 0, 2);  // comment
  little(zip, 0, 2);  // disk
  little(zip, 0, 2);  // internal attributes
  little(zip, uint64_t(0100644) << 16, 4);
  little(zip, 0, 4);  // offset of the local header
  zip += name;
  size_t end = zip.size();
  zip += "PK\x05\x06";
  little(zip, 0, 4);
  little(zip, 1, 2);
  little(zip, 1, 2);
  little(zip, end - directory, 4);
  little(zip, directory, 4);
  little(zip, 0, 2);
  return zip;
}

std::string inline_file_name(std::string_view runtime) {
  return runtime.starts_with("python") ? "index.py" : "index.js";
}

}  // namespace live::cloud::cloudformation
