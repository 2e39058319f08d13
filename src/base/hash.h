// Digests and sealing, by libcrypto. All of them take and give raw bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace live {

std::string sha256(std::string_view bytes);
std::string sha1(std::string_view bytes);
std::string md5(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
uint32_t crc32(std::string_view bytes);
uint32_t crc32c(std::string_view bytes);
uint64_t crc64nvme(std::string_view bytes);
bool equal_in_constant_time(std::string_view a, std::string_view b);

// AES-256-GCM under a 32-byte key: a random 12-byte nonce, the ciphertext, a 16-byte tag. `bound` is
// authenticated with it but not contained: open() needs the same.
std::string seal(std::string_view key, std::string_view bound, std::string_view bytes);
std::optional<std::string> open_sealed(std::string_view key, std::string_view bound, std::string_view sealed);

}  // namespace live
