// The checksums S3 verifies, keeps and gives back.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace live::cloud::s3 {

struct Algorithm {
  std::string_view name;    // "CRC32", as ChecksumAlgorithm has it
  std::string_view member;  // "ChecksumCRC32"
  std::string_view header;  // "x-amz-checksum-crc32"
  bool whole;               // may stand for the whole object of a multipart upload (FULL_OBJECT)
};

inline constexpr std::array kAlgorithms{
    Algorithm{"CRC32", "ChecksumCRC32", "x-amz-checksum-crc32", true},
    Algorithm{"CRC32C", "ChecksumCRC32C", "x-amz-checksum-crc32c", true},
    Algorithm{"CRC64NVME", "ChecksumCRC64NVME", "x-amz-checksum-crc64nvme", true},
    Algorithm{"SHA1", "ChecksumSHA1", "x-amz-checksum-sha1", false},
    Algorithm{"SHA256", "ChecksumSHA256", "x-amz-checksum-sha256", false},
};

const Algorithm* algorithm_named(std::string_view name);
const Algorithm* algorithm_in(const json::object& members);  // the one whose checksum is a member

std::string checksum(const Algorithm& algorithm, std::string_view bytes);         // raw
std::string checksum_base64(const Algorithm& algorithm, std::string_view bytes);  // as headers carry it

}  // namespace live::cloud::s3
