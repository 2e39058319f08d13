#include "cloud/s3/checksum.h"

#include "base/encoding.h"
#include "base/hash.h"

namespace live::cloud::s3 {
namespace {

template <class Number>
std::string big_endian(Number number) {
  std::string out;
  for (int shift = int(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8) out += char((number >> shift) & 0xFF);
  return out;
}

}  // namespace

const Algorithm* algorithm_named(std::string_view name) {
  for (auto& algorithm : kAlgorithms)
    if (algorithm.name == name) return &algorithm;
  return nullptr;
}

const Algorithm* algorithm_in(const json::object& members) {
  for (auto& algorithm : kAlgorithms)
    if (members.contains(algorithm.member)) return &algorithm;
  return nullptr;
}

std::string checksum(const Algorithm& algorithm, std::string_view bytes) {
  if (algorithm.name == "CRC32") return big_endian(crc32(bytes));
  if (algorithm.name == "CRC32C") return big_endian(crc32c(bytes));
  if (algorithm.name == "CRC64NVME") return big_endian(crc64nvme(bytes));
  return algorithm.name == "SHA1" ? sha1(bytes) : sha256(bytes);
}

std::string checksum_base64(const Algorithm& algorithm, std::string_view bytes) {
  return base64(checksum(algorithm, bytes));
}

}  // namespace live::cloud::s3
